/**
 * What a host has and lacks for plumbline, before it matters: each check says what it found and, where something is
 * wrong, what to do about it, literally. The kernel is asked in throw-away network namespaces, what else runs on the
 * host in {@code /proc} and in configuration files; nothing of the host is changed.
 */
@NullMarked
package dev.plumbline.doctor;

import org.jspecify.annotations.NullMarked;
