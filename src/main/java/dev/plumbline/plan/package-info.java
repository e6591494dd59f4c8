/** The difference between what is desired and what is live: diff, order, inverse, and how a plan is shown. Pure. */
@NullMarked
package dev.plumbline.plan;

import org.jspecify.annotations.NullMarked;
