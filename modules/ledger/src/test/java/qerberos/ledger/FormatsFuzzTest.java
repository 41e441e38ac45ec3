package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import fuzz.Fuzzed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Whatever bytes arrive, reading them gives a value that writes the very same bytes, or an
/// IllegalArgumentException with a sentence, and nothing else.
class FormatsFuzzTest {
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 10_000);
  private static final MemoryLog LOG = new MemoryLog(300);

  private static SignedNote everyKind() {
    SigningKey old = SigningKey.generate("w.one", KeyType.COSIGNATURE, new SecureRandom());
    SigningKey young = SigningKey.generate("w.two", KeyType.ML_DSA_44, new SecureRandom());
    return LOG.sign().cosigned(old, MemoryLog.NOW).cosigned(young, MemoryLog.NOW);
  }

  static Stream<byte[]> notes() {
    return Stream.of(
        LOG.checkpoint(),
        everyKind().bytes(),
        "t\n\n— k AAAAAAE=\n".getBytes(UTF_8),
        ("t\n\n" + "— k AAAAAAE=\n".repeat(101)).getBytes(UTF_8));
  }

  static Stream<byte[]> checkpoints() {
    return Stream.of(
        LOG.sign().text().getBytes(UTF_8),
        ("o\n9223372036854775807\n" + Rfc6962.emptyRoot().base64() + "\nmore\n").getBytes(UTF_8),
        ("o\n0\n" + Rfc6962.emptyRoot().base64() + "\n").getBytes(UTF_8));
  }

  static Stream<byte[]> proofs() throws IOException {
    return Stream.of(LOG.proof(7, true).bytes(), LOG.proof(299, false).bytes());
  }

  static Stream<byte[]> paths() {
    return LOG.paths().stream().map(path -> path.toString().getBytes(UTF_8));
  }

  static Stream<byte[]> bundles() throws IOException {
    return Stream.of(LOG.tile(TilePath.parse("tile/entries/001.p/44")));
  }

  static Stream<byte[]> keys() {
    return Stream.of(
        LOG.key.verifier().toString().getBytes(UTF_8),
        SigningKey.generate("w", KeyType.ML_DSA_44, new SecureRandom())
            .verifier()
            .toString()
            .getBytes(UTF_8));
  }

  @Fuzzed("notes")
  void note(byte[] bytes) {
    read(() -> assertThat(SignedNote.parse(bytes).bytes()).isEqualTo(bytes));
  }

  @Fuzzed("checkpoints")
  void checkpoint(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    read(() -> assertThat(Checkpoint.parse(text).text()).isEqualTo(text));
  }

  @Fuzzed("proofs")
  void proof(byte[] bytes) {
    read(() -> assertThat(TlogProof.parse(bytes).bytes()).isEqualTo(bytes));
    Verification verification = new Verifier(LOG.trust()).proof(bytes, null);
    if (verification instanceof Verification.Holds) {
      byte[] entry = TlogProof.parse(bytes).extra().orElseThrow();
      int index = (int) TlogProof.parse(bytes).index();
      assertThat(entry).isEqualTo(LOG.entry(index));
    }
  }

  @Fuzzed("paths")
  void path(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    read(() -> assertThat(TilePath.parse(text)).hasToString(text));
  }

  @Fuzzed("bundles")
  void bundle(byte[] bytes) {
    for (int width : new int[] {1, 44, 256}) {
      read(() -> assertThat(EntryBundle.encode(EntryBundle.decode(bytes, width))).isEqualTo(bytes));
    }
  }

  @Fuzzed("keys")
  void key(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    read(() -> assertThat(VerifierKey.parse(text)).hasToString(text));
    read(() -> SigningKey.parse(text));
  }

  private static void read(Runnable reading) {
    try {
      reading.run();
    } catch (IllegalArgumentException refused) {
      assertThat(refused.getMessage()).isNotEmpty().hasSizeLessThan(600);
    }
  }

  @Test
  void examplesWithAnyChange_areReadOrRefused() throws IOException {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("FormatsFuzzTest seed " + seed);
    mutate(seed, ROUNDS, notes(), this::note);
    mutate(seed, ROUNDS, checkpoints(), this::checkpoint);
    mutate(seed, ROUNDS / 5, proofs(), this::proof);
    mutate(seed, ROUNDS, paths(), this::path);
    mutate(seed, ROUNDS, bundles(), this::bundle);
    mutate(seed, ROUNDS / 10, keys(), this::key);
  }

  private static void mutate(
      long seed, int rounds, Stream<byte[]> examples, Consumer<byte[]> reader) {
    Random random = new Random(seed);
    List<byte[]> all = examples.toList();
    for (int round = 0; round < rounds; round++) {
      byte[] bytes = all.get(random.nextInt(all.size()));
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        bytes = change(bytes, random);
      }
      try {
        reader.accept(bytes);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "seed " + seed + " round " + round + ": " + new String(bytes, UTF_8), e);
      }
    }
  }

  /// One byte changed, dropped or doubled, a piece moved, or the end cut off.
  private static byte[] change(byte[] bytes, Random random) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt(256)};
    }
    int at = random.nextInt(bytes.length);
    int to = at + random.nextInt(Math.min(64, bytes.length - at));
    byte[] changed = bytes.clone();
    return switch (random.nextInt(5)) {
      case 0 -> {
        changed[at] ^= (byte) (1 << random.nextInt(8));
        yield changed;
      }
      case 1 -> {
        byte[] letters = "\n 0123456789+/=x.p\u2014\0".getBytes(UTF_8);
        changed[at] = letters[random.nextInt(letters.length)];
        yield changed;
      }
      case 2 -> join(bytes, 0, at, to, bytes.length);
      case 3 -> join(bytes, 0, to, at, bytes.length);
      default -> Arrays.copyOf(bytes, at);
    };
  }

  private static byte[] join(byte[] bytes, int from, int until, int again, int end) {
    byte[] joined =
        Arrays.copyOf(Arrays.copyOfRange(bytes, from, until), until - from + end - again);
    System.arraycopy(bytes, again, joined, until - from, end - again);
    return joined;
  }
}
