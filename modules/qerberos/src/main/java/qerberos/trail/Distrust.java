package qerberos.trail;

import static java.lang.System.Logger.Level.ERROR;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What is done about an index that names events which are not what was asked for.
///
/// Its checksums are right and it says it is of this log, or it would not have been opened: so
/// somebody changed it who knows how. The wrong hit is not shown, which has happened before this is
/// told; the index is built again from the log, in the background, at most once an hour, so that
/// whoever goes on changing it does not keep us at it. What such an index hides, and what it counts
/// too much until it is built, nobody can tell.
///
/// Safe for concurrent use.
final class Distrust implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Distrust.class.getName());
  private static final Duration BETWEEN = Duration.ofHours(1);

  /// Builds the index again.
  interface Remedy {
    void build() throws IOException;
  }

  private final Remedy remedy;
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong notBeforeNanos = new AtomicLong(System.nanoTime());
  private volatile @Nullable Thread building;
  private volatile boolean closed;

  Distrust(Remedy remedy) {
    this.remedy = remedy;
  }

  /// A search named this event, which is not what was asked for. An event of which a part was
  /// erased no longer is what it was when it was indexed, and says nothing about the index.
  void accept(Shown wrong) {
    if (!wrong.event().erased().isEmpty()) {
      return;
    }
    long ignored = count.incrementAndGet();
    long notBefore = notBeforeNanos.get();
    long now = System.nanoTime();
    if (closed
        || now - notBefore < 0
        || !notBeforeNanos.compareAndSet(notBefore, now + BETWEEN.toNanos())) {
      return;
    }
    LOG.log(
        ERROR,
        "the index named entry "
            + wrong.index()
            + ", which is not what was asked for: it was changed, and is built again from the log");
    Thread thread = Thread.ofPlatform().name("index-remedy").daemon(true).unstarted(this::build);
    building = thread;
    thread.start();
  }

  private void build() {
    try {
      remedy.build();
    } catch (IOException | RuntimeException e) {
      LOG.log(ERROR, "the index could not be built again; `qerberos reindex` does it", e);
    }
  }

  /// How many hits were wrong.
  long count() {
    return count.get();
  }

  /// Called by whoever builds, now and then.
  ///
  /// @throws IOException it has to end
  void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("the trail is being closed");
    }
  }

  /// Ends the building.
  @Override
  public void close() {
    closed = true;
    Thread thread = building;
    try {
      if (thread != null && !thread.join(Duration.ofSeconds(10))) {
        LOG.log(ERROR, "the building of the index does not end; it is made up for later");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
