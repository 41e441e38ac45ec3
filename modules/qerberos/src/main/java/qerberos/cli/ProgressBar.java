package qerberos.cli;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;

/// How far a long piece of work has come: a bar that redraws itself on a terminal, elsewhere a
/// plain line every ten seconds. Nothing is shown of what ends within a second.
///
/// `total` may be 0 when it is not known. Used by one thread at a time.
final class ProgressBar implements AutoCloseable {
  private static final Duration QUIET = Duration.ofSeconds(1);
  private static final Duration REDRAW = Duration.ofMillis(150);
  private static final Duration PLAIN = Duration.ofSeconds(10);
  private static final int BAR = 24;

  private final Screen screen;
  private final InstantSource clock;
  private final String what;
  private final Amount amount;
  private final long began;
  private long lastShown;
  private boolean drawn;

  /// In which unit the work is counted.
  enum Amount {
    BYTES,
    ENTRIES
  }

  ProgressBar(Screen screen, InstantSource clock, String what, Amount amount) {
    this.screen = screen;
    this.clock = clock;
    this.what = what;
    this.amount = amount;
    this.began = clock.millis();
    this.lastShown = began;
  }

  /// Tells how much is done; shows it when it is time to.
  void at(long done, long total) {
    long now = clock.millis();
    if (now - began < QUIET.toMillis()) {
      return;
    }
    boolean watched = screen.errWatched();
    if (now - lastShown < (watched ? REDRAW : PLAIN).toMillis()) {
      return;
    }
    lastShown = now;
    String line = line(done, total, now - began);
    if (watched) {
      screen.err().print("\r\u001b[K" + line);
      screen.err().flush();
      drawn = true;
    } else {
      screen.err().println(line);
    }
  }

  String line(long done, long total, long millis) {
    var line = new StringBuilder(what).append(' ');
    double share = total <= 0 ? 0 : Math.min(1.0, (double) done / total);
    if (total > 0) {
      int full = (int) Math.round(share * BAR);
      line.append('[').repeat('=', full).repeat(' ', BAR - full).append("] ");
      line.append(String.format(Locale.ROOT, "%3d %% ", (int) (share * 100)));
      line.append(inWords(done)).append(" of ").append(inWords(total));
    } else {
      line.append(inWords(done));
    }
    double seconds = millis / 1000.0;
    if (seconds > 0 && done > 0) {
      line.append(", ").append(inWords((long) (done / seconds))).append("/s");
      if (total > done) {
        line.append(", ").append(Math.round((total - done) / (done / seconds))).append(" s left");
      }
    }
    return line.toString();
  }

  private String inWords(long value) {
    if (amount == Amount.ENTRIES) {
      return String.format(Locale.ROOT, "%,d", value);
    }
    if (value < 10_000) {
      return value + " B";
    }
    if (value < 1_000_000) {
      return String.format(Locale.ROOT, "%.1f kB", value / 1e3);
    }
    return value < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f MB", value / 1e6)
        : String.format(Locale.ROOT, "%.2f GB", value / 1e9);
  }

  /// Clears the bar, so that what follows begins on a fresh line.
  @Override
  public void close() {
    if (drawn) {
      screen.err().print("\r\u001b[K");
      screen.err().flush();
    }
  }
}
