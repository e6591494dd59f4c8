/** Routing policy rules, between state and rtnetlink. */
@NullMarked
package dev.plumbline.kernel.rule;

import org.jspecify.annotations.NullMarked;
