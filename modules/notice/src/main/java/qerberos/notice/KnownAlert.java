package qerberos.notice;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An alert as it is kept: how it was told last, and how often. Immutable.
///
/// @param resolvedAt when we heard that it is over; null while it fires
/// @param acknowledgement of this firing, the first; null when nobody has said so
public record KnownAlert(
    String id,
    Alert alert,
    Instant firstSeen,
    Instant lastSeen,
    long count,
    @Nullable Instant resolvedAt,
    @Nullable Acknowledgement acknowledgement) {}
