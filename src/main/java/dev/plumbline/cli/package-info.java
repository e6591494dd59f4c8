/** The command line: one thin class a command, exit codes, and messages for the person at the terminal. */
@NullMarked
package dev.plumbline.cli;

import org.jspecify.annotations.NullMarked;
