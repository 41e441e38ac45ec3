package qerberos.columns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Whatever a bundle holds comes back; what our leaves look like gets small.
class ColumnCodecTest {
  private final ColumnCodec codec = new ColumnCodec();

  @Test
  void usualLeaves_takeLittleMoreThanTheirHashes() throws Exception {
    Random random = seeded();
    Bundle bundle = bundle(256, i -> usual(i, random));
    byte[] packed = roundTrip(bundle);
    // Two hashes of 32 bytes, 24 bytes of identifiers, 4 of checksum, and some 12 of all else.
    assertThat(packed.length / 256).isLessThan(112);
  }

  @Test
  void leavesOfManyShapes_shareTheirColumns() throws Exception {
    Random random = seeded();
    Bundle bundle =
        bundle(
            256,
            i -> {
              StringBuilder leaf = new StringBuilder("{");
              for (int member = 0; member < 8; member++) {
                if (random.nextBoolean()) {
                  leaf.append("\"m").append((char) ('a' + member)).append("\":\"");
                  leaf.append(hash(random)).append("\",");
                }
              }
              return leaf.append("\"v\":1}").toString();
            });
    long hashes =
        new String(bundle.plain, 0, bundle.leaves, StandardCharsets.ISO_8859_1)
            .chars()
            .filter(c -> c == ',')
            .count();
    assertThat(roundTrip(bundle).length).isLessThan((int) (hashes * 32 + 256 * 12));
  }

  @Test
  void anyLeaves_comeBackAsTheyWere() throws Exception {
    String[] pool = {
      "",
      "{",
      "}",
      "{}",
      "[]",
      "\"",
      "\\",
      "\"\\",
      "{\"a\":\"\\\"\"}",
      "{\"a\":\"\\\\\"}",
      "{\"a\":1e5}",
      "{\"a\":007}",
      "{\"a\":-0.00}",
      "{\"a\":0}",
      "{\"a\":10}",
      "{\"a\":9}",
      "{\"a\":99999999999999999999999999}",
      "{\"a\":999999999999999999}",
      "{\"a\":0999999999999999999}",
      "{\"a\":true}",
      "{\"a\":null}",
      "{\"a\":nul",
      "{\"a\":\"x",
      "{\"a\":\"é\u0001ü€😀\"}",
      "{\"a\":[1,\"2\",[3,{}],\"\"]}",
      "{\"a\" : \"b\" }",
      "{\"\":\"\"}",
      "{\"a\":\"deadbeef\"}",
      "{\"a\":\"DEADBEEF\"}",
      "{\"a\":\"12345678\"}",
      "{\"a\":\"2026-11-21T10:00:00.123456789Z\"}",
      "{\"a\":\"2026-02-30T10:00:00.123456789Z\"}",
      "{\"a\":\"2026-11-21T24:00:00.123456789Z\"}",
      "{\"a\":\"0001-01-01T00:00:00.000000000Z\"}",
      "{\"a\":\"9999-12-31T23:59:59.999999999Z\"}",
      "{\"a\":\"1970-01-01T00:00:00.000000000Z\"}",
      "{\"a\":\"2260-12-31T23:59:59.999999999Z\"}",
      "{\"a\":\"2024-02-29T23:59:59.999999999Z\"}",
      "{\"a\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
      "{\"a\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\"}",
      "{\"a\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=A\"}",
      "{\"a\":\"01a20c27-3084-7067-a1d0-e4e170325aa1\"}",
      "{\"a\":\"01A20c27-3084-7067-a1d0-e4e170325aa1\"}",
      "{\"a\":\"ffffffff-ffff-ffff-ffff-ffffffffffff\"}",
      "{\"a\":\"01a20c27-3084-7067-a1d0+e4e170325aa1\"}",
      "{\"a\":\"/v2/projects/123/documents/45678\"}",
      "{\"a\":\"1.2.3.4.5.6.7.8.9.0.1.2.3\"}",
    };
    Random random = seeded();
    for (int round = 0; round < 3_000; round++) {
      int kinds = 1 + random.nextInt(6);
      String[] some = new String[kinds];
      Arrays.setAll(some, i -> pool[random.nextInt(pool.length)]);
      roundTrip(
          bundle(
              1 + random.nextInt(40),
              i -> {
                String leaf = some[random.nextInt(kinds)];
                return random.nextInt(4) == 0 ? changed(leaf, random) : leaf;
              }));
    }
  }

