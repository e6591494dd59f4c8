@NullMarked
package dev.plumbline.json;

import org.jspecify.annotations.NullMarked;
