@NullMarked
package dev.plumbline.doctor;

import org.jspecify.annotations.NullMarked;
