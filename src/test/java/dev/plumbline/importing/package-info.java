@NullMarked
package dev.plumbline.importing;

import org.jspecify.annotations.NullMarked;
