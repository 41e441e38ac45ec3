package qerberos.logs;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/// One JSON object per record, the members in a fixed order. Safe for concurrent use.
final class JsonLines extends Formatter {
  @Override
  public String format(LogRecord entry) {
    Map<String, Object> members = members(entry);
    var line = new StringBuilder("{");
    members.forEach(
        (name, value) -> {
          if (line.length() > 1) {
            line.append(',');
          }
          line.append('"').append(name).append("\":");
          if (value instanceof Number || value instanceof Boolean) {
            line.append(value);
          } else {
            line.append(Visible.json(value.toString()));
          }
        });
    return line.append("}\n").toString();
  }

  /// What a line says, in order; shared with the form for people.
  Map<String, Object> members(LogRecord entry) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("timestamp", entry.getInstant().truncatedTo(ChronoUnit.MICROS).toString());
    members.put("level", level(entry.getLevel()));
    members.put("service", "qerberos");
    RequestScope.current()
        .ifPresent(
            request -> {
              members.put("requestId", request.requestId());
              if (request.squidId() != null) {
                members.put("squidId", request.squidId());
              }
            });
    members.put("message", formatMessage(entry));
    if (entry.getParameters() != null) {
      for (Object parameter : entry.getParameters()) {
        if (parameter instanceof LogField(var name, var value)) {
          members.put(name, value);
        }
      }
    }
    RequestScope.current()
        .map(RequestScope::traceId)
        .ifPresent(traceId -> members.put("trace_id", traceId));
    if (entry.getLoggerName() != null) {
      members.put("logger", entry.getLoggerName());
    }
    if (entry.getThrown() != null) {
      var trace = new StringWriter();
      entry.getThrown().printStackTrace(new PrintWriter(trace));
      members.put("error", trace.toString());
    }
    return members;
  }

  static String level(Level level) {
    if (level.intValue() >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    if (level.intValue() >= Level.WARNING.intValue()) {
      return "WARN";
    }
    return level.intValue() >= Level.INFO.intValue() ? "INFO" : "DEBUG";
  }
}
