package qerberos.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WordsTest {
  static List<Arguments> texts() {
    return List.of(
        Arguments.of("", List.of()),
        Arguments.of(" -_/.", List.of()),
        Arguments.of("The quick, THE brown", List.of("the", "quick", "brown")),
        Arguments.of("snake_case camelCase v2", List.of("snake", "case", "camelcase", "v2")),
        Arguments.of("o'neil@example.org", List.of("o", "neil", "example", "org")),
        Arguments.of("nai\u0308ve na\u00efve", List.of("na\u00efve")),
        Arguments.of("हिन्दी", List.of("हिन्दी")),
        Arguments.of("東京タワー2号", List.of("東", "京", "タ", "ワ", "ー", "2", "号")),
        Arguments.of("a🙂b", List.of("a", "b")),
        Arguments.of("\u202eevil\u0000null", List.of("evil", "null")),
        Arguments.of("𝒳𐐀", List.of("𝒳𐐨")),
        Arguments.of("x".repeat(70) + " y", List.of("x".repeat(64), "y")));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void aText_isCutIntoWords(String text, List<String> words) {
    assertThat(Words.distinct(text)).containsExactlyElementsOf(words);
  }
}
