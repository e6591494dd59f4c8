/**
 * From live state to intents: what somebody with a working host starts from. The inverse of {@code compile}, as far as
 * there is one: what cannot or should not be an intent is left where it is, and named with the reason.
 */
@NullMarked
package dev.plumbline.importing;

import org.jspecify.annotations.NullMarked;
