package qerberos.query;

import java.time.Duration;
import java.util.function.LongSupplier;

/// When a search has to be over. Used by one thread at a time.
///
/// Whoever searches says what it has done; when that is about a millisecond's work, the clock is
/// looked at. What is between two of these is not interrupted: at most the posting list of one term
/// in one segment, or a pass over 262,144 documents.
final class TimeLimit {
  /// What visiting a term of the dictionary counts, in documents of a posting list.
  static final int TERM = 64;

  private static final int BETWEEN_LOOKS = 1 << 16;

  private final Duration most;
  private final LongSupplier nanos;
  private final long begin;
  private long done;

  /// Begins now.
  TimeLimit(Duration most) {
    this(most, System::nanoTime);
  }

  TimeLimit(Duration most, LongSupplier nanos) {
    this.most = most;
    this.nanos = nanos;
    this.begin = nanos.getAsLong();
  }

  /// So many documents were visited.
  void done(long documents) throws SearchTooLong {
    done += documents;
    if (done >= BETWEEN_LOOKS) {
      check();
    }
  }

  /// Looks at the clock.
  void check() throws SearchTooLong {
    done = 0;
    if (nanos.getAsLong() - begin >= most.toNanos()) {
      throw new SearchTooLong(most);
    }
  }
}
