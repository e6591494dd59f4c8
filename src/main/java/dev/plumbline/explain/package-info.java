/**
 * Who made what: finds the documents behind live objects, and the objects behind documents; pure, over what was read of
 * namespaces and of the store. Prints it as text and as JSON.
 */
@NullMarked
package dev.plumbline.explain;

import org.jspecify.annotations.NullMarked;
