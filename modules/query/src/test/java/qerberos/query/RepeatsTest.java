package qerberos.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RepeatsTest {
  private final Repeats repeats = new Repeats();

  @Test
  void aValue_isKnownWithItsTerms_untilTheyAreForgotten() {
    repeats.remember("a", new int[] {3, 1, 2, 9}, 3);
    repeats.remember("none", new int[0], 0);
    assertThat(terms("a")).containsExactly(3, 1, 2);
    assertThat(terms("none")).isEmpty();
    assertThat(terms("b")).isNull();
    repeats.clear();
    assertThat(terms("a")).isNull();
    repeats.remember("a", new int[] {7}, 1);
    assertThat(terms("a")).containsExactly(7);
  }

  @Test
  void valuesWithOneHash_areToldApart_orNotKnown() {
    int known = 0;
    for (int i = 0; i < 1 << 10; i++) {
      repeats.remember(colliding(i), new int[] {i}, 1);
    }
    for (int i = 0; i < 1 << 10; i++) {
      int[] terms = terms(colliding(i));
      if (terms != null) {
        known++;
        assertThat(terms).containsExactly(i);
      }
    }
    assertThat(known).isBetween(1, 16);
  }

  @Test
  void valuesThatNeverRepeat_areLeftAlone_andTriedAgainLater() {
    for (int i = 0; i < 10_000; i++) {
      repeats.remember("v" + i, new int[] {i}, 1);
    }
    assertThat(terms("v1")).isNull();
    assertThat(repeats.memory()).isZero();
    for (int i = 0; i < 16; i++) {
      repeats.remember("again", new int[] {1}, 1);
      assertThat(terms("again")).isNull();
      repeats.clear();
    }
    repeats.remember("again", new int[] {1}, 1);
    assertThat(terms("again")).containsExactly(1);
  }

  @Test
  void anyValues_areKnownAsAMapKnowsThem() {
    long seed = Long.getLong("query.seed", System.nanoTime());
    var random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      Map<String, int[]> map = new HashMap<>();
      int different = 1 + random.nextInt(2_000);
      for (int i = 0; i < 5_000; i++) {
        String value = "value " + random.nextInt(different);
        int[] terms = terms(value);
        if (terms == null) {
          int[] numbers = random.ints(random.nextInt(5)).toArray();
          repeats.remember(value, numbers, numbers.length);
          map.put(value, numbers);
        } else {
          assertThat(terms).as("seed " + seed).isEqualTo(map.get(value));
        }
      }
      repeats.clear();
    }
  }

  /// Ten letters of two hashes that are one: "Aa" and "BB".
  private static String colliding(int i) {
    var text = new StringBuilder();
    for (int bit = 0; bit < 10; bit++) {
      text.append(List.of("Aa", "BB").get((i >>> bit) & 1));
    }
    return text.toString();
  }

  private int @Nullable [] terms(String value) {
    int at = repeats.of(value);
    return at < 0
        ? null
        : Arrays.copyOfRange(repeats.terms(), at + 1, at + 1 + repeats.terms()[at]);
  }
}
