/** The loop: read, compile, diff, execute, verify; and back again when something fails. */
@NullMarked
package dev.plumbline.apply;

import org.jspecify.annotations.NullMarked;
