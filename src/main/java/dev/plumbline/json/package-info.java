/**
 * Values of {@code state} as JSON trees and back, without loss. Field names are those of {@code ip -j}; what {@code ip}
 * has no name for is camelCase. {@code show --json} prints these trees, and the store keeps them.
 */
@NullMarked
package dev.plumbline.json;

import org.jspecify.annotations.NullMarked;
