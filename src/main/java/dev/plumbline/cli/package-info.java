/** The commands: thin, over the packages that do the work. */
@NullMarked
package dev.plumbline.cli;

import org.jspecify.annotations.NullMarked;
