package qerberos.witness;

import org.jspecify.annotations.Nullable;

/// A witness began or ceased to cosign, to be recorded. Immutable.
///
/// @param name of the witness
/// @param from in which state it was when that was recorded last
/// @param to in which state it is now
/// @param changes how many changes since then this one stands for, 1 or more
/// @param why null when it cosigns
public record WitnessChange(
    String name, WitnessState from, WitnessState to, long changes, @Nullable String why) {}
