package qerberos.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The query of a request: each name once, and only names the route knows.
///
/// A misspelt filter that is silently dropped answers another question than the one asked, so an
/// unknown name is refused like a bad value. Immutable.
final class Params {
  private final Map<String, String> values;

  private Params(Map<String, String> values) {
    this.values = values;
  }

  /// Reads what stands after the question mark; the empty text when nothing does.
  static Params of(String rawQuery, Set<String> known) {
    Map<String, String> values = new LinkedHashMap<>();
    if (!rawQuery.isEmpty()) {
      for (String pair : rawQuery.split("&", -1)) {
        if (pair.isEmpty()) {
          continue;
        }
        int equals = pair.indexOf('=');
        String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
        if (!known.contains(name)) {
          throw Refused.field(name, "unknown parameter, want one of " + String.join(", ", known));
        }
        if (values.putIfAbsent(name, value) != null) {
          throw Refused.field(name, "given twice");
        }
      }
    }
    return new Params(values);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
  }

  /// The value under either name; both together are refused.
  Optional<String> text(String name, String alias) {
    if (values.containsKey(name) && values.containsKey(alias)) {
      throw Refused.field(alias, "means the same as " + name + ", give one of them");
    }
    return text(values.containsKey(name) ? name : alias);
  }

  long number(String name, long otherwise, long low, long high) {
    @Nullable String value = values.get(name);
    if (value == null || value.isEmpty()) {
      return otherwise;
    }
    try {
      long number = value.length() > 19 ? high : Long.parseLong(value);
      if (value.length() <= 19 && number >= low && number <= high) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below, with the range
    }
    throw Refused.field(name, "\"" + shortened(value) + "\", want " + low + ".." + high);
  }

  /// `true` or `false`, which is what it is when it is not given.
  boolean flag(String name) {
    return switch (text(name).orElse("false")) {
      case "true" -> true;
      case "false" -> false;
      default -> throw Refused.field(name, "want true or false");
    };
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  static String shortened(String value) {
    return value.length() <= 64 ? value : value.substring(0, 64) + "...";
  }

  private static String decoded(String raw) {
    try {
      return URLDecoder.decode(raw, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Refused.field("query", "\"" + shortened(raw) + "\" is not percent-encoded text");
    }
  }
}
