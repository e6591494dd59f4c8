/** Secrets by reference: where each lies is said in configuration, its value is read when it is used and kept nowhere. */
@NullMarked
package dev.plumbline.secret;

import org.jspecify.annotations.NullMarked;
