@NullMarked
package dev.plumbline.control;

import org.jspecify.annotations.NullMarked;
