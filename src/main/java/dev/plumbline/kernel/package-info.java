/** State of the running kernel: consistent snapshots, and the domains that change it. */
@NullMarked
package dev.plumbline.kernel;

import org.jspecify.annotations.NullMarked;
