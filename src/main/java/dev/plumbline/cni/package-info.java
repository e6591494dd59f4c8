/**
 * The Container Network Interface (specification 1.1.0 and those before): container runtimes call plumbline as a
 * plugin, and what they announce becomes attachments in the store, which the loop carries out like intents.
 * {@link dev.plumbline.cni.CniService} answers one call, in whatever process; {@link dev.plumbline.cni.CniMain} is the
 * plugin as a program of its own. Loads neither YAML, schemas, picocli nor Git: a container waits for the answer.
 */
@NullMarked
package dev.plumbline.cni;

import org.jspecify.annotations.NullMarked;
