/** {@code plumbline.yaml}: what a host is told once, for every command and for the agent. */
@NullMarked
package dev.plumbline.configuration;

import org.jspecify.annotations.NullMarked;
