package qerberos.logs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import qerberos.event.Json;
import qerberos.intake.AnyJson;

class VisibleTest {
  @Test
  void plainTextStaysAsItIs() {
    assertThat(Visible.line("did:squid:älice 漢字 🙂")).isEqualTo("did:squid:älice 漢字 🙂");
  }

  @Test
  void whatMovesHidesOrTurnsText_isWrittenOut() {
    assertThat(Visible.line("a\u001b[31mb\rc\nd\te\u0085f\u007fg"))
        .isEqualTo("a\\u001b[31mb\\u000dc\\u000ad\\u0009e\\u0085f\\u007fg");
    assertThat(Visible.line("x\u202e\u2066\u200b\ufeff\u2028y"))
        .isEqualTo("x\\u202e\\u2066\\u200b\\ufeff\\u2028y");
    assertThat(Visible.line("tag\udb40\udc41")).isEqualTo("tag\\udb40\\udc41");
    assertThat(Visible.line("half\ud800")).isEqualTo("half\\ud800");
  }

  @Test
  void everyCharacterOnceInJson_isReadBackAsItWas() {
    for (int c = 0; c < 0x10000; c++) {
      if (c >= 0xd800 && c <= 0xdfff) {
        continue;
      }
      String text = "<" + (char) c + ">";
      Json read =
          AnyJson.read(Visible.json(text).getBytes(java.nio.charset.StandardCharsets.UTF_8));
      assertThat(read).isEqualTo(Json.of(text));
    }
  }
}
