/** From documents and facts to the desired state: pure functions, one compiler a kind. */
@NullMarked
package dev.plumbline.compile;

import org.jspecify.annotations.NullMarked;
