package qerberos.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The options of `start` as words and as a map, there and back. Immutable.
final class Flags {
  private static final String BARE = "--allow-insecure";

  private Flags() {}

  static Map<String, String> of(List<String> words) {
    Map<String, String> flags = new LinkedHashMap<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals(BARE)) {
        flags.put(word, "true");
      } else if (i + 1 < words.size()) {
        i++;
        flags.put(word, words.get(i));
      }
    }
    return flags;
  }

  static List<String> words(Map<String, String> flags) {
    List<String> words = new ArrayList<>();
    flags.forEach(
        (flag, value) -> {
          words.add(flag);
          if (!flag.equals(BARE)) {
            words.add(value);
          }
        });
    return words;
  }
}
