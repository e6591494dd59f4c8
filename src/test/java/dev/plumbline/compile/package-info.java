/** Tests of the compiler, with a model of the kernel to apply its results to. */
@NullMarked
package dev.plumbline.compile;

import org.jspecify.annotations.NullMarked;
