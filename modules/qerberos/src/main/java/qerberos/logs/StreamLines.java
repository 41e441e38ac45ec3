package qerberos.logs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.ErrorManager;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/// Writes each record as one line with one write, so that lines of several processes that append to
/// the same file never mix. A line that cannot be written is lost; the service goes on.
/// Safe for concurrent use.
final class StreamLines extends Handler {
  private final OutputStream out;
  private final boolean owned;

  /// `owned` streams are closed with the handler.
  StreamLines(OutputStream out, Formatter formatter, Level least, boolean owned) {
    this.out = out;
    this.owned = owned;
    setFormatter(formatter);
    setLevel(least);
  }

  @Override
  public void publish(LogRecord entry) {
    if (!isLoggable(entry)) {
      return;
    }
    byte[] line = getFormatter().format(entry).getBytes(StandardCharsets.UTF_8);
    synchronized (out) {
      try {
        out.write(line);
        out.flush();
      } catch (IOException e) {
        reportError("a log line is lost", e, ErrorManager.WRITE_FAILURE);
      }
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    if (owned) {
      try {
        out.close();
      } catch (IOException e) {
        reportError("error.log", e, ErrorManager.CLOSE_FAILURE);
      }
    }
  }
}
