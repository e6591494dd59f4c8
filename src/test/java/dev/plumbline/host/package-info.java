@NullMarked
package dev.plumbline.host;

import org.jspecify.annotations.NullMarked;
