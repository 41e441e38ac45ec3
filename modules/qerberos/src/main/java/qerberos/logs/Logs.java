package qerberos.logs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import qerberos.settings.LogSettings;

/// The logging of the process, from [#open] to [#close].
///
/// Everything at the chosen level and above goes to the given stream, errors also to `error.log`,
/// which exists from the first start on and is only ever appended to (`O_APPEND`). One at a time
/// per process, because the JDK's root logger is one. Safe for concurrent use.
public final class Logs implements AutoCloseable {
  /// Libraries that say too much at their usual level, or say at start what nobody can act on.
  private static final List<String> QUIET =
      List.of(
          "org.flywaydb",
          "com.zaxxer.hikari",
          "io.helidon",
          "org.apache.lucene.internal.vectorization",
          "org.apache.lucene.store");

  private final Logger root = Logger.getLogger("");
  private final List<Handler> ours = new ArrayList<>();
  /// Held, because the JDK forgets the level of a logger that nobody holds.
  private final List<Logger> tuned = new ArrayList<>();

  private Logs() {}

  /// Begins to log; the folder is made when it is missing.
  ///
  /// Throws an IOException when `error.log` cannot be opened for appending.
  public static Logs open(LogSettings settings, Path folder, OutputStream out, ZoneId zone)
      throws IOException {
    Files.createDirectories(folder);
    OutputStream errors =
        Files.newOutputStream(
            folder.resolve("error.log"), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    Level least =
        switch (settings.level()) {
          case ERROR -> Level.SEVERE;
          case WARN -> Level.WARNING;
          case INFO -> Level.INFO;
          case DEBUG -> Level.FINE;
        };
    Formatter lines =
        switch (settings.format()) {
          case JSON -> new JsonLines();
          case TEXT -> new TextLines(zone);
        };
    var logs = new Logs();
    for (Handler other : logs.root.getHandlers()) {
      logs.root.removeHandler(other);
    }
    logs.add(new StreamLines(out, lines, least, false));
    logs.add(new StreamLines(errors, new JsonLines(), Level.SEVERE, true));
    logs.root.setLevel(Level.INFO);
    Logger own = Logger.getLogger("qerberos");
    own.setLevel(least);
    logs.tuned.add(own);
    for (String name : QUIET) {
      Logger library = Logger.getLogger(name);
      library.setLevel(name.contains("vectorization") ? Level.SEVERE : Level.WARNING);
      logs.tuned.add(library);
    }
    return logs;
  }

  private void add(Handler handler) {
    root.addHandler(handler);
    ours.add(handler);
  }

  /// Stops logging and closes `error.log`.
  @Override
  public void close() {
    for (Handler handler : ours) {
      root.removeHandler(handler);
      handler.close();
    }
    ours.clear();
    tuned.forEach(library -> library.setLevel(null));
    tuned.clear();
  }
}
