/** What was applied when, by whom, from which source, and what became of it: values, and their rendering. */
@NullMarked
package dev.plumbline.history;

import org.jspecify.annotations.NullMarked;
