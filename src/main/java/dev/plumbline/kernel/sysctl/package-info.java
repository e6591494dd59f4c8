/** Reads and writes {@code /proc/sys/net} of a network namespace. */
@NullMarked
package dev.plumbline.kernel.sysctl;

import org.jspecify.annotations.NullMarked;
