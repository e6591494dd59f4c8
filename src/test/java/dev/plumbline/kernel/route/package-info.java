@NullMarked
package dev.plumbline.kernel.route;

import org.jspecify.annotations.NullMarked;
