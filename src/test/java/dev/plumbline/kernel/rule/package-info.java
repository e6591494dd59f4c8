@NullMarked
package dev.plumbline.kernel.rule;

import org.jspecify.annotations.NullMarked;
