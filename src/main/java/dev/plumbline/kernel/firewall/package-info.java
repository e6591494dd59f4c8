/** plumbline's nftables, between state and nfnetlink: consistent snapshots, and transactions that change them. */
@NullMarked
package dev.plumbline.kernel.firewall;

import org.jspecify.annotations.NullMarked;
