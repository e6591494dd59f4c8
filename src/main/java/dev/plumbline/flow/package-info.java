/**
 * Which way a flow goes, by rules and routes as values: the kernel's own lookup ({@code net/core/fib_rules.c},
 * {@code net/ipv4/fib_trie.c}, {@code net/ipv6/route.c}), on a state that need not be live.
 */
@NullMarked
package dev.plumbline.flow;

import org.jspecify.annotations.NullMarked;
