package qerberos.trail;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.ledger.Progress;
import qerberos.query.EventIndex;
import qerberos.query.Found;
import qerberos.query.IndexDamaged;
import qerberos.query.IndexSettings;
import qerberos.query.Rebuild;
import qerberos.query.Search;

/// The index as a follower of the log: built again when it is damaged, opened again when its disk
/// failed, replaced while it serves when somebody asks for that.
///
/// Safe for concurrent use.
final class TrailIndex implements Follower.Sink, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(TrailIndex.class.getName());
  private static final int BATCH = 1_024;

  private final Path folder;
  private final IndexSettings settings;
  private final LongSupplier logSize;

  /// Held while the index is fed or exchanged; searches do not need it.
  private final ReentrantLock feeding = new ReentrantLock();

  private volatile EventIndex index;
  private boolean broken;

  private TrailIndex(Path folder, IndexSettings settings, LongSupplier logSize, EventIndex index) {
    this.folder = folder;
    this.settings = settings;
    this.logSize = logSize;
    this.index = index;
  }

  /// Opens the index in this folder. One that is damaged, or that knows more than the log, is
  /// thrown away and begun again: nothing in it is needed to know what happened.
  ///
  /// @throws IOException the folder cannot be read or written
  static TrailIndex open(Path folder, IndexSettings settings, LongSupplier logSize)
      throws IOException {
    return new TrailIndex(folder, settings, logSize, opened(folder, settings, logSize));
  }

  private static EventIndex opened(Path folder, IndexSettings settings, LongSupplier logSize)
      throws IOException {
    try {
      EventIndex index = EventIndex.open(folder, settings);
      if (index.next() <= logSize.getAsLong()) {
        return index;
      }
      LOG.log(
          WARNING,
          "the index knows "
              + index.next()
              + " events, the log has "
              + logSize.getAsLong()
              + "; the index is built again from the log");
      index.close();
    } catch (IndexDamaged e) {
      LOG.log(WARNING, e.getMessage() + "; the index is built again from the log");
    }
    EventIndex.delete(folder);
    return EventIndex.open(folder, settings);
  }

  @Override
  public long next() throws IOException {
    feeding.lock();
    try {
      if (broken) {
        index.close();
        index = opened(folder, settings, logSize);
        broken = false;
      }
      return index.next();
    } finally {
      feeding.unlock();
    }
  }

  @Override
  public void add(long firstIndex, List<@Nullable AuditEvent> events) throws IOException {
    feeding.lock();
    try {
      long leaf = firstIndex;
      for (AuditEvent event : events) {
        if (event == null) {
          index.skip(leaf++);
        } else {
          index.add(leaf++, event);
        }
      }
    } catch (IOException | RuntimeException e) {
      broken = true;
      throw e;
    } finally {
      feeding.unlock();
    }
  }

  @Override
  public void commit() throws IOException {
    feeding.lock();
    try {
      index.commit();
    } catch (IOException | RuntimeException e) {
      broken = true;
      throw e;
    } finally {
      feeding.unlock();
    }
  }

  Found search(Search search) throws IOException {
    return index.search(search);
  }

  /// Waits until the first `size` events can be found, at most so long.
  boolean awaitIndexed(long size, Duration most) throws IOException, InterruptedException {
    return index.awaitIndexed(size, most);
  }

  /// Builds the index anew beside the one that serves, then puts it in its place.
  ///
  /// @throws IOException it could not be built; the old one goes on serving
  void rebuild(Follower.Log log, Progress progress) throws IOException {
    LOG.log(INFO, "the index is built again while it serves");
    try (Rebuild rebuild = index.rebuild()) {
      feed(rebuild, log, progress);
      feeding.lock();
      try {
        // Senders go on; only the follower waits here, for what came in meanwhile.
        feed(rebuild, log, progress);
        rebuild.finish();
      } finally {
        feeding.unlock();
      }
    }
    LOG.log(INFO, "the index was built again");
  }

  private void feed(Rebuild rebuild, Follower.Log log, Progress progress) throws IOException {
    long until = Math.max(index.next(), rebuild.next());
    while (rebuild.next() < until) {
      List<@Nullable AuditEvent> events =
          log.read(rebuild.next(), (int) Math.min(BATCH, until - rebuild.next()));
      for (AuditEvent event : events) {
        if (event == null) {
          rebuild.skip(rebuild.next());
        } else {
          rebuild.add(rebuild.next(), event);
        }
      }
      progress.at("indexing", rebuild.next(), until);
    }
  }

  @Override
  public void close() throws IOException {
    feeding.lock();
    try {
      index.close();
    } catch (IOException e) {
      LOG.log(ERROR, "the index did not close well; it is made up for at the next start", e);
    } finally {
      feeding.unlock();
    }
  }
}
