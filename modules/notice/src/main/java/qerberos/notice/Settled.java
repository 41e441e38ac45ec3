package qerberos.notice;

import java.time.Instant;

/// What became of a message after an attempt. Immutable.
public sealed interface Settled {
  /// It is with its recipient.
  record Delivered(Instant at, String detail) implements Settled {}

  /// It failed, and will be tried again at `next`.
  record Again(Instant at, String reason, Instant next) implements Settled {}

  /// It failed, and will not be tried again.
  record GivenUp(Instant at, String reason) implements Settled {}
}
