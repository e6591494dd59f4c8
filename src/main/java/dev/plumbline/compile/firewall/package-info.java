/** Rules of the language as rules of nftables and as rules of the routing policy: one at a time, and pure. */
@NullMarked
package dev.plumbline.compile.firewall;

import org.jspecify.annotations.NullMarked;
