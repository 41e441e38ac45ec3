package qerberos.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a benchmark was asked to do differently, as `key=value` words. Immutable.
record Options(Map<String, String> given) {
  Options {
    given = Map.copyOf(given);
  }

  /// @throws IllegalArgumentException for a word that is not `key=value`
  static Options of(List<String> words) {
    Map<String, String> given = new LinkedHashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("bench: " + word + ": want KEY=VALUE");
      }
      given.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return new Options(given);
  }

  long number(String key, long otherwise) {
    String value = given.get(key);
    try {
      return value == null ? otherwise : Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("bench: " + key + "=" + value + ": want a number", e);
    }
  }

  /// Words with commas between them.
  List<String> words(String key, List<String> otherwise) {
    String value = given.get(key);
    return value == null ? otherwise : List.of(value.split(","));
  }
}
