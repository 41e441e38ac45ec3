package qerberos.trail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.ledger.AppendListener;
import qerberos.ledger.Submission;

/// The newest events, parsed as they came, for followers that are not far behind: at the tail
/// nothing is read back and parsed twice.
///
/// It also holds senders to the pace of one follower, the index. While that is more than an eighth
/// of the tail behind, [#makeRoom] makes a sender wait for a moment; if it did not, the follower
/// would fall out of the tail, and would from then on have to read, decrypt and parse every event
/// again, at three times the cost. One that fell out all the same is waited for too, so that it
/// gets back in, unless it is so far behind ([#HOPELESS] tails: it is being built anew) that
/// senders would wait for minutes, or it is failing ([Place#letGo]). Other followers hold nobody.
///
/// What all followers have seen is let go of, but for the very last: an event that lives only for
/// as long as it takes to index it never leaves the nursery of the heap, and costs the garbage
/// collector nothing. For one that holds nobody events are kept only until the ring is full.
///
/// Safe for concurrent use.
final class Tail implements AppendListener {
  /// A follower this many tails behind holds nobody.
  static final int HOPELESS = 64;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private final Condition followed = lock.newCondition();
  private final @Nullable AuditEvent[] ring;

  /// How many events stay although they were followed: a search may not see them yet.
  private final int kept;

  /// Guarded by `lock`: the indexes that are there, from inclusive to exclusive.
  private long begin;

  private long end;
  private final List<Place> places = new ArrayList<>();
  private @Nullable Place holding;
  private volatile boolean crowded;

  /// How far one follower is. Safe for concurrent use.
  final class Place {
    private final boolean holdsSenders;

    /// Guarded by `lock`.
    private long next;

    private boolean failing;

    private Place(long next, boolean holdsSenders) {
      this.next = next;
      this.holdsSenders = holdsSenders;
    }

    /// It has everything before this index.
    void followedUpTo(long index) {
      lock.lock();
      try {
        next = index;
        failing = false;
        release();
        measure();
        if (holdsSenders) {
          followed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }

    /// It fails; until it goes on nobody waits for it.
    void letGo() {
      lock.lock();
      try {
        failing = true;
        measure();
        followed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /// It follows no more.
    void leave() {
      lock.lock();
      try {
        boolean ignored = places.remove(this);
        if (holding == this) {
          holding = null;
        }
        measure();
        followed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /// @param capacity a power of two
  /// @param size of the ledger now; the tail starts empty behind it
  Tail(int capacity, long size) {
    this.ring = new AuditEvent[capacity];
    this.kept = capacity / 32;
    this.begin = size;
    this.end = size;
  }

  /// A follower comes.
  ///
  /// @param next the first index it has not seen
  /// @param holdsSenders whether senders are slowed down to its pace; one follower at most
  Place place(long next, boolean holdsSenders) {
    Place place = new Place(next, holdsSenders);
    lock.lock();
    try {
      boolean ignored = places.add(place);
      if (holdsSenders) {
        holding = place;
      }
      measure();
      return place;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void appended(long firstIndex, List<Submission> inOrder) {
    lock.lock();
    try {
      int mask = ring.length - 1;
      for (int i = 0; i < inOrder.size(); i++) {
        ring[(int) (firstIndex + i) & mask] = (AuditEvent) inOrder.get(i).tag();
      }
      end = firstIndex + inOrder.size();
      begin = Math.max(begin, end - ring.length);
      measure();
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Up to `most` events from this index on; empty when there are none yet, or when they are no
  /// longer here.
  List<@Nullable AuditEvent> from(long index, int most) {
    lock.lock();
    try {
      if (index < begin || index >= end) {
        return List.of();
      }
      int count = (int) Math.min(most, end - index);
      List<@Nullable AuditEvent> events = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        AuditEvent event = ring[(int) (index + i) & (ring.length - 1)];
        if (event == null) {
          break;
        }
        events.add(event);
      }
      return events;
    } finally {
      lock.unlock();
    }
  }

  /// The index of the newest event here that fits.
  Optional<Long> newest(Predicate<AuditEvent> fits) {
    lock.lock();
    try {
      for (long index = end - 1; index >= begin; index--) {
        AuditEvent event = ring[(int) index & (ring.length - 1)];
        if (event != null && fits.test(event)) {
          return Optional.of(index);
        }
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until there is an event at this index, at most so long.
  void await(long index, Duration most) throws InterruptedException {
    lock.lock();
    try {
      long left = most.toNanos();
      while (end <= index && left > 0) {
        left = grown.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Waits while the follower that holds senders is behind, at most so long.
  void makeRoom(Duration most) throws InterruptedException {
    if (!crowded) {
      return;
    }
    lock.lock();
    try {
      long left = TimeUnit.NANOSECONDS.convert(most);
      while (crowded && left > 0) {
        left = followed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Lets go of what all have seen. Who fell out of the tail reads the log, and needs nothing here.
  private void release() {
    long last = end;
    for (Place one : places) {
      if (one.holdsSenders) {
        last = Math.min(last, one.next - kept);
      } else if (one.next >= begin) {
        last = Math.min(last, one.next);
      }
    }
    for (; begin < last; begin++) {
      ring[(int) begin & (ring.length - 1)] = null;
    }
  }

  private void measure() {
    Place slowest = holding;
    if (slowest == null || slowest.failing) {
      crowded = false;
      return;
    }
    long behind = end - slowest.next;
    crowded = behind > ring.length / 8 && behind < (long) HOPELESS * ring.length;
  }
}
