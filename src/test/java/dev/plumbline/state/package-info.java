@NullMarked
package dev.plumbline.state;

import org.jspecify.annotations.NullMarked;
