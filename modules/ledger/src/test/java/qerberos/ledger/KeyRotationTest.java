package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The log changes its keys: what the old ones signed stays good, and a crash in between leaves a
/// log that one of them can go on with.
@Timeout(300)
class KeyRotationTest {
  private static final long SEED = Long.getLong("seed", System.nanoTime());

  private static Submission entry(String text) {
    return Submission.of(text.getBytes(UTF_8));
  }

  private static Verification verify(LogStorage disk) throws IOException {
    return new Verifier(Trust.in(Verifier.keysOf(disk))).folder(disk, Story.NAMES);
  }

  @Test
  void afterARotation_theNewKeySigns_andTheOldStaysKnown() throws Exception {
    FaultyStorage disk = new FaultyStorage();
    LedgerSettings settings = LedgerSettings.of(disk, Story.NAMES);
    VerifierKey first;
    VerifierKey second;
    SignedNote before;
    TlogProof oldProof;
    try (Ledger ledger = Ledger.open(settings)) {
      first = ledger.keys().getFirst();
      ledger.append(List.of(entry("a=1")));
      before = SignedNote.parse(ledger.awaitCheckpoint(1, Duration.ofSeconds(10)));
      oldProof = ledger.proof(0);
      List<SigningKey> next = ledger.newKeys();
      ledger.rotateKeys(next);
      second = next.getFirst().verifier();
      assertThat(ledger.keys()).containsExactly(second, first);
      // Published by the new key although nothing was appended.
      SignedNote after = SignedNote.parse(ledger.signedCheckpoint());
      assertThat(after.verify(List.of(second))).hasSize(1);
      assertThat(Publisher.signers(after, List.of(first))).isEmpty();
      ledger.append(List.of(entry("b=1")));
      ledger.awaitCheckpoint(2, Duration.ofSeconds(10));
    }
    try (Ledger ledger = Ledger.open(settings, List.of(new KnownCheckpoint("kept", before)))) {
      assertThat(ledger.keys()).containsExactly(second, first);
      ledger.rotateKeys(ledger.newKeys());
      assertThat(ledger.keys()).hasSize(3).endsWith(second, first);
    }
    assertThat(verify(disk)).isInstanceOf(Verification.Holds.class);
    // The history by the old key, the present by the new one; and the old proof for ever.
    Trust present = Trust.in(List.of(Verifier.keysOf(disk).getFirst()));
    assertThat(new Verifier(present).since(before).folder(disk, Story.NAMES))
        .isInstanceOf(Verification.Holds.class);
    assertThat(new Verifier(Trust.in(List.of(first))).proof(oldProof.bytes(), null))
        .isInstanceOf(Verification.Holds.class);
    assertThat(new Verifier(Trust.in(List.of(first))).folder(disk, Story.NAMES))
        .isInstanceOf(Verification.Broken.class);
  }

  @Test
  void aCheckpointByARetiredKey_isNotThePresent() throws Exception {
    FaultyStorage disk = new FaultyStorage();
    byte[] before;
    try (Ledger ledger = Ledger.open(LedgerSettings.of(disk, Story.NAMES))) {
      ledger.append(List.of(entry("a=1")));
      before = ledger.awaitCheckpoint(1, Duration.ofSeconds(10));
      ledger.rotateKeys(ledger.newKeys());
    }
    SmallFile.replace(disk, Publisher.FILE, before, false);
    assertThat(verify(disk))
        .isInstanceOfSatisfying(
            Verification.Broken.class,
            broken -> assertThat(broken.damages().getFirst().what()).contains("which was retired"));
  }

  @Test
  void oldOrForeignKeys_areRefused_andNothingChanges() throws Exception {
    FaultyStorage disk = new FaultyStorage();
    try (Ledger ledger = Ledger.open(LedgerSettings.of(disk, Story.NAMES))) {
      List<VerifierKey> keys = ledger.keys();
      SigningKey foreign =
          SigningKey.generate("other", KeyType.ED25519, new java.security.SecureRandom());
      assertThatThrownBy(() -> ledger.rotateKeys(List.of(foreign)))
          .hasMessageContaining("want a new one named '" + ledger.origin());
      List<SigningKey> used = LedgerKeys.storedKeys(disk);
      assertThatThrownBy(() -> ledger.rotateKeys(used)).hasMessageContaining("want a new one");
      assertThatThrownBy(() -> ledger.rotateKeys(List.of())).hasMessageContaining("none");
      assertThat(ledger.keys()).isEqualTo(keys);
      assertThat(ledger.status().writable()).isTrue();
    }
  }

