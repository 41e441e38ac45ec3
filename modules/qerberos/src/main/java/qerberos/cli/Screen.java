package qerberos.cli;

import java.io.PrintStream;
import java.util.Map;

/// Where a command writes: results to `out`, progress and complaints to `err`.
///
/// Knows of each whether a person watches it (a terminal) and how wide it is; colours appear only
/// there, and not when `NO_COLOR` is set. Used by one thread at a time.
final class Screen {
  private final PrintStream out;
  private final PrintStream err;
  private final boolean outWatched;
  private final boolean errWatched;
  private final boolean coloured;
  private final int width;

  /// `terminals` is what the launcher found: `out`, `err`, both with a comma, or nothing.
  Screen(
      PrintStream out,
      PrintStream err,
      String terminals,
      int width,
      Map<String, String> environment) {
    this.out = out;
    this.err = err;
    this.outWatched = terminals.contains("out");
    this.errWatched = terminals.contains("err");
    String noColour = environment.getOrDefault("NO_COLOR", "");
    this.coloured =
        outWatched && noColour.isEmpty() && !"dumb".equals(environment.getOrDefault("TERM", ""));
    this.width = Math.clamp(width, 40, 400);
  }

  PrintStream out() {
    return out;
  }

  PrintStream err() {
    return err;
  }

  /// Whether a person reads the results as they come.
  boolean outWatched() {
    return outWatched;
  }

  /// Whether a person sees progress.
  boolean errWatched() {
    return errWatched;
  }

  /// Columns of the terminal.
  int width() {
    return width;
  }

  /// The text in a colour, where there are colours.
  String paint(Colour colour, String text) {
    return coloured ? "\u001b[" + colour.code + "m" + text + "\u001b[0m" : text;
  }

  /// Colours that can be told apart on light and dark ground.
  enum Colour {
    BOLD("1"),
    FAINT("2"),
    RED("31"),
    GREEN("32"),
    YELLOW("33");

    private final String code;

    Colour(String code) {
      this.code = code;
    }
  }
}
