package qerberos.http;

import static java.lang.System.Logger.Level.ERROR;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Looks a few times a second whether whoever reads a long answer still may.
///
/// A reader who no longer may is told so by the one who writes; one who takes nothing, so that the
/// writer waits for them, is cut off a moment later. Safe for concurrent use.
final class Guard implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Guard.class.getName());
  private static final Duration LOOK = Duration.ofMillis(300);
  private static final Duration LAST_WORD = Duration.ofMillis(150);

  private final BooleanSupplier holds;
  private final Runnable toldLost;
  private final Thread writer;
  private final Thread watch;
  private volatile boolean lost;
  private volatile boolean over;

  private Guard(BooleanSupplier holds, Runnable toldLost) {
    this.holds = holds;
    this.toldLost = toldLost;
    this.writer = Thread.currentThread();
    this.watch = Thread.ofVirtual().name("guard").unstarted(this::watch);
  }

  /// Begins to look, for the thread that calls, which writes.
  static Guard over(BooleanSupplier holds) {
    return over(holds, () -> {});
  }

  /// The same, for one that waits for something else meanwhile.
  ///
  /// @param toldLost lets it look around when the answer has to end
  static Guard over(BooleanSupplier holds, Runnable toldLost) {
    Guard guard = new Guard(holds, toldLost);
    guard.watch.start();
    return guard;
  }

  /// Whether the answer has to end.
  boolean lost() {
    return lost;
  }

  private void watch() {
    try {
      do {
        Thread.sleep(LOOK);
      } while (!over && asked());
      if (!over) {
        lost = true;
        toldLost.run();
        Thread.sleep(LAST_WORD);
        cutOff();
      }
    } catch (InterruptedException e) {
      // the answer is over
    }
  }

  /// What cannot be asked is not allowed.
  private boolean asked() {
    try {
      return holds.getAsBoolean();
    } catch (RuntimeException e) {
      LOG.log(ERROR, "whether somebody still may read could not be asked", e);
      return false;
    }
  }

  private synchronized void cutOff() {
    if (!over) {
      writer.interrupt();
    }
  }

  @Override
  public synchronized void close() {
    over = true;
    watch.interrupt();
  }
}
