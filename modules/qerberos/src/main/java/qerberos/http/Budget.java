package qerberos.http;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Shares out the memory that large bodies need while they are read, parsed, sealed and appended.
///
/// A body of 16 MB becomes some ten thousand events of several kilobytes each; a few of those at
/// once would fill the heap of a small process. So each large body first takes a share of a budget
/// that is half of the heap, and waits for it, or is told to come back. Small bodies take none: as
/// many as there can be connections fit beside it.
///
/// Safe for concurrent use.
final class Budget {
  /// What an event needs while it is worked on, per byte of its body.
  private static final int PER_BYTE = 8;

  private static final int SMALL_BYTES = 32 << 10;
  private static final int UNIT_BYTES = 1 << 10;
  private static final int WAIT_SECONDS = 5;

  private final Semaphore units;
  private final int all;

  Budget(long bytes) {
    this.all = Math.clamp(bytes / UNIT_BYTES, 1, Integer.MAX_VALUE);
    this.units = new Semaphore(all, true);
  }

  /// A share, to be given back by closing it.
  final class Share {
    private final int taken;

    private Share(int taken) {
      this.taken = taken;
    }

    void close() {
      units.release(taken);
    }
  }

  /// Takes what a body of this size needs; all there is when that is more.
  ///
  /// @throws Refused 503 when none becomes free in time
  Share take(long bodyBytes) throws InterruptedException {
    if (bodyBytes <= SMALL_BYTES) {
      return new Share(0);
    }
    int wanted = (int) Math.min(all, bodyBytes * PER_BYTE / UNIT_BYTES);
    if (!units.tryAcquire(wanted, WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw Refused.unavailable(
          Code.SERVICE_UNAVAILABLE, "too many large bodies at once; nothing of this was taken", 1);
    }
    return new Share(wanted);
  }
}
