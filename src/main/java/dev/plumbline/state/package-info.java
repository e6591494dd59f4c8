/**
 * The vocabulary: immutable values, one a kind of kernel object, in the kernel's own terms ({@code man ip-route},
 * {@code man ip-rule}), and the changes that lead from one set of them to another.
 *
 * <p>Every value is in canonical form, equal to what the kernel echoes, so that comparing is {@code equals}.
 */
@NullMarked
package dev.plumbline.state;

import org.jspecify.annotations.NullMarked;
