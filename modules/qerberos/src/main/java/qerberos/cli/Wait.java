package qerberos.cli;

import java.io.IOException;
import java.util.function.Function;

/// Waits for something another process does, and says every few seconds for what.
/// Used by one thread at a time.
final class Wait {
  private static final long STEP_MILLIS = 50;

  private final Screen screen;
  private boolean drawn;

  Wait(Screen screen) {
    this.screen = screen;
  }

  /// Something to look at again and again.
  interface Condition {
    boolean holds() throws IOException;
  }

  /// Returns whether the condition came to hold in time; `what` says for what we wait, given the
  /// seconds waited.
  boolean until(Condition condition, long seconds, Function<Long, String> what)
      throws Failure, IOException {
    long began = System.nanoTime();
    long shown = 0;
    try {
      while (!condition.holds()) {
        long waited = (System.nanoTime() - began) / 1_000_000_000L;
        if (waited >= seconds) {
          return false;
        }
        if (waited > shown && (screen.errWatched() || waited % 5 == 0)) {
          shown = waited;
          show(what.apply(waited));
        }
        Thread.sleep(STEP_MILLIS);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure(Exit.CANNOT_TELL, "interrupted");
    } finally {
      if (drawn) {
        screen.err().print("\r\u001b[K");
        screen.err().flush();
      }
    }
  }

  private void show(String line) {
    if (screen.errWatched()) {
      screen.err().print("\r\u001b[Kqerberos: " + line);
      screen.err().flush();
      drawn = true;
    } else {
      screen.err().println("qerberos: " + line);
    }
  }
}
