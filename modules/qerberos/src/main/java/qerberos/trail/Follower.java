package qerberos.trail;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;

/// Feeds everything that is appended to one [Sink], in order, from the sink's own cursor.
///
/// At the tail the parsed events come from memory; further back they are read from the log. A sink
/// that fails is tried again every few seconds, from where it is durable: the log waits for nobody.
///
/// Safe for concurrent use.
public final class Follower implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Follower.class.getName());
  private static final int BATCH = 1_024;
  private static final int FEW = 64;

  /// Under full load a sink is committed this many times more rarely: each commit costs it, and
  /// what a crash takes from it is read again from the log in no time.
  private static final int BUSY = 5;

  private static final Duration GATHER = Duration.ofMillis(4);
  private static final Duration NAP = Duration.ofMillis(50);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(3);

  /// Who follows. Used by the follower's thread alone.
  public interface Sink {
    /// The first index it has not seen; after a failure, the first it has not kept.
    long next() throws IOException;

    /// @param events in order; null for a leaf that is no event of ours
    void add(long firstIndex, List<@Nullable AuditEvent> events) throws IOException;

    /// Keeps what was added, and the cursor with it.
    void commit() throws IOException;
  }

  /// Reads events back from the log.
  interface Log {
    /// At least one, unless the log ends there; null for a leaf that is no event of ours.
    List<@Nullable AuditEvent> read(long from, int most) throws IOException;
  }

  private final String name;
  private final Sink sink;
  private final Tail tail;
  private final Log log;
  private final LongSupplier size;
  private final Duration commitEvery;
  private final boolean holdsSenders;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private Tail.@Nullable Place place;
  private volatile boolean running = true;
  private volatile long next;
  private volatile @Nullable String failure;

  /// @param holdsSenders whether senders are slowed down to its pace; one follower at most
  Follower(
      String name,
      Sink sink,
      Tail tail,
      Log log,
      LongSupplier size,
      Duration commitEvery,
      boolean holdsSenders) {
    this.name = name;
    this.sink = sink;
    this.tail = tail;
    this.log = log;
    this.size = size;
    this.commitEvery = commitEvery;
    this.holdsSenders = holdsSenders;
    this.thread = Thread.ofPlatform().name("follower-" + name).daemon(true).unstarted(this::run);
  }

  /// @throws IOException the sink does not say where it is; nothing runs
  void start() throws IOException {
    place = placed();
    thread.start();
  }

  /// The same for a sink that may not be there yet: it is asked again until it says where it is.
  void startWhenItCan() {
    thread.start();
  }

  private Tail.Place placed() throws IOException {
    next = sink.next();
    Tail.Place known = place;
    return known == null ? tail.place(next, holdsSenders) : known;
  }

  public String name() {
    return name;
  }

  /// How many events it is behind.
  public long lag() {
    return Math.max(0, size.getAsLong() - next);
  }

  /// The first index it has not been given.
  public long next() {
    return next;
  }

  /// What it is failing with; empty while it does not.
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  private void run() {
    Tail.Place here = place;
    long committed = System.nanoTime();
    boolean dirty = false;
    boolean busy = false;
    while (running) {
      try {
        if (here == null) {
          here = placed();
          place = here;
        }
        long from = next;
        List<@Nullable AuditEvent> events = tail.from(from, BATCH);
        if (events.isEmpty() && from < size.getAsLong()) {
          events = log.read(from, BATCH);
        }
        if (events.isEmpty()) {
          if (!dirty) {
            recovered();
          }
          tail.await(from, NAP);
        } else {
          sink.add(from, events);
          next = from + events.size();
          dirty = true;
          busy = events.size() == BATCH;
          here.followedUpTo(next);
          if (events.size() < FEW) {
            // One wake-up for each event would cost more than the event.
            Thread.sleep(GATHER);
          }
        }
        long patience = commitEvery.toNanos() * (busy ? BUSY : 1);
        if (dirty && System.nanoTime() - committed >= patience) {
          sink.commit();
          committed = System.nanoTime();
          dirty = false;
          recovered();
        }
      } catch (InterruptedException e) {
        running = false;
      } catch (IOException | RuntimeException e) {
        failed(e);
        here = null;
        dirty = false;
      }
    }
    leave();
    try {
      if (dirty) {
        sink.commit();
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(ERROR, "follower " + name + ": the last commit failed; it is made up for later", e);
    }
  }

  private void leave() {
    Tail.Place known = place;
    if (known != null) {
      known.leave();
    }
  }

  private void recovered() {
    if (failure != null) {
      failure = null;
      LOG.log(INFO, "follower " + name + ": goes on at " + next);
    }
  }

  /// Nobody waits for it, and it asks its sink a little later where to go on.
  private void failed(Exception e) {
    String said = e.toString();
    if (!said.equals(failure)) {
      LOG.log(ERROR, "follower " + name + ": failed at " + next + ", tries again", e);
    }
    failure = said;
    Tail.Place known = place;
    if (known != null) {
      known.letGo();
    }
    try {
      boolean ignored = closing.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      running = false;
    }
  }

  /// Finishes the batch in hand, commits, and stops.
  @Override
  public void close() {
    running = false;
    closing.countDown();
    try {
      if (!thread.join(Duration.ofSeconds(20))) {
        LOG.log(ERROR, "follower " + name + ": does not stop; it is made up for later");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
