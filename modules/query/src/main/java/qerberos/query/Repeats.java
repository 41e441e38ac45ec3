package qerberos.query;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The values of one field that came before, with the numbers of their terms. Used by one thread at
/// a time.
///
/// Most fields have few values (a method, a team, an agent of twenty words), and then one look here
/// replaces making, hashing and comparing every term. A field whose values hardly ever repeat is
/// noticed and no longer remembered.
final class Repeats {
  private static final int LENGTH_MAX = 512;

  /// After so many values it is judged whether remembering pays.
  private static final int TRIED = 4_096;

  private final Map<String, int[]> known = new HashMap<>();
  private long memory;
  private int hits;
  private int misses;
  private boolean vain;

  /// The numbers of the terms of this value, or null. Not to be changed.
  int @Nullable [] of(String value) {
    if (vain) {
      return null;
    }
    int[] terms = known.get(value);
    if (terms != null) {
      hits++;
    }
    return terms;
  }

  /// Remembers a value; without terms it is only counted, because it cannot be had by numbers.
  void remember(String value, int @Nullable [] terms) {
    if (vain || value.length() > LENGTH_MAX) {
      return;
    }
    misses++;
    if (hits + misses >= TRIED && hits < misses / 4) {
      vain = true;
      known.clear();
      memory = 0;
    } else if (terms != null) {
      known.put(value, terms);
      memory += 120 + value.length() + 4L * terms.length;
    }
  }

  /// About how many bytes all this takes in memory.
  long memory() {
    return memory;
  }
}
