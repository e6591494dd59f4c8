@NullMarked
package dev.plumbline.sandbox;

import org.jspecify.annotations.NullMarked;
