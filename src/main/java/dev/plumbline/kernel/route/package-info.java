/** Routes, between state and rtnetlink: columns in, columns out. */
@NullMarked
package dev.plumbline.kernel.route;

import org.jspecify.annotations.NullMarked;
