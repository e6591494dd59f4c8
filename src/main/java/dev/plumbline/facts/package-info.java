/**
 * A host's facts in a file: all that a plan needs of its live state, so that a change can be planned elsewhere, for a
 * whole fleet, before it is merged. What is read back stands in for the kernel and the store, and can only be read.
 */
@NullMarked
package dev.plumbline.facts;

import org.jspecify.annotations.NullMarked;
