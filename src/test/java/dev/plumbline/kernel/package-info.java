@NullMarked
package dev.plumbline.kernel;

import org.jspecify.annotations.NullMarked;
