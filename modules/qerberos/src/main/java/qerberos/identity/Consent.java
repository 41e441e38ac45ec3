package qerberos.identity;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What Qonsent said. Immutable.
public sealed interface Consent {
  /// Allowed for the events in `scope`, until `expiresAt` when it says so.
  record Allowed(Scope scope, @Nullable Instant expiresAt) implements Consent {}

  record Denied(String reason) implements Consent {}

  /// No answer, and no answer means no.
  record Unavailable(String reason, Duration retryAfter) implements Consent {}
}