  @Test
  void anyBytes_comeBackAsTheyWere() throws Exception {
    Random random = seeded();
    for (int round = 0; round < 2_000; round++) {
      byte[] plain = new byte[random.nextInt(3_000)];
      random.nextBytes(plain);
      if (plain.length > 3 && random.nextBoolean()) {
        plain[2] = '{';
        plain[0] = 0;
      }
      roundTrip(new Bundle(plain, random.nextInt(plain.length + 1)));
    }
    roundTrip(new Bundle(new byte[0], 0));
    roundTrip(new Bundle(new byte[5_000_000], 5_000_000));
  }

  @Test
  void anyNumbers_comeBackAsTheyWere() throws Exception {
    Random random = seeded();
    for (int round = 0; round < 3_000; round++) {
      int digits = 1 + random.nextInt(20);
      long step = random.nextInt(1_000);
      int kind = random.nextInt(5);
      long[] last = {random.nextInt(1_000)};
      roundTrip(
          bundle(
              1 + random.nextInt(300),
              i -> {
                long free = random.nextLong() >>> random.nextInt(64);
                last[0] +=
                    switch (kind) {
                      case 0 -> step;
                      case 1 -> random.nextInt(100) - 50;
                      case 2 -> random.nextInt(50) == 0 ? Math.abs(free % 1_000_000_007L) : 1;
                      case 3 -> free;
                      default -> random.nextInt(3);
                    };
                String number = Long.toUnsignedString(last[0]);
                number =
                    kind == 3 || number.length() <= digits ? number : number.substring(0, digits);
                String padded = "0".repeat(Math.max(0, digits - number.length())) + number;
                return "{\"n\":" + number + ",\"p\":\"x" + padded + "y\"}";
              }));
    }
  }

  @Test
  void aSenderWhoMakesLeavesToHurt_costsAsMuchAsThePlainBytes() throws Exception {
    String numbers = "\"1.2.3.4.5.6.7.8.9.0.1.2\",".repeat(500);
    List<Bundle> hostile =
        List.of(
            bundle(256, i -> "{\"a\":[" + numbers + "1]}"),
            bundle(1_024, i -> i < 4 ? "{\"a\":[" + "1,".repeat(32_500) + "1]}" : "{}"),
            bundle(1_024, i -> i < 16 ? "{\"a\":[" + "1,".repeat(8_100 - i) + "1]}" : "{}"),
            bundle(1_024, i -> i < 16 ? "{\"a\":[" + "1,".repeat(8_124) + "1]}" : "{}"),
            bundle(1_025, i -> "{}"),
            bundle(256, i -> "{" + "\"a\":[".repeat(13_000)),
            bundle(256, i -> "{\"a\":[" + "1,".repeat(32_000) + "1]}"),
            bundle(256, i -> "{\"a\":[" + "\"\",".repeat(21_000) + "1]}"),
            bundle(256, i -> "{\"k" + i + "\":\"" + "x".repeat(60_000) + "\"}"),
            bundle(256, i -> "{\"a\":\"" + "\\".repeat(65_000)),
            bundle(256, i -> "{" + "\",".repeat(i) + "\"".repeat(64_000)),
            bundle(
                256,
                i ->
                    IntStream.range(0, 3_000)
                        .mapToObj(m -> "\"m" + (m * 31 + i * 7919) + "\":" + m)
                        .reduce("{", (a, b) -> a.length() > 60_000 ? a : a + "," + b)));
    for (Bundle bundle : hostile) {
      byte[] packed = roundTrip(bundle);
      assertThat(packed.length).isLessThan(bundle.plain.length / 2);
    }
  }

