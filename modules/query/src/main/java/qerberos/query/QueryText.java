package qerberos.query;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qerberos.query.Query.Bound;

/// Writes a query as the text that parses to an equal one. Immutable.
///
/// Field names are written by their own name, values in quotes unless they are plain, groups in
/// parentheses wherever they stand inside another.
final class QueryText {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.:-]+");

  private QueryText() {}

  static String of(Query query) {
    var text = new StringBuilder();
    write(query, text, false);
    return text.toString();
  }

  private static void write(Query query, StringBuilder text, boolean inside) {
    switch (query) {
      case Query.All _ -> text.append('*');
      case Query.And(var parts) -> group(parts, " ", text, inside);
      case Query.Or(var parts) -> group(parts, " OR ", text, inside);
      case Query.Not(var part) -> {
        text.append('-');
        write(part, text, true);
      }
      case Query.Term(var field, var value) -> value(value, field(field, text));
      case Query.Prefix(var field, var start) -> {
        field(field, text);
        if (!start.isEmpty()) {
          value(start, text);
        }
        text.append('*');
      }
      case Query.Range(var field, var from, var to) -> {
        field(field, text).append(from == null || from.inclusive() ? '[' : '{');
        bound(from, text);
        text.append(" TO ");
        bound(to, text);
        text.append(to == null || to.inclusive() ? ']' : '}');
      }
      case Query.Cidr(var field, var network) -> field(field, text).append(network);
      case Query.Text(var words) -> quoted(words, text);
    }
  }

  private static void group(List<Query> parts, String between, StringBuilder text, boolean inside) {
    if (inside) {
      text.append('(');
    }
    for (int i = 0; i < parts.size(); i++) {
      if (i > 0) {
        text.append(between);
      }
      write(parts.get(i), text, true);
    }
    if (inside) {
      text.append(')');
    }
  }

  private static StringBuilder field(String field, StringBuilder text) {
    int dot = field.indexOf('.');
    if (dot < 0 || field.chars().allMatch(QueryParser::plainInName)) {
      text.append(field);
    } else {
      quoted(field.substring(dot + 1), text.append(field, 0, dot + 1));
    }
    return text.append(':');
  }

  private static void bound(@Nullable Bound bound, StringBuilder text) {
    if (bound == null) {
      text.append('*');
    } else {
      value(bound.value(), text);
    }
  }

  private static void value(String value, StringBuilder text) {
    if (PLAIN.matcher(value).matches()) {
      text.append(value);
    } else {
      quoted(value, text);
    }
  }

  private static void quoted(String value, StringBuilder text) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\');
      }
      text.append(c);
    }
    text.append('"');
  }
}
