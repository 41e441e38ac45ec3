package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a verification of a folder finds.
class FolderCheckTest {
  @TempDir Path folder;

  private static final EntryNames NAMES = new TestNames();

  private FolderStorage storage() {
    return new FolderStorage(folder);
  }

  private Verification verify() throws Exception {
    return new Verifier(trust).folder(storage(), NAMES);
  }

  private Trust trust =
      Trust.in(
          List.of(
              SigningKey.generate("x", KeyType.ED25519, new java.security.SecureRandom())
                  .verifier()));

  /// A ledger of this many entries, closed in peace, its full segments sealed.
  private void make(int size) throws Exception {
    try (Ledger ledger = Ledger.open(LedgerSettings.of(storage(), NAMES))) {
      append(ledger, 0, size);
      while (ledger.status().unsealedSegments() > 0) {
        Thread.sleep(10);
      }
      trust = Trust.in(ledger.keys());
    }
  }

  private static void append(Ledger ledger, int from, int to) throws Exception {
    for (int begin = from; begin < to; begin += 4096) {
      List<Submission> batch = new ArrayList<>();
      for (int i = begin; i < Math.min(to, begin + 4096); i++) {
        batch.add(Submission.of(LedgerTest.leaf(i), LedgerTest.attachment(i), null));
      }
      ledger.append(batch);
    }
  }

  @Test
  void closedInPeace_holds() throws Exception {
    make(2 * Segment.ENTRIES + 777);
    assertThat(verify()).isInstanceOf(Verification.Holds.class);
  }

  @Test
  void inUse_holdsUpToTheCheckpoint() throws Exception {
    make(1000);
    try (Ledger ledger = Ledger.open(LedgerSettings.of(storage(), NAMES))) {
      ledger.append(List.of(Submission.of("x=1".getBytes(UTF_8))));
      assertThat(verify()).isInstanceOf(Verification.Holds.class);
    }
  }

  /// Entries come faster than checkpoints: whole segments may be beyond the one that is verified.
  @Test
  void inUse_holds_howeverFarTheEntriesAreAheadOfTheCheckpoint() throws Exception {
    LedgerSettings seldom =
        LedgerSettings.of(storage(), NAMES).withPublishEvery(Duration.ofHours(1));
    try (Ledger ledger = Ledger.open(seldom)) {
      append(ledger, 0, 100);
      ledger.awaitCheckpoint(100, Duration.ofMinutes(1)); // the first comes at once
      append(ledger, 100, 2 * Segment.ENTRIES + 777);
      trust = Trust.in(ledger.keys());
      assertThat(verify()).isInstanceOf(Verification.Holds.class);
      assertThat(ledger.checkpoint().size()).isLessThan(Segment.ENTRIES);
    }
  }

  @Test
  void everyFlippedBitOfASmallLedger_isFoundInItsFile() throws Exception {
    make(300);
    long seed = Long.getLong("seed", System.nanoTime());
    boolean every = Integer.getInteger("seeds", 1) > 1;
    Random random = new Random(seed);
    for (Path file : files()) {
      byte[] good = Files.readAllBytes(file);
      String name = folder.relativize(file).toString();
      int step = every ? 1 : good.length / 16 + 1;
      for (int at = random.nextInt(step); at < good.length; at += step) {
        if (every && at > 30_000 && at % 997 != 0) {
          continue; // zeros behind the last frame
        }
        flip(file, good, at, random.nextInt(8));
        assertFound(name, at, seed);
      }
      Files.write(file, good);
    }
    assertThat(verify()).isInstanceOf(Verification.Holds.class);
  }

  @Test
  void flippedBitsOfSealedSegmentsAndRuns_areFoundInTheirFile() throws Exception {
    make(Segment.ENTRIES + 300);
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    for (Path file : files()) {
      byte[] good = Files.readAllBytes(file);
      String name = folder.relativize(file).toString();
      for (int i = 0; i < 4 * Integer.getInteger("seeds", 1) && good.length > 3000; i++) {
        int at = i % 4 == 0 ? random.nextInt(6000) % good.length : random.nextInt(good.length);
        flip(file, good, at, random.nextInt(8));
        assertFound(name, at, seed);
      }
      Files.write(file, good);
    }
  }

  private void assertFound(String name, int at, long seed) throws Exception {
    Verification found = verify();
    assertThat(found)
        .as("bit of byte %d of %s, seed %d", at, name, seed)
        .isInstanceOf(Verification.Broken.class);
    assertThat(((Verification.Broken) found).damages())
        .as("bit of byte %d of %s, seed %d", at, name, seed)
        .anyMatch(damage -> damage.where().startsWith(name));
  }

  private static void flip(Path file, byte[] good, int at, int bit) throws Exception {
    byte[] bad = good.clone();
    bad[at] ^= (byte) (1 << bit);
    Files.write(file, bad);
  }

  private List<Path> files() throws Exception {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
