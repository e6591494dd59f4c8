/** Hears of changes that somebody makes to links, addresses, routes and rules. */
@NullMarked
package dev.plumbline.kernel.watch;

import org.jspecify.annotations.NullMarked;
