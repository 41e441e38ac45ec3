package qerberos.identity;

import java.time.Duration;
import java.time.Instant;

/// What sQuid said about a credential. Immutable.
public sealed interface Verification {
  /// It is this identity's, until `expiresAt`.
  record Verified(SquidIdentity identity, Instant expiresAt) implements Verification {}

  /// It is not good; `code` is one of the 401 codes.
  record Refused(AccessCode code, String reason) implements Verification {}

  /// sQuid gave no answer.
  record Unavailable(String reason, Duration retryAfter) implements Verification {}
}
