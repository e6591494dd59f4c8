/** Figures of a host for Prometheus, from its store: over HTTP, or as a file for node-exporter. */
@NullMarked
package dev.plumbline.metrics;

import org.jspecify.annotations.NullMarked;
