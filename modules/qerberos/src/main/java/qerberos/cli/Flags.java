package qerberos.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The options of `start` as words and as a map, there and back. Immutable.
final class Flags {
  private static final Set<String> BARE = Set.of("--allow-insecure", "--join");

  private Flags() {}

  static Map<String, String> of(List<String> words) {
    Map<String, String> flags = new LinkedHashMap<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (BARE.contains(word)) {
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
          if (!BARE.contains(flag)) {
            words.add(value);
          }
        });
    return words;
  }
}
