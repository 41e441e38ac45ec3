package qerberos.logs;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/// The same for a person at a terminal: local time, level, message, the rest behind it.
/// Safe for concurrent use.
final class TextLines extends Formatter {
  private static final Set<String> SHOWN = Set.of("timestamp", "level", "service", "message");

  private final JsonLines lines = new JsonLines();
  private final ZoneId zone;

  TextLines(ZoneId zone) {
    this.zone = zone;
  }

  @Override
  public String format(LogRecord entry) {
    var members = lines.members(entry);
    var line = new StringBuilder();
    LocalTime time = LocalTime.ofInstant(entry.getInstant(), zone).truncatedTo(ChronoUnit.MILLIS);
    line.append(String.format("%-12s %-5s ", time, members.get("level")));
    line.append(Visible.line(String.valueOf(members.get("message"))));
    members.forEach(
        (name, value) -> {
          if (!SHOWN.contains(name) && !name.equals("logger") && !name.equals("error")) {
            line.append("  ").append(name).append('=').append(Visible.line(value.toString()));
          }
        });
    if (entry.getThrown() != null) {
      String.valueOf(members.get("error"))
          .lines()
          .forEach(trace -> line.append("\n    ").append(Visible.line(trace.strip())));
    }
    return line.append('\n').toString();
  }
}
