package qerberos.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FileNameTest {
  @Test
  void plainNames_stayAsTheyAre() {
    for (String plain : List.of("qerberos-8f770c3b", "log.example", "A_1")) {
      assertThat(FileName.of(plain)).isEqualTo(plain);
    }
  }

  @Test
  void differentTexts_haveDifferentNames_thatStayInTheirFolder() {
    List<String> texts =
        List.of(
            "a/b",
            "a_b",
            "a%2Fb",
            "a b",
            ".",
            "..",
            "../x",
            ".hidden",
            "",
            "\u00fc",
            "u",
            "A/B",
            "x".repeat(200),
            "x".repeat(201),
            "\u00fc".repeat(200),
            "\u00fc".repeat(199) + "v");
    Set<String> names = new HashSet<>();
    Path folder = Path.of("/data/witnesses");
    for (String text : texts) {
      String name = FileName.of(text);
      assertThat(names.add(name)).as(text).isTrue();
      assertThat(name.length()).isLessThan(250);
      if (!text.isEmpty()) {
        assertThat(folder.resolve(name).normalize().getParent()).as(text).isEqualTo(folder);
      }
    }
  }
}
