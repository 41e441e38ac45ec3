package qerberos.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class AbbreviationTest {
  private static final int MAX = 1 << 16;

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] shortened(byte[] text) {
    var out = new CanonicalWriter(4);
    Abbreviation.write(Arrays.copyOf(text, text.length + 8), 0, text.length, out);
    return out.toBytes();
  }

  private static byte[] readBack(byte[] shortened) {
    var out = new CanonicalWriter(4);
    Abbreviation.read(shortened, 0, shortened.length, out, MAX);
    return out.toBytes();
  }

  private static String hex(String text) {
    byte[] shortened = shortened(utf8(text));
    assertThat(readBack(shortened)).isEqualTo(utf8(text));
    return HexFormat.of().formatHex(shortened);
  }

  private static Map<String, byte[]> pieces() {
    Map<String, byte[]> pieces = new HashMap<>();
    for (int code = 0; code < 256; code++) {
      byte[] common = Pieces.common(code);
      if (common != null) {
        pieces.put("%02x".formatted(code), common);
      }
      byte[] rare = Pieces.rare(code);
      if (rare != null) {
        pieces.put("1f%02x".formatted(code), rare);
      }
    }
    return pieces;
  }

  @Test
  void everyPiece_hasACodeOfItsOwn_andIsWrittenAsThat() {
    Map<String, byte[]> pieces = pieces();
    assertThat(List.of(Pieces.LESS_COMMON)).hasSizeLessThanOrEqualTo(256);
    assertThat(pieces.size()).isEqualTo(Pieces.COMMON.length + Pieces.LESS_COMMON.length);
    assertThat(pieces.values().stream().map(bytes -> new String(bytes, StandardCharsets.UTF_8)))
        .doesNotHaveDuplicates()
        .allSatisfy(piece -> assertThat(piece).isNotEmpty());
    pieces.forEach(
        (code, piece) ->
            assertThat(HexFormat.of().formatHex(shortened(piece)))
                .as(new String(piece, StandardCharsets.UTF_8))
                .isEqualTo(code));
    assertThat(pieces.keySet())
        .doesNotContain("00", "09", "0a", "0d", "1e", "1f", "20", "7f", "c2");
  }

  /// Whoever changes the table makes what is sealed unreadable.
  @Test
  void table_isTheOneOfTheFormat() {
    var all = new ByteArrayOutputStream();
    for (byte[][] group : List.of(Pieces.COMMON, Pieces.LESS_COMMON)) {
      for (byte[] piece : group) {
        all.writeBytes(piece);
        all.write('\n');
      }
      all.write('\n');
    }
    assertThat(HexFormat.of().formatHex(Crypto.sha256().digest(all.toByteArray())))
        .isEqualTo("c6f52d7851db8be553b1a9f2f6222101b9092602eda99fd6babf6cf36d2f64e4");
  }

  @Test
  void everyPiece_comesBack_cutAnywhere_andBesideAnyOther() {
    List<byte[]> pieces = List.copyOf(pieces().values());
    for (byte[] piece : pieces) {
      for (int cut = 0; cut <= piece.length; cut++) {
        byte[] begin = Arrays.copyOf(piece, cut);
        byte[] end = Arrays.copyOfRange(piece, cut, piece.length);
        assertThat(readBack(shortened(begin))).isEqualTo(begin);
        assertThat(readBack(shortened(end))).isEqualTo(end);
      }
      for (byte[] other : pieces) {
        byte[] both = Arrays.copyOf(piece, piece.length + other.length);
        System.arraycopy(other, 0, both, piece.length, other.length);
        assertThat(readBack(shortened(both))).isEqualTo(both);
      }
    }
  }

  @Test
  void nothingBehindTheText_isTakenForAPartOfIt() {
    byte[] text = utf8("curl/8.14.1 xx");
    for (int end = 0; end <= text.length - 8; end++) {
      var out = new CanonicalWriter(4);
      Abbreviation.write(text, 0, end, out);
      assertThat(readBack(out.toBytes())).isEqualTo(Arrays.copyOf(text, end));
    }
  }

  @Test
  void examples_haveTheseBytes() {
    assertThat(hex("")).isEmpty();
    assertThat(hex("Q")).isEqualTo("51");
    assertThat(hex("\tQ\nQ\r")).isEqualTo("0951" + "0a51" + "0d");
    assertThat(hex("\u0000\b\u001e")).isEqualTo("0000" + "0008" + "001e");
    assertThat(hex("ü€😀")).isEqualTo("c3bc" + "e282ac" + "f09f9880");
    assertThat(hex("1234")).isEqualTo("31323334");
    assertThat(hex("12345")).isEqualTo("1e" + "12345f");
    assertThat(hex("123456")).isEqualTo("1e" + "123456f0");
    assertThat(hex("+49 170-12.3_4:5")).isEqualTo("2b" + "1e" + "49c170b12a3d4e5f");
    assertThat(hex("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"))
        .isEqualTo("01" + "05" + "15" + "313433" + "16" + "1e" + "143a0f");
  }

  @Test
  void runs_ofAnyLength_comeBack() {
    long seed = 5_952;
    var random = new Random(seed);
    String alphabet = "0123456789.- _:";
    for (int length = 1; length < 200; length++) {
      var text = new StringBuilder("7");
      while (text.length() < length) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      byte[] bytes = utf8(text.toString());
      assertThat(readBack(shortened(bytes))).as("seed %s: %s", seed, text).isEqualTo(bytes);
    }
  }

  @Test
  void anything_comesBack_andIsAtMostTwiceAsLong() {
    long seed = 20_261_124;
    var random = new Random(seed);
    List<byte[]> pieces = List.copyOf(pieces().values());
    String others = "äßéñ€語😀\u0080\u07ff\u0800\uffff";
    for (int round = 0; round < 100_000; round++) {
      var text = new ByteArrayOutputStream();
      for (int i = random.nextInt(12); i > 0; i--) {
        switch (random.nextInt(6)) {
          case 0 -> text.write(random.nextInt(0x20, 0x7f));
          case 1 -> text.write(random.nextInt(0x20));
          case 2 -> {
            int at = others.offsetByCodePoints(0, random.nextInt(others.codePointCount(0, 11)));
            text.writeBytes(utf8(Character.toString(others.codePointAt(at))));
          }
          case 3 -> {
            byte[] piece = pieces.get(random.nextInt(pieces.size()));
            int from = random.nextInt(piece.length);
            text.write(piece, from, random.nextInt(piece.length - from + 1));
          }
          case 4 -> text.writeBytes(utf8(Integer.toString(random.nextInt(1_000_000))));
          default -> text.write(random.nextInt(256));
        }
      }
      byte[] bytes = text.toByteArray();
      byte[] shortened = shortened(bytes);
      assertThat(readBack(shortened)).as("seed %s, round %s", seed, round).isEqualTo(bytes);
      assertThat(shortened.length).isLessThanOrEqualTo(2 * bytes.length);
    }
  }

  @Test
  void everyByteAndEveryPairOfBytes_comesBack() {
    for (int first = 0; first < 256; first++) {
      assertThat(readBack(shortened(new byte[] {(byte) first}))).containsExactly(first);
      for (int second = 0; second < 256; second++) {
        byte[] pair = {(byte) first, (byte) second};
        assertThat(readBack(shortened(pair))).isEqualTo(pair);
      }
    }
  }

  @Test
  void bytesThatNobodyWrote_areRefused_orReadAsSomething_butNeverMoreThanAllowed() {
    long seed = 13;
    var random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < 100_000; round++) {
      var bytes = new byte[random.nextInt(20)];
      random.nextBytes(bytes);
      var out = new CanonicalWriter(4);
      try {
        Abbreviation.read(bytes, 0, bytes.length, out, 64);
        assertThat(out.size).as("seed %s, round %s", seed, round).isLessThanOrEqualTo(64);
      } catch (SealBroken e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
    List<String> broken =
        List.of("00", "1e", "1e12", "1ef1", "1f", "1fff", "c3", "e282", "f09f98", "4142e2");
    for (String hex : broken) {
      assertThatThrownBy(() -> readBack(HexFormat.of().parseHex(hex)))
          .as(hex)
          .isInstanceOf(SealBroken.class)
          .hasMessageStartingWith("sealed values ");
    }
    byte[] bomb = new byte[MAX];
    Arrays.fill(bomb, (byte) 0x01);
    assertThatThrownBy(() -> readBack(bomb))
        .isInstanceOf(SealBroken.class)
        .hasMessage("sealed values of more than 65536 bytes");
  }

  @Test
  void usualAgentsMailsAndNames_takeAFractionOfTheirLength() {
    List<String> tooLong = new ArrayList<>();
    Map.of(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
                + " Chrome/143.0.0.0 Safari/537.36",
            8,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML,"
                + " like Gecko) Version/18.7 Mobile/15E148 Safari/604.1",
            14,
            "python-requests/2.32.3",
            7,
            "alice.miller@example.com",
            9,
            "Elisabeth Müller-Schmidt",
            9,
            "+49 170 1234567",
            10)
        .forEach(
            (text, most) -> {
              int length = shortened(utf8(text)).length;
              if (length > most) {
                tooLong.add(text + ": " + length);
              }
            });
    assertThat(tooLong).isEmpty();
  }
}
