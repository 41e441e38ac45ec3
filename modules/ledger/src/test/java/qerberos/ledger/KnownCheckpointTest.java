package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A ledger is held against checkpoints that were kept elsewhere, before it signs anything.
@Timeout(60)
class KnownCheckpointTest {
  private static final String ELSEWHERE = "/mnt/other/anchor";

  private final FaultyStorage disk = new FaultyStorage();

  /// Appends and returns the checkpoint that covers it.
  private static KnownCheckpoint append(FaultyStorage disk, String... texts) throws Exception {
    try (Ledger ledger = Ledger.open(LedgerSettings.of(disk, Story.NAMES))) {
      for (String text : texts) {
        ledger.append(List.of(Submission.of(text.getBytes(UTF_8))));
      }
      ledger.awaitCheckpoint(ledger.size(), Duration.ofSeconds(10));
      return new KnownCheckpoint(ELSEWHERE, SignedNote.parse(ledger.signedCheckpoint()));
    }
  }

  private static void refused(FaultyStorage disk, KnownCheckpoint known, String why)
      throws Exception {
    boolean there = disk.list("").contains(Publisher.FILE);
    byte[] before = there ? SmallFile.read(disk, Publisher.FILE) : new byte[0];
    assertThatThrownBy(() -> Ledger.open(LedgerSettings.of(disk, Story.NAMES), List.of(known)))
        .isInstanceOf(LedgerBehind.class)
        .hasMessageContaining(ELSEWHERE)
        .hasMessageContaining(why);
    byte[] after = there ? SmallFile.read(disk, Publisher.FILE) : new byte[0];
    assertThat(after).as("nothing was signed").isEqualTo(before);
  }

  @Test
  void theSameOrNewer_isOpened() throws Exception {
    KnownCheckpoint first = append(disk, "a=1", "b=1");
    LedgerSettings settings = LedgerSettings.of(disk, Story.NAMES);
    Ledger.open(settings, List.of(first)).close();
    append(disk, "c=1");
    Ledger.open(settings, List.of(first)).close();
  }

  @Test
  void anOlderCopy_isRefused() throws Exception {
    append(disk, "a=1");
    FaultyStorage copy = disk.copy();
    KnownCheckpoint newer = append(disk, "b=1", "c=1");
    refused(copy, newer, "this ledger has 1, it is an older copy");
  }

  @Test
  void anotherHistoryOfTheSameLog_isRefused() throws Exception {
    append(disk, "a=1");
    FaultyStorage copy = disk.copy();
    KnownCheckpoint other = append(disk, "b=1");
    append(copy, "b=2", "c=2");
    refused(copy, other, "the first 2 entries of this ledger are others");
  }

  @Test
  void anotherLog_isRefused() throws Exception {
    append(disk, "a=1");
    refused(disk, append(new FaultyStorage(), "a=1"), "this ledger is 'qerberos-");
  }

  @Test
  void aForgedCheckpoint_isRefused() throws Exception {
    append(disk, "a=1");
    String origin = LedgerKeys.openToRead(disk).origin();
    SigningKey forger =
        SigningKey.generate(origin, KeyType.ED25519, new java.security.SecureRandom());
    SignedNote forged =
        SignedNote.sign(
            new Checkpoint(origin, 0, Rfc6962.emptyRoot()),
            List.of(forger),
            java.time.Instant.EPOCH);
    refused(disk, new KnownCheckpoint(ELSEWHERE, forged), "no signature by " + origin);
  }

  @Test
  void whereTheLedgerIsGone_noneIsMade() throws Exception {
    KnownCheckpoint known = append(disk, "a=1");
    FaultyStorage empty = new FaultyStorage();
    refused(empty, known, "no ledger here");
    assertThat(empty.sizes()).isEmpty();
  }
}
