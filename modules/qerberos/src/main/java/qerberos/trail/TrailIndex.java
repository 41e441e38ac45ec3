package qerberos.trail;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.ledger.Progress;
import qerberos.query.Aggregate;
import qerberos.query.EventIndex;
import qerberos.query.Found;
import qerberos.query.IndexDamaged;
import qerberos.query.IndexSettings;
import qerberos.query.Places;
import qerberos.query.Query;
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
  private final Marks marks;

  /// Held while the index is fed or exchanged; searches do not need it.
  private final ReentrantLock feeding = new ReentrantLock();

  private volatile EventIndex index;
  private boolean broken;

  /// What the log is marked by.
  interface Marks {
    /// What only this log has at that size: its root hash.
    String at(long size) throws IOException;
  }

  private TrailIndex(
      Path folder, IndexSettings settings, LongSupplier logSize, Marks marks, EventIndex index) {
    this.folder = folder;
    this.settings = settings;
    this.logSize = logSize;
    this.marks = marks;
    this.index = index;
  }

  /// Opens the index in this folder. One that is damaged, that knows more than the log, or that was
  /// made of another log is thrown away and begun again: nothing in it is needed to know what
  /// happened.
  ///
  /// @throws IOException the folder cannot be read or written
  static TrailIndex open(Path folder, IndexSettings settings, LongSupplier logSize, Marks marks)
      throws IOException {
    EventIndex index = opened(folder, settings, logSize, marks);
    return new TrailIndex(folder, settings, logSize, marks, index);
  }

  private static EventIndex opened(
      Path folder, IndexSettings settings, LongSupplier logSize, Marks marks) throws IOException {
    try {
      EventIndex index = EventIndex.open(folder, settings);
      Optional<String> wrong;
      try {
        wrong = wrong(index, logSize.getAsLong(), marks);
      } catch (IOException | RuntimeException e) {
        index.close();
        throw e;
      }
      if (wrong.isEmpty()) {
        return index;
      }
      LOG.log(WARNING, "the index " + wrong.get() + "; the index is built again from the log");
      index.close();
    } catch (IndexDamaged e) {
      LOG.log(WARNING, e.getMessage() + "; the index is built again from the log");
    }
    EventIndex.delete(folder);
    return EventIndex.open(folder, settings);
  }

  private static Optional<String> wrong(EventIndex index, long size, Marks marks)
      throws IOException {
    long next = index.next();
    if (next > size) {
      return Optional.of("knows " + next + " events, the log has " + size);
    }
    return next == 0 || index.mark().equals(marks.at(next))
        ? Optional.empty()
        : Optional.of("was not made of this log's first " + next + " events");
  }

  @Override
  public long next() throws IOException {
    feeding.lock();
    try {
      if (broken) {
        index.close();
        index = opened(folder, settings, logSize, marks);
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
      index.commit(marks.at(index.next()));
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

  List<Aggregate.Answer> aggregate(List<Aggregate> aggregates, Query query, long logSize)
      throws IOException {
    return index.aggregate(aggregates, query, logSize);
  }

  /// Everything that matches from one place on; see [EventIndex#places].
  Places places(Query query, long from, long logSize) throws IOException {
    return index.places(query, from, logSize);
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
        rebuild.finish(marks.at(rebuild.next()));
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
