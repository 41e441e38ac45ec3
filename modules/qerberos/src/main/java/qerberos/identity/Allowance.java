package qerberos.identity;

import java.time.Duration;
import java.time.Instant;

/// What a limit said, with the figures for the `RateLimit` headers. Immutable.
///
/// `policy` names the limit, `limit` and `window` say how much it allows in which time, `reset` is
/// when the full allowance is there again.
public sealed interface Allowance {
  String policy();

  long limit();

  Duration window();

  Instant reset();

  /// It is within the limit, `remaining` more would be too; at most `limit`.
  record Within(String policy, long limit, Duration window, long remaining, Instant reset)
      implements Allowance {}

  /// It is beyond the limit and was not counted; `retryAfter` is at least one second.
  record Exceeded(String policy, long limit, Duration window, Duration retryAfter, Instant reset)
      implements Allowance {}
}
