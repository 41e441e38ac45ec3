package qerberos.state;

import java.time.Instant;

/// Somebody who is let in no more, why, by whom and since when. Immutable.
public record BlockedIdentity(String squidId, String reason, String blockedBy, Instant blockedAt) {}
