/**
 * HTTP/1.1 over Unix domain sockets, as much as programs on one host need to ask each other: one request a connection,
 * {@code Content-Length} in requests, {@code Content-Length} or chunks in replies; {@code curl --unix-socket} speaks
 * it.
 */
@NullMarked
package dev.plumbline.control;

import org.jspecify.annotations.NullMarked;
