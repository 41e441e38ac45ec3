package qerberos.witness;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How it goes with one witness, at one moment. Immutable.
///
/// @param name its key's
/// @param url where it takes checkpoints
/// @param size how many entries the last checkpoint covers that it is known to have
/// @param behind how many entries our newest checkpoint has beyond that
/// @param cosignatures how many it gave since we began
/// @param lastSuccess when it gave the last one, null before the first of all
/// @param error why it is not cosigning, null while it is
public record WitnessReport(
    String name,
    String url,
    WitnessState state,
    long size,
    long behind,
    long cosignatures,
    @Nullable Instant lastSuccess,
    @Nullable String error) {}