  @Test
  void whatWasChanged_isRefusedOrComesOutDifferent_andIsNeverABug() throws Exception {
    Random random = seeded();
    Bundle bundle = bundle(64, i -> i % 9 == 0 ? "{\"a\":" + i + "}" : usual(i, random));
    byte[] packed = roundTrip(bundle);
    byte[] to = new byte[bundle.plain.length];
    for (int length = 0; length < packed.length; length++) {
      byte[] cut = Arrays.copyOf(packed, length);
      assertThatThrownBy(() -> codec.expand(cut, to, to.length)).isInstanceOf(IOException.class);
    }
    for (int at = 0; at < packed.length; at++) {
      for (int change : new int[] {1 << random.nextInt(8), 0xff}) {
        byte[] changed = packed.clone();
        changed[at] ^= (byte) change;
        expandOrRefuse(changed, to.length);
      }
    }
    assertThatThrownBy(() -> codec.expand(packed, to, to.length - 1))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> codec.expand(packed, new byte[to.length + 1], to.length + 1))
        .isInstanceOf(IOException.class);
  }

  @Test
  void columnsThatWereChangedInside_areRefusedOrComeOutDifferent() throws Exception {
    // Behind the checks of Zstandard, where a flipped byte would seldom get.
    Random random = seeded();
    Bundle bundle = bundle(64, i -> i % 9 == 0 ? "{\"a\":" + i + "}" : usual(i, random));
    BundlePacking packing = new BundlePacking();
    assertThat(packing.pack(bundle.plain, bundle.leaves, bundle.plain.length)).isTrue();
    byte[] rest = Arrays.copyOf(packing.rest().array(), packing.rest().length());
    byte[] raw = Arrays.copyOf(packing.raw().array(), packing.raw().length());
    BundleReading reading = new BundleReading();
    byte[] to = new byte[bundle.plain.length];
    reading.read(rest, rest.length, raw, 0, to, to.length);
    assertThat(to).isEqualTo(bundle.plain);
    for (int at = 0; at < rest.length; at++) {
      for (int change = 1; change < 256; change += change < 8 ? 1 : 13) {
        byte[] changed = rest.clone();
        changed[at] ^= (byte) change;
        try {
          reading.read(changed, changed.length, raw, 0, to, to.length);
        } catch (IOException e) {
          assertThat(e).hasMessageContaining("columns: ");
        }
      }
    }
    for (int round = 0; round < 20_000; round++) {
      byte[] changed = Arrays.copyOf(rest, 1 + random.nextInt(rest.length));
      for (int i = random.nextInt(6); i >= 0; i--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      try {
        reading.read(changed, changed.length, raw, 0, to, to.length);
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("columns: ");
      }
    }
    reading.read(rest, rest.length, raw, 0, to, to.length);
    assertThat(to).isEqualTo(bundle.plain);
  }

  @Test
  void anyPackedBytes_areRefusedOrGiveSomething() {
    Random random = seeded();
    for (int round = 0; round < 20_000; round++) {
      byte[] packed = new byte[random.nextInt(200)];
      random.nextBytes(packed);
      if (packed.length > 0) {
        packed[0] = (byte) random.nextInt(3);
      }
      expandOrRefuse(packed, random.nextInt(1_000));
    }
  }

  @Test
  void manyAtOnce_doNotDisturbEachOther() throws Exception {
    Random random = seeded();
    List<Bundle> bundles = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      bundles.add(bundle(256, at -> usual(at, random)));
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        Bundle bundle = bundles.get(i % bundles.size());
        all.add(threads.submit(() -> roundTrip(bundle)));
      }
      for (Future<byte[]> one : all) {
        one.get();
      }
    }
  }

  private static final class Bundle {
    private final byte[] plain;
    private final int leaves;

    Bundle(byte[] plain, int leaves) {
      this.plain = plain;
      this.leaves = leaves;
    }
  }

  private static Bundle bundle(int count, Function<Integer, String> leaf) {
    ByteBuffer plain = ByteBuffer.allocate(count * (65_536 + 10));
    for (int i = 0; i < count; i++) {
      byte[] bytes = leaf.apply(i).getBytes(StandardCharsets.UTF_8);
      plain.putShort((short) bytes.length).put(bytes);
    }
    int leaves = plain.position();
    Random random = new Random(count);
    for (int i = 0; i < count; i++) {
      plain.putInt(i % 7 == 0 ? 0 : 60 + random.nextInt(80));
    }
    for (int i = 0; i < count; i++) {
      if (i % 7 != 0) {
        plain.putInt(random.nextInt());
      }
    }
    return new Bundle(Arrays.copyOf(plain.array(), plain.position()), leaves);
  }

  private byte[] roundTrip(Bundle bundle) throws IOException {
    byte[] packed = codec.compress(bundle.plain.clone(), bundle.leaves, bundle.plain.length);
    byte[] to = new byte[bundle.plain.length];
    codec.expand(packed, to, to.length);
    assertThat(Arrays.mismatch(to, bundle.plain)).isEqualTo(-1);
    return packed;
  }

  private void expandOrRefuse(byte[] packed, int length) {
    try {
      codec.expand(packed, new byte[length], length);
    } catch (IOException e) {
      assertThat(e).hasMessageMatching("(columns|zstd): .*");
    }
  }

  private static String changed(String leaf, Random random) {
    StringBuilder changed = new StringBuilder(leaf);
    for (int i = random.nextInt(3); i >= 0 && !changed.isEmpty(); i--) {
      int at = random.nextInt(changed.length());
      switch (random.nextInt(3)) {
        case 0 -> changed.setCharAt(at, "0123456789abcdef\"\\{}[],:x.-".charAt(random.nextInt(27)));
        case 1 -> changed.deleteCharAt(at);
        default -> changed.insert(at, changed.charAt(at));
      }
    }
    return changed.toString();
  }

  /// A leaf as the service writes it.
  private static String usual(int i, Random random) {
    int revision = 1 + random.nextInt(50);
    String[] types = {"key.create", "query.run", "payment.refund", "document.delete"};
    return """
    {"actor":{"daoId":"team%d","squidId":"did:squid:person%d","subId":"device%d"},\
    "context":{"request_id":"%s","trace_id":"%s"},\
    "details":{"after":{"revision":%d,"state":"published"},\
    "before":{"revision":%d,"state":"draft"},"durationMs":%d,"method":"POST",\
    "path":"/v2/projects/%d/documents/%d","reason":"quarterly review of shared documents"},\
    "id":"batch1-0-%012d","layer":"%s","receivedAt":"%s","ref":"document:%d",\
    "sealed":{"/details/ip":"%s","/details/userAgent":"%s"},"source":"token:admin",\
    "timestamp":"2026-01-01T00:00:00.000000000Z","type":"%s","v":1,"verdict":"ALLOW"}\
    """
        .formatted(
            random.nextInt(41),
            random.nextInt(10_000),
            random.nextInt(8),
            hex(8, random),
            hex(16, random),
            revision,
            revision - 1,
            random.nextInt(1_000),
            random.nextInt(200),
            random.nextInt(100_000),
            i + 12_345,
            random.nextBoolean() ? "identity" : "infrastructure",
            Instant.parse("2026-11-24T06:03:44Z")
                .plusNanos(100_000_001L + i * 50_000L + random.nextInt(40_000))
                .toString(),
            random.nextInt(2_000),
            hash(random),
            hash(random),
            types[random.nextInt(types.length)]);
  }

  private static String hash(Random random) {
    byte[] hash = new byte[32];
    random.nextBytes(hash);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
  }

  private static String hex(int bytes, Random random) {
    byte[] some = new byte[bytes];
    random.nextBytes(some);
    return HexFormat.of().formatHex(some);
  }

  private static Random seeded() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("seed " + seed);
    return new Random(seed);
  }
}
