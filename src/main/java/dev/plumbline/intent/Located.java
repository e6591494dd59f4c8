package dev.plumbline.intent;

import dev.plumbline.state.Origin;

/** A value and where it stands. */
public record Located<T>(T value, Origin origin) {
}
