package qerberos.query;

import java.time.Duration;

/// When a search has to be over. Whoever searches asks now and then, at least once for each segment
/// and for each 262,144 documents; what is between two questions is not interrupted. Immutable.
final class TimeLimit {
  private final Duration most;
  private final long endNanos;

  /// Begins now.
  TimeLimit(Duration most) {
    this.most = most;
    this.endNanos = System.nanoTime() + most.toNanos();
  }

  void check() throws SearchTooLong {
    if (System.nanoTime() - endNanos >= 0) {
      throw new SearchTooLong(most);
    }
  }
}
