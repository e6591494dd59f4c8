/**
 * The topology language: a small network of links with a router at the other end of each, what flows are to take which
 * device, and what is broken on purpose. {@code plumbline sandbox} makes it in namespaces of its own.
 */
@NullMarked
package dev.plumbline.sandbox;

import org.jspecify.annotations.NullMarked;
