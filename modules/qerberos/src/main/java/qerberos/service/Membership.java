package qerberos.service;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import qerberos.http.WriterDoor;
import qerberos.http.Writers;
import qerberos.ledger.FolderStorage;

/// A process among others of its folder: knows who writes, and begins to write when nobody does.
///
/// Whoever has the lock of the ledger's folder writes; the system gives it back when that process
/// ends, however it does. So each of the others tries to get it every second, and often while the
/// writer does not answer. One that gets it opens everything as at any start: what the one before
/// acknowledged is on disk, and a frame it had not finished was acknowledged to nobody. One that
/// cannot gives the lock back, says why, and lets the others try, less and less often.
///
/// Safe for concurrent use; succeeding happens on a thread of its own.
final class Membership implements Writers, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Membership.class.getName());
  private static final Duration USUALLY = Duration.ofSeconds(1);
  private static final Duration IN_NEED = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  /// Opens everything that writes, under the lock that the storage has taken ahead; throws what
  /// keeps it from doing so, with nothing left open.
  interface Succession {
    void succeed() throws Exception;
  }

  /// What the folder said a moment ago; every request asks.
  private record Known(long nanos, Optional<WriterDoor> writer) {}

  private final Path data;
  private final FolderStorage storage;
  private final Succession succession;
  private final Thread thread;
  private final ReentrantLock state = new ReentrantLock();
  private final Condition called = state.newCondition();
  private volatile @Nullable Known known;
  private boolean lost;
  private boolean ending;

  Membership(Path data, FolderStorage storage, Succession succession) {
    this.data = data;
    this.storage = storage;
    this.succession = succession;
    this.thread = Thread.ofPlatform().name("membership").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  @Override
  public Optional<WriterDoor> now() {
    Known last = known;
    if (last == null || System.nanoTime() - last.nanos() > IN_NEED.toNanos()) {
      last = new Known(System.nanoTime(), WriterFile.in(data));
      known = last;
    }
    return last.writer();
  }

  @Override
  public void lost(WriterDoor writer) {
    known = null;
    state.lock();
    try {
      lost = true;
      called.signalAll();
    } finally {
      state.unlock();
    }
  }

  private void run() {
    Duration penalty = Duration.ZERO;
    try {
      while (rested(penalty)) {
        try {
          if (!storage.lockAhead()) {
            continue;
          }
          LOG.log(INFO, "nobody writes to " + data + ": this process takes over");
          succession.succeed();
          LOG.log(INFO, "this process writes now");
          return;
        } catch (Exception e) {
          LOG.log(ERROR, "this process cannot begin to write to " + data, e);
          storage.release();
          penalty = penalty.multipliedBy(2).plus(USUALLY);
          penalty = penalty.compareTo(LONGEST) > 0 ? LONGEST : penalty;
        }
      }
    } catch (InterruptedException e) {
      // closed
    } catch (IOException e) {
      LOG.log(ERROR, "the lock of " + data + " cannot be given back", e);
    }
  }

  /// Waits until it is time to try again; false when this process ends.
  ///
  /// @param penalty nothing makes it come sooner than this
  private boolean rested(Duration penalty) throws InterruptedException {
    long least = Math.max(penalty.toNanos(), IN_NEED.toNanos());
    long most = now().isEmpty() ? least : Math.max(least, USUALLY.toNanos());
    long began = System.nanoTime();
    state.lock();
    try {
      while (!ending) {
        long left = (lost ? least : most) - (System.nanoTime() - began);
        if (left <= 0) {
          break;
        }
        long ignored = called.awaitNanos(left);
      }
      lost = false;
      return !ending;
    } finally {
      state.unlock();
    }
  }

  /// Does not take over any more; returns when a takeover that has begun is over.
  @Override
  public void close() {
    state.lock();
    try {
      ending = true;
      called.signalAll();
    } finally {
      state.unlock();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
