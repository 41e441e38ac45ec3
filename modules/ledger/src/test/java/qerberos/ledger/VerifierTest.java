package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qerberos.ledger.Verification.Broken;
import qerberos.ledger.Verification.CannotTell;
import qerberos.ledger.Verification.Damage;
import qerberos.ledger.Verification.Holds;
import qerberos.ledger.Verifier.Entries;

class VerifierTest {
  private static Verification verify(MemoryLog log) {
    return new Verifier(log.trust()).log(log, Entries.ALL);
  }

  private static List<Damage> damages(Verification verification) {
    assertThat(verification).isInstanceOf(Broken.class);
    return ((Broken) verification).damages();
  }

  private static String reason(Verification verification) {
    assertThat(verification).isInstanceOf(CannotTell.class);
    return ((CannotTell) verification).reason();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 255, 256, 257, 511, 512, 3000, 65_536, 70_000})
  void anHonestLog_holds(int size) {
    MemoryLog log = new MemoryLog(size);
    List<Long> seen = new ArrayList<>();
    Verification verification =
        new Verifier(log.trust())
            .showing(
                (stage, done, total) -> {
                  assertThat(total).isEqualTo(size);
                  seen.add(done);
                })
            .log(log, Entries.ALL);
    assertThat(verification).isInstanceOf(Holds.class);
    Holds holds = (Holds) verification;
    assertThat(holds.checkpoint().size()).isEqualTo(size);
    assertThat(holds.checked()).anyMatch(line -> line.contains("signed by example.org/log+"));
    long tiles = log.paths().stream().filter(path -> !path.isEntries()).count();
    assertThat(holds.checked()).anyMatch(line -> line.startsWith("every hash tile (" + tiles));
    assertThat(seen).isSorted();
    if (size > 0) {
      assertThat(seen).last().isEqualTo((long) size);
    }
  }

  @Test
  void oneFlippedBitAnywhere_isFoundAndPlaced() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    MemoryLog whole = new MemoryLog(66_000);
    List<TilePath> paths = whole.paths();
    List<TilePath> chosen = new ArrayList<>(paths.subList(paths.size() - 8, paths.size()));
    chosen.add(TilePath.in(66_000, TilePath.ENTRIES, 0));
    chosen.add(TilePath.in(66_000, TilePath.ENTRIES, 257));
    chosen.add(TilePath.in(66_000, 0, 0));
    for (TilePath path : chosen) {
      MemoryLog log = new MemoryLog(whole.key, 66_000);
      int at = path.isEntries() ? 2 : random.nextInt(path.width() * Hash.BYTES);
      log.flip(path, at);
      List<Damage> damages = damages(verify(log));
      assertThat(damages).as("seed %d path %s", seed, path).isNotEmpty();
      assertThat(damages.toString())
          .as("seed %d path %s byte %d", seed, path, at)
          .contains(path.toString());
    }
  }

  @Test
  void aChangedEntry_isNamedByItsIndex() {
    MemoryLog log = new MemoryLog(1000);
    log.flip(TilePath.parse("tile/entries/001"), 5);
    assertThat(damages(verify(log)))
        .containsExactly(
            new Damage(
                "tile/entries/001 entry 0 (index 256)", "does not have the hash in tile/0/001"));
    assertThat(new Verifier(log.trust()).log(log, Entries.NONE)).isInstanceOf(Holds.class);
  }

  @Test
  void aTreeRewrittenOnEveryLevel_isNotWhatWasSigned() {
    MemoryLog honest = new MemoryLog(300);
    MemoryLog forged = new MemoryLog(honest.key, 299);
    forged.add("another last entry".getBytes(UTF_8));
    forged.publish(honest.sign());
    assertThat(damages(verify(forged)))
        .singleElement()
        .satisfies(damage -> assertThat(damage.what()).contains("the tiles give"));
  }

  @Test
  void tilesThatAreMissingOrTooShort_areNamed() {
    for (TilePath path : new MemoryLog(600).paths()) {
      MemoryLog log = new MemoryLog(600);
      log.bend(path, MemoryLog::cut);
      assertThat(damages(verify(log))).first().extracting(Damage::where).isEqualTo(path.toString());
      MemoryLog gone = new MemoryLog(600);
      gone.drop(path);
      assertThat(damages(verify(gone))).first().extracting(Damage::what).isEqualTo("not served");
    }
  }

  @Test
  void aPartialTileThatWasDropped_isReadFromTheFullOne() {
    MemoryLog log = new MemoryLog(100);
    SignedNote at100 = log.sign();
    List<TilePath> partial = log.paths();
    for (int i = 100; i < 300; i++) {
      log.add(new byte[] {1});
    }
    log.publish(at100);
    partial.forEach(log::drop);
    assertThat(verify(log)).isInstanceOf(Holds.class);
  }

  @Test
  void entriesThatWantAToken_areSkippedOrTheWholeIsLeftOpen() {
    MemoryLog log = new MemoryLog(600);
    log.entriesNeedToken = true;
    assertThat(reason(verify(log))).contains("tile/entries/000").contains("token");
    Verification some = new Verifier(log.trust()).log(log, Entries.IF_ALLOWED);
    assertThat(some).isInstanceOf(Holds.class);
    assertThat(((Holds) some).checked()).contains("the entries themselves were not read");
    log.entriesNeedToken = false;
    some = new Verifier(log.trust()).log(log, Entries.IF_ALLOWED);
    assertThat(((Holds) some).checked()).contains("every entry (600) has its hash there");
  }

  @Test
  void anotherKeyOriginOrSignature_isBroken() {
    MemoryLog log = new MemoryLog(10);
    Trust other = new MemoryLog(0).trust();
    assertThat(damages(new Verifier(other).log(log, Entries.ALL)).getFirst().what())
        .contains("no signature by");
    Trust misnamed = new Trust("example.org/other", log.trust().logKeys(), List.of(), 0);
    assertThat(damages(new Verifier(misnamed).log(log, Entries.ALL)).getFirst().what())
        .contains("example.org/other");
    SignedNote note = log.sign();
    log.publish(new SignedNote(note.text().replace("10", "11"), note.signatures()));
    assertThat(damages(verify(log)).getFirst().what()).contains("is not over this text");
  }

  @Test
  void aQuorumOfWitnesses_isDemanded() throws Exception {
    SigningKey first = SigningKey.generate("w.one", KeyType.COSIGNATURE, new SecureRandom());
    SigningKey second = SigningKey.generate("w.two", KeyType.ML_DSA_44, new SecureRandom());
    MemoryLog log = new MemoryLog(10);
    Trust trust =
        new Trust(
            "example.org/log",
            log.trust().logKeys(),
            List.of(first.verifier(), second.verifier()),
            2);
    Verifier verifier = new Verifier(trust);
    log.publish(log.sign().cosigned(first, MemoryLog.NOW).cosigned(first, MemoryLog.NOW));
    assertThat(damages(verifier.log(log, Entries.ALL)).getFirst().what())
        .isEqualTo(
            "cosigned by "
                + first.verifier().shortName()
                + ", want 2 of "
                + first.verifier().shortName()
                + ", "
                + second.verifier().shortName());
    log.publish(log.sign().cosigned(first, MemoryLog.NOW).cosigned(second, MemoryLog.NOW));
    Verification both = verifier.log(log, Entries.ALL);
    assertThat(both).isInstanceOf(Holds.class);
    assertThat(((Holds) both).checked())
        .anyMatch(line -> line.contains("w.two+") && line.contains("2023-11-14T22:13:20Z"));
    assertThat(verifier.proof(log.proof(3, true).bytes(), null)).isInstanceOf(Holds.class);
  }

  @Test
  void sinceAnOldCheckpoint_whatItCoveredMustBeThere() {
    for (int oldSize : new int[] {0, 1, 200, 256, 300, 700}) {
      MemoryLog log = new MemoryLog(oldSize);
      SignedNote old = log.sign();
      for (int i = oldSize; i < 700; i++) {
        log.add(new byte[] {2, (byte) i});
      }
      log.sign();
      Verifier verifier = new Verifier(log.trust()).since(old);
      Verification verification = verifier.log(log, Entries.NONE);
      assertThat(verification).isInstanceOf(Holds.class);
      assertThat(((Holds) verification).checked())
          .contains("it begins with the " + oldSize + " entries of the old checkpoint");
      if (oldSize > 1) {
        MemoryLog rewritten = new MemoryLog(log.key, oldSize - 1);
        for (int i = oldSize - 1; i < 700; i++) {
          rewritten.add(new byte[] {3, (byte) i});
        }
        rewritten.sign();
        assertThat(damages(verifier.log(rewritten, Entries.NONE)).getFirst().where())
            .isEqualTo("entries 0.." + (oldSize - 1));
        MemoryLog shrunk = new MemoryLog(log.key, oldSize - 1);
        assertThat(damages(verifier.log(shrunk, Entries.NONE)).getFirst().what())
            .contains("the old one had " + oldSize);
      }
    }
  }

  @Test
  void whatCannotBeReached_isNeitherYesNorNo() {
    MemoryLog log = new MemoryLog(600);
    LogReader dead =
        new LogReader() {
          @Override
          public byte[] checkpoint() {
            return log.checkpoint();
          }

          @Override
          public byte[] tile(TilePath path) throws IOException {
            throw new ConnectException("refused");
          }
        };
    assertThat(reason(new Verifier(log.trust()).log(dead, Entries.ALL))).isEqualTo("refused");
  }

  @Test
  void aProof_holdsForItsEntryAndForNoOther() throws Exception {
    MemoryLog log = new MemoryLog(1000);
    Verifier verifier = new Verifier(log.trust());
    byte[] carrying = log.proof(777, true).bytes();
    assertThat(TlogProof.parse(carrying)).hasToString(new String(carrying, UTF_8));
    assertThat(verifier.proof(carrying, null)).isInstanceOf(Holds.class);
    assertThat(verifier.proof(carrying, log.entry(777))).isInstanceOf(Holds.class);
    assertThat(damages(verifier.proof(carrying, log.entry(776))).getFirst().what())
        .isEqualTo("the entry is not at index 777 of the log of size 1000");
    byte[] bare = log.proof(777, false).bytes();
    assertThat(verifier.proof(bare, log.entry(777))).isInstanceOf(Holds.class);
    assertThat(reason(verifier.proof(bare, null))).contains("carries no entry");
    assertThat(reason(verifier.since(log.sign()).proof(carrying, null))).contains("alone");
    assertThat(new Verifier(new MemoryLog(0).trust()).proof(carrying, null))
        .isInstanceOf(Broken.class);
  }

  @Test
  void aProofWithAnyOtherByte_doesNotHold() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    MemoryLog log = new MemoryLog(300);
    Verifier verifier = new Verifier(log.trust());
    byte[] entry = log.entry(42);
    byte[] proof = log.proof(42, false).bytes();
    for (int at = 0; at < proof.length; at++) {
      byte[] bent = proof.clone();
      bent[at] ^= (byte) (1 + random.nextInt(255));
      assertThat(verifier.proof(bent, entry))
          .as("seed %d byte %d now %d", seed, at, bent[at])
          .isInstanceOf(Broken.class);
    }
  }
}