  @Test
  void entriesAreTakenMeanwhile() throws Exception {
    FaultyStorage disk = new FaultyStorage();
    LedgerSettings settings =
        LedgerSettings.of(disk, Story.NAMES).withPublishEvery(Duration.ofMillis(1));
    try (Ledger ledger = Ledger.open(settings)) {
      List<Appended> answers = new ArrayList<>();
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 300; i++) {
                        answers.addAll(ledger.append(List.of(entry("n" + i + "=1"))));
                      }
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      for (int i = 0; i < 5; i++) {
        ledger.rotateKeys(ledger.newKeys());
      }
      sender.join();
      assertThat(answers).hasSize(300).allMatch(answer -> answer instanceof Appended.At);
      assertThat(ledger.keys()).hasSize(6);
    }
    assertThat(verify(disk)).isInstanceOf(Verification.Holds.class);
  }

  @Test
  void thePrivateKey_isForItsOwnerAlone(@TempDir Path folder) throws Exception {
    try (Ledger ledger = Ledger.open(LedgerSettings.of(new FolderStorage(folder), Story.NAMES))) {
      String before = Files.readString(folder.resolve("key"));
      ledger.rotateKeys(ledger.newKeys());
      assertThat(folder.resolve("key")).content().isNotEqualTo(before);
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("key"))))
          .isEqualTo("rw-------");
      assertThat(folder.resolve("key.tmp")).doesNotExist();
    }
  }

  private static void live(FaultyStorage disk, Story story) throws Exception {
    Ledger ledger = null;
    try {
      ledger = Ledger.open(story.settings(disk));
      story.append(ledger, "a=1", "bb=1");
      ledger.rotateKeys(ledger.newKeys());
      story.append(ledger, "c=1");
      ledger.close();
      ledger = null;
      ledger = Ledger.open(story.settings(disk));
      ledger.rotateKeys(ledger.newKeys());
      ledger.close();
      ledger = null;
    } catch (IOException e) {
      // told to whoever opened, rotated or closed
    } finally {
      if (ledger != null) {
        Story.end(ledger);
      }
    }
  }

  @Test
  void everyOperationFailsBothWays_thenTheProcessOrThePowerIsGone() throws Exception {
    System.out.println("KeyRotationTest seed " + SEED);
    FaultyStorage good = new FaultyStorage();
    live(good, new Story());
    Random chance = new Random(SEED);
    for (int number = 0; number < good.operations().size() + 2; number++) {
      for (FaultyStorage.Fault fault : FaultyStorage.Fault.values()) {
        FaultyStorage disk = new FaultyStorage();
        disk.failAt(number, fault);
        Story story = new Story();
        live(disk, story);
        boolean power = chance.nextBoolean();
        String moment =
            "operation %d (%s) %s, power %s, seed %d"
                .formatted(
                    number,
                    number < disk.operations().size() ? disk.operations().get(number) : "none",
                    fault,
                    power ? "cut" : "on",
                    SEED);
        if (power) {
          disk.cutPower(SEED + number);
        } else {
          disk.restart();
        }
        if (disk.list("").contains(LedgerKeys.FORMAT)
            && verify(disk) instanceof Verification.Broken(List<Verification.Damage> damages)) {
          assertThat(damages)
              .as("%s: before the next start", moment)
              .noneMatch(damage -> damage.where().startsWith("key"))
              .noneMatch(damage -> damage.where().equals(Publisher.FILE));
        }
        story.check(disk, moment);
        try (Ledger ledger = Ledger.open(story.settings(disk))) {
          VerifierKey now = ledger.keys().getFirst();
          assertThat(Publisher.signers(SignedNote.parse(ledger.signedCheckpoint()), List.of(now)))
              .as(moment)
              .containsExactly(now);
        }
      }
    }
  }
}
