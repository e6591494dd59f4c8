@NullMarked
package dev.plumbline.push;

import org.jspecify.annotations.NullMarked;
