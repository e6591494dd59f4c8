/** Secrets by reference: configuration says where each lies; its value is read when it is used, and kept nowhere. */
@NullMarked
package dev.plumbline.secret;

import org.jspecify.annotations.NullMarked;
