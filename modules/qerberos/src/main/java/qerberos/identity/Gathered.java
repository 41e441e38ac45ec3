package qerberos.identity;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import qerberos.identity.SharedBuckets.Draw;
import qerberos.identity.SharedBuckets.Way;

/// One shared bucket, for what comes too often to ask each time. Safe for concurrent use.
///
/// What is granted is gathered, and charged to the shared bucket whenever a twentieth of the limit
/// has come together, by the caller with whom it has; nobody waits for another's charge. How full
/// the bucket was then is remembered, so between two charges a caller is refused when what it was,
/// what has flowed in since, and what was granted here since, leave too little.
///
/// So what this process does not know is what the others granted since its last charge. Each may
/// have granted a twentieth of the limit, the request that went over it, and what came while it
/// was being charged, before it is told: by so much, for each process but one, the limit may be
/// exceeded at first. It is no gift: what was granted too much is owed, and all wait until it is
/// paid off, so over any longer time the limit holds exactly. What a process gathered and did not
/// charge before it died is lost: less than a twentieth.
final class Gathered {
  private static final int SHARES = 20;

  private final SharedBuckets shared;
  private final LongSupplier nanos;
  private final AtomicLong untold = new AtomicLong();
  private final AtomicBoolean telling = new AtomicBoolean();
  private volatile long fullAt;

  Gathered(SharedBuckets shared, LongSupplier nanos) {
    this.shared = shared;
    this.nanos = nanos;
    this.fullAt = nanos.getAsLong();
  }

  /// How long the bucket takes to be full again, as far as is known here, in nanoseconds.
  ///
  /// @param nanosEach how long one token takes to flow in
  long nanosToFull(double nanosEach) {
    return Math.max(0, fullAt - nanos.getAsLong()) + (long) (untold.get() * nanosEach);
  }

  /// Notes what was granted. Does nothing while the bucket cannot be had: the process's own limit
  /// holds then.
  ///
  /// @param draw from which bucket, and how much
  void granted(Draw draw) {
    long share = Math.max(1, draw.limit() / SHARES);
    if (untold.addAndGet(draw.tokens()) < share || !telling.compareAndSet(false, true)) {
      return;
    }
    try {
      long told = untold.get();
      var whole =
          new Draw(draw.policy(), draw.who(), draw.capacity(), draw.limit(), draw.window(), told);
      shared
          .draw(Way.CHARGE, List.of(whole))
          .ifPresent(drawn -> fullAt = nanos.getAsLong() + drawn.nanosToFull().getFirst());
      // Only now: for a moment it counts twice here, and never not at all.
      long ignored = untold.addAndGet(-told);
    } finally {
      telling.set(false);
    }
  }
}
