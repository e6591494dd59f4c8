/** Secrets by reference: who needs one says where it lies; its value is read when it is used, and kept nowhere. */
@NullMarked
package dev.plumbline.secret;

import org.jspecify.annotations.NullMarked;
