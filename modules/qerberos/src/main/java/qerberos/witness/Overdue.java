package qerberos.witness;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// How long entries have been waiting for enough cosignatures.
///
/// What waits is a size: that of the first checkpoint that became due and is not covered by a
/// cosigned one. Once it is, the newest that is due takes its place. So a witness that is slow, but
/// comes, is not overdue, and neither is a log in which nothing happens.
///
/// Safe for concurrent use.
final class Overdue {
  private record Waiting(long size, long sinceNanos) {}

  private final LongSupplier nanos;
  private @Nullable Waiting newest;
  private @Nullable Waiting waiting;
  private long cosigned;

  /// @param nanos as [System#nanoTime]
  Overdue(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /// A checkpoint over so many entries is sent round.
  synchronized void due(long size) {
    newest = new Waiting(size, nanos.getAsLong());
    settle();
  }

  /// A checkpoint over so many entries has enough cosignatures.
  synchronized void cosigned(long size) {
    cosigned = Math.max(cosigned, size);
    settle();
  }

  private void settle() {
    if (waiting != null && waiting.size() <= cosigned) {
      waiting = null;
    }
    if (waiting == null && newest != null && newest.size() > cosigned) {
      waiting = newest;
    }
  }

  /// How long the one that waits has waited; empty when none does.
  synchronized Optional<Duration> waited() {
    Waiting known = waiting;
    return known == null
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(nanos.getAsLong() - known.sinceNanos()));
  }
}
