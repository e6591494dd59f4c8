@NullMarked
package dev.plumbline.configuration;

import org.jspecify.annotations.NullMarked;
