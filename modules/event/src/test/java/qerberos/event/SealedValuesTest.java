package qerberos.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SealedValuesTest {
  private static final int MAX = 1 << 20;

  private final Treatments treatments = new Treatments(Privacy.defaults());
  private final Sealing bench = new Sealing(treatments, new SecretText(treatments).inner());
  private final CanonicalWriter out = new CanonicalWriter(4);

  /// Writes these values and returns the way.
  private byte write(String... values) {
    bench.clear();
    out.clear();
    bench.sealedFrom = new int[values.length];
    bench.sealedTo = new int[values.length];
    bench.sealedPaths = new String[values.length];
    bench.sealedCount = values.length;
    for (int i = 0; i < values.length; i++) {
      bench.sealedFrom[i] = bench.values.size;
      bench.values.utf8(values[i]);
      bench.sealedTo[i] = bench.values.size;
    }
    return SealedValues.write(bench, out);
  }

  private String[] read(byte way, byte[] bytes, int count, int max) {
    byte[][] values = SealedValues.read(way, bytes, count, max, bench.crypto);
    var texts = new String[values.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = new String(values[i], StandardCharsets.UTF_8);
    }
    return texts;
  }

  private void comesBack(String... values) {
    byte way = write(values);
    assertThat(read(way, out.toBytes(), values.length, MAX)).containsExactly(values);
  }

  private String hex(String... values) {
    comesBack(values);
    return HexFormat.of().formatHex(out.toBytes());
  }

  @Test
  void heads_sayWhatFollows() {
    assertThat(hex("\"10.1.2.3\"")).isEqualTo("00" + "0a010203");
    assertThat(hex("\"2001:db8::1\"")).isEqualTo("01" + "20010db8000000000000000000000001");
    assertThat(hex("\"3f2b8a52-7b1e-4a57-9d6c-0b7f4f1f9a11\""))
        .isEqualTo("02" + "3f2b8a527b1e4a579d6c0b7f4f1f9a11");
    assertThat(hex("\"\"")).isEqualTo("03");
    assertThat(hex("\"QQ\"")).isEqualTo("07" + "5151");
    assertThat(hex("7")).isEqualTo("06" + "37");
    assertThat(hex("\"")).isEqualTo("06" + "22");
    assertThat(hex("10.1.2.3")).as("not a string").isEqualTo("10" + "1e" + "10a1a2a3f0");
    assertThat(hex("\"10.1.2.3\"", "\"QQ\"", "7")).isEqualTo("000a010203" + "075151" + "0637");
    assertThat(hex("\"" + "Q".repeat(61) + "\"")).startsWith("7d51");
    assertThat(hex("\"" + "Q".repeat(62) + "\"")).startsWith("7f51");
    assertThat(hex("\"" + "Q".repeat(63) + "\"")).startsWith("810151");
  }

  @Test
  void addressAndAgent_areShort() {
    comesBack(
        "\"203.0.113.7\"",
        "\"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            + " Chrome/143.0.0.0 Safari/537.36\"");
    assertThat(out.size).isEqualTo(13);
  }

  @Test
  void longValues_areDeflatedWhereThatIsShorter() {
    String repeated = "\"" + "Quality. ".repeat(30) + "\"";
    assertThat(write(repeated)).isEqualTo(SealedValues.DEFLATED);
    comesBack(repeated);
    comesBack(repeated, "7", "\"10.1.2.3\"");
    String under = "\"" + "Q".repeat(SealedValues.DEFLATE_FROM - 3) + "\"";
    assertThat(write(under)).isEqualTo(SealedValues.ABBREVIATED);
    assertThat(write(under.replace("QQ\"", "QQQ\""))).isEqualTo(SealedValues.DEFLATED);
    String agents =
        "\"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0\",".repeat(3);
    String different = "[" + agents.replaceFirst("143", "99") + "\"curl/8.14.1\"]";
    assertThat(write(different)).isEqualTo(SealedValues.ABBREVIATED);
    comesBack(different);
  }

  @Test
  void anyValues_comeBack_andGiveTheSameBytesAgain() {
    long seed = 31;
    var random = new Random(seed);
    var trees = new RandomJson(random);
    for (int round = 0; round < 20_000; round++) {
      var values = new String[1 + random.nextInt(4)];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            switch (random.nextInt(4)) {
              case 0 -> new String(Canonical.bytes(trees.value(3)), StandardCharsets.UTF_8);
              case 1 -> "\"10.0." + random.nextInt(300) + "." + random.nextInt(300) + "\"";
              case 2 -> trees.text();
              default -> "\"" + Integer.toHexString(random.nextInt()).repeat(5) + "\"";
            };
      }
      byte way = write(values);
      byte[] bytes = out.toBytes();
      assertThat(read(way, bytes, values.length, MAX))
          .as("seed %s, round %s", seed, round)
          .containsExactly(values);
      assertThat(write(values)).isEqualTo(way);
      assertThat(out.toBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void bytesThatNobodyWrote_areSealBroken_orValues() {
    long seed = 32;
    var random = new Random(seed);
    for (int round = 0; round < 50_000; round++) {
      byte way =
          write("\"10.1.2.3\"", "\"curl/8.14.1\"", "\"" + "Qwertz".repeat(random.nextInt(50)));
      byte[] bytes = out.toBytes();
      byte[] changed = Arrays.copyOf(bytes, random.nextInt(bytes.length + 3));
      for (int i = random.nextInt(3); i > 0 && changed.length > 0; i--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(read(way, changed, 3, 2_000)).as("seed %s", seed).hasSize(3);
      } catch (SealBroken e) {
        assertThat(e.getMessage()).as("seed %s", seed).isNotEmpty();
      }
    }
  }

  @Test
  void tooFew_tooMany_tooLong_unknown_areSealBroken() {
    byte way = write("7", "8");
    byte[] two = out.toBytes();
    assertThatThrownBy(() -> read(way, two, 1, MAX))
        .isInstanceOf(SealBroken.class)
        .hasMessage("more sealed values than commitments");
    assertThatThrownBy(() -> read(way, two, 3, MAX))
        .isInstanceOf(SealBroken.class)
        .hasMessage("sealed values cut short");
    assertThatThrownBy(() -> read((byte) 3, two, 2, MAX))
        .isInstanceOf(SealBroken.class)
        .hasMessage("sealed values written in a way that nobody knows: 3");
    byte[] endless = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1};
    assertThatThrownBy(() -> read(way, endless, 1, MAX))
        .isInstanceOf(SealBroken.class)
        .hasMessage("sealed values with a length beyond all limits");
    assertThatThrownBy(() -> read(way, new byte[] {(byte) 0xff, (byte) 0xff, 1}, 1, MAX))
        .isInstanceOf(SealBroken.class)
        .hasMessage("sealed values cut short");
    byte deflated = write("\"" + "m".repeat(100_000) + "\"");
    byte[] bomb = out.toBytes();
    assertThat(deflated).isEqualTo(SealedValues.DEFLATED);
    assertThatThrownBy(() -> read(deflated, bomb, 1, 50_000))
        .isInstanceOf(SealBroken.class)
        .hasMessage("sealed values that cannot be inflated");
  }
}
