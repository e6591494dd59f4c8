@NullMarked
package dev.plumbline.flow;

import org.jspecify.annotations.NullMarked;
