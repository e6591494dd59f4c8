@NullMarked
package dev.plumbline.netlink;

import org.jspecify.annotations.NullMarked;
