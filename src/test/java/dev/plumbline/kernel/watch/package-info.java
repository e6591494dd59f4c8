@NullMarked
package dev.plumbline.kernel.watch;

import org.jspecify.annotations.NullMarked;
