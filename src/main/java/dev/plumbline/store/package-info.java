/**
 * What plumbline remembers between runs: one SQLite file in the state directory. It holds what the kernel cannot say:
 * whose namespace this is, numbers that were allotted, routes and rules that were moved away or adopted, the current
 * source and its documents.
 *
 * <p>A lost store is survivable: marks in the kernel say what is ours. What cannot be told without it is said in
 * {@link dev.plumbline.store.StoreView#unavailable()} and in the texts of {@link dev.plumbline.store.StoreException}.
 */
@NullMarked
package dev.plumbline.store;

import org.jspecify.annotations.NullMarked;
