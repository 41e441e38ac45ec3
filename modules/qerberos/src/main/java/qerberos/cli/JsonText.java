package qerberos.cli;

import java.util.List;
import java.util.Map;
import qerberos.event.Json;
import qerberos.logs.Visible;

/// JSON as text for terminals and pipes: hostile characters escaped, two spaces per level.
/// Immutable.
final class JsonText {
  private JsonText() {}

  /// One value over several lines, without a line break at the end.
  static String pretty(Json json) {
    var out = new StringBuilder();
    write(out, json, 0);
    return out.toString();
  }

  /// The same on one line.
  static String compact(Json json) {
    var out = new StringBuilder();
    write(out, json, -1);
    return out.toString();
  }

  private static void write(StringBuilder out, Json json, int depth) {
    switch (json) {
      case Json.Obj(var members) -> object(out, members, depth);
      case Json.Arr(var items) -> array(out, items, depth);
      case Json.Str(var text) -> out.append(Visible.json(text));
      case Json.Num _, Json.Bool _ -> out.append(new Reply(json).text());
      case Json.Null() -> out.append("null");
    }
  }

  private static void object(StringBuilder out, Map<String, Json> members, int depth) {
    out.append('{');
    boolean first = true;
    for (var member : members.entrySet()) {
      next(out, first, depth + 1, depth >= 0);
      first = false;
      out.append(Visible.json(member.getKey())).append(depth >= 0 ? ": " : ":");
      write(out, member.getValue(), depth >= 0 ? depth + 1 : -1);
    }
    end(out, first, depth);
    out.append('}');
  }

  private static void array(StringBuilder out, List<Json> items, int depth) {
    out.append('[');
    boolean first = true;
    for (Json item : items) {
      next(out, first, depth + 1, depth >= 0);
      first = false;
      write(out, item, depth >= 0 ? depth + 1 : -1);
    }
    end(out, first, depth);
    out.append(']');
  }

  private static void next(StringBuilder out, boolean first, int depth, boolean lines) {
    if (!first) {
      out.append(',');
    }
    if (lines) {
      out.append('\n').repeat("  ", depth);
    }
  }

  private static void end(StringBuilder out, boolean empty, int depth) {
    if (!empty && depth >= 0) {
      out.append('\n').repeat("  ", depth);
    }
  }
}
