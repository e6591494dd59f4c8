/**
 * One host kept true: where its intents come from, its store and journal, and the loop over all three, for a person at
 * a terminal ({@link dev.plumbline.host.Workspace}) and for runs that nobody watches
 * ({@link dev.plumbline.host.Unattended}).
 */
@NullMarked
package dev.plumbline.host;

import org.jspecify.annotations.NullMarked;
