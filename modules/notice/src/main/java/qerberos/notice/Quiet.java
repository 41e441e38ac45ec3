package qerberos.notice;

import java.time.Instant;

/// When somebody is not to be disturbed: what there is to say is held until that time ends.
/// Immutable.
///
/// @param times when it is quiet
/// @param unless what matters that much, or more, goes out all the same
public record Quiet(Times times, Severity unless) {
  public Quiet {
    if (times.isAlways()) {
      throw new IllegalArgumentException("quiet: all the time, want hours or days that end");
    }
  }

  /// When something that is to go out at `at` may.
  Instant after(Severity severity, Instant at) {
    return severity.compareTo(unless) >= 0 ? at : times.endOf(at);
  }
}
