@NullMarked
package dev.plumbline.agent;

import org.jspecify.annotations.NullMarked;
