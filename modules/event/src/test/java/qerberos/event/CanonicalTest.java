package qerberos.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CanonicalTest {
  @Test
  void members_standInTheOrderOfTheirUtf16Units() {
    Json json =
        new Json.Obj(
            Map.of(
                "\ufb00",
                Json.of(1),
                "😀",
                Json.of(2),
                "€",
                Json.of(3),
                "a",
                Json.of(4),
                "A",
                Json.of(5),
                "\r",
                Json.of(6),
                "",
                Json.of(7),
                "10",
                Json.of(8),
                "9",
                Json.of(9)));
    assertThat(text(json))
        .isEqualTo(
            "{\"\":7,\"\\r\":6,\"10\":8,\"9\":9,\"A\":5,\"a\":4,\"€\":3,\"😀\":2,\"\ufb00\":1}");
  }

  @Test
  void escapes_areTheShortest() {
    assertThat(text(Json.of("\"\\/\b\f\n\r\t\u0000\u001f\u007f\u0080€😀")))
        .isEqualTo("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\u0080€😀\"");
  }

  @Test
  void anyTree_writtenAndRead_isTheSame() {
    long seed = 8_785;
    var random = new RandomJson(new Random(seed));
    for (int i = 0; i < 5_000; i++) {
      Json json = random.value(5);
      byte[] bytes = Canonical.bytes(json);
      assertThat(Canonical.read(bytes)).as("seed %s, round %s", seed, i).isEqualTo(json);
    }
  }

  @Test
  void changedBytes_areRefusedOrCanonicalThemselves() {
    long seed = 4_711;
    var random = new Random(seed);
    var trees = new RandomJson(random);
    int read = 0;
    for (int i = 0; i < 60_000; i++) {
      byte[] bytes = Canonical.bytes(trees.value(4));
      byte[] changed = changed(bytes, random);
      Json json;
      try {
        json = Canonical.read(changed);
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageContaining("want");
        continue;
      }
      read++;
      assertThat(Canonical.bytes(json)).as("seed %s, round %s", seed, i).isEqualTo(changed);
    }
    assertThat(read).isPositive();
  }

  private static byte[] changed(byte[] bytes, Random random) {
    byte[] pool = "{}[]\":,0123456789.eE+-\\utrfalsn /x\u00e9".getBytes(StandardCharsets.UTF_8);
    byte piece =
        random.nextInt(4) == 0 ? (byte) random.nextInt() : pool[random.nextInt(pool.length)];
    int at = random.nextInt(bytes.length + 1);
    int cut = at < bytes.length ? random.nextInt(2) : 0;
    int put = random.nextInt(2);
    byte[] changed = new byte[bytes.length - cut + put];
    System.arraycopy(bytes, 0, changed, 0, at);
    if (put == 1) {
      changed[at] = piece;
    }
    System.arraycopy(bytes, at + cut, changed, at + put, bytes.length - at - cut);
    return changed;
  }

  @Test
  void otherFormsOfJson_areRefused() {
    for (String other :
        List.of(
            " 1",
            "1 ",
            "1.0",
            "-0",
            "01",
            "1e2",
            "1E+21",
            "+1",
            ".5",
            "1e21",
            "0.0000001",
            "9007199254740993",
            "\"\\/\"",
            "\"\\u0041\"",
            "\"\\u000a\"",
            "\"\\u001F\"",
            "\"\\ud800\"",
            "\"\n\"",
            "{\"b\":1,\"a\":2}",
            "{\"a\":1,\"a\":2}",
            "{\"a\" :1}",
            "[1, 2]",
            "[1,]",
            "{}{}",
            "",
            "tru",
            "NaN",
            "\"",
            "{\"a\"}",
            "[")) {
      assertThatThrownBy(() -> Canonical.read(other.getBytes(StandardCharsets.UTF_8)))
          .as(other)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not canonical JSON");
    }
  }

  @Test
  void badUtf8_isRefused() {
    int[][] bad = {
      {0x80},
      {0xc0, 0x80},
      {0xc3},
      {0xed, 0xa0, 0x80},
      {0xe0, 0x80, 0x80},
      {0xf0, 0x80, 0x80, 0x80},
      {0xf4, 0x90, 0x80, 0x80},
      {0xff}
    };
    for (int[] units : bad) {
      byte[] bytes = new byte[units.length + 2];
      bytes[0] = '"';
      bytes[bytes.length - 1] = '"';
      for (int i = 0; i < units.length; i++) {
        bytes[i + 1] = (byte) units[i];
      }
      assertThatThrownBy(() -> Canonical.read(bytes)).hasMessageContaining("UTF-8");
    }
  }

  @Test
  void loneSurrogates_areRefused() {
    for (String lone : List.of("\ud800", "a\udc00", "\ud83d\ud83d\ude00", "\ude00\ud83d")) {
      assertThatThrownBy(() -> Json.of(lone))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("half a surrogate pair");
      assertThatThrownBy(() -> new Json.Obj(Map.of(lone, Json.NULL)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> new ObjBuilder().add(lone, Json.NULL))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(Json.of("😀").value()).isEqualTo("😀");
  }

  @Test
  void depth_128LevelsAreWrittenAndRead_129AreNot() {
    Json deep = nested(Canonical.DEPTH_MAX);
    assertThat(Canonical.read(Canonical.bytes(deep))).isEqualTo(deep);
    assertThatThrownBy(() -> Canonical.bytes(nested(Canonical.DEPTH_MAX + 1)))
        .hasMessage("deeper than 128 levels");
    byte[] deeper = ("[".repeat(129) + "]".repeat(129)).getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> Canonical.read(deeper)).hasMessageContaining("at most 128 levels");
  }

  private static Json nested(int levels) {
    Json json = new Json.Arr(List.of());
    for (int i = 1; i < levels; i++) {
      json = new Json.Arr(List.of(json));
    }
    return json;
  }

  @Test
  void objects_areEqualInWhateverOrderTheirMembersCame() {
    Json.Obj one = new ObjBuilder().add("a", "1").add("b", "2").build();
    Json.Obj other = new ObjBuilder().add("b", "2").add("a", "1").build();
    assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
    assertThat(one.members()).isEqualTo(Map.of("a", Json.of("1"), "b", Json.of("2")));
    assertThat(one.with("a", Json.of("3")))
        .isEqualTo(new ObjBuilder().add("b", "2").add("a", "3").build());
  }

  @Test
  void aNameGivenTwice_isRefused_alsoAmongMany() {
    for (int size : new int[] {1, 10, 40}) {
      var builder = new ObjBuilder();
      for (int i = 0; i < size; i++) {
        builder.add("name" + (i * 7 % size), Json.NULL);
      }
      assertThatThrownBy(() -> builder.add("name0", Json.NULL))
          .isInstanceOf(ObjBuilder.DuplicateName.class)
          .hasMessage("given twice");
      assertThat(builder.build().members()).hasSize(size);
    }
  }

  private static String text(Json json) {
    return new String(Canonical.bytes(json), StandardCharsets.UTF_8);
  }
}
