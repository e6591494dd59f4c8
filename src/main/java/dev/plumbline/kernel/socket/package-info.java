/** Sockets of a namespace, by sock_diag. */
@NullMarked
package dev.plumbline.kernel.socket;

import org.jspecify.annotations.NullMarked;
