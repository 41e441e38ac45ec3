package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a ledger does on a good day.
class LedgerTest {
  @TempDir Path folder;

  /// An entry is `name=content`; its name is what stands before the equals sign.
  private static final EntryNames NAMES = new TestNames();

  private Ledger open() throws Exception {
    return Ledger.open(LedgerSettings.of(new FolderStorage(folder), NAMES));
  }

  private static Submission entry(String text) {
    return Submission.of(text.getBytes(UTF_8));
  }

  @Test
  void appended_isReadBackProvedAndFoundByName() throws Exception {
    try (Ledger ledger = open()) {
      List<Submission> three = List.of(entry("a=1"), entry("b=2"), entry("c=3"));
      assertThat(ledger.append(three))
          .containsExactly(new Appended.At(0), new Appended.At(1), new Appended.At(2));
      ledger.awaitCheckpoint(3, Duration.ofSeconds(10));
      assertThat(ledger.entry(1).leaf()).isEqualTo("b=2".getBytes(UTF_8));
      assertThat(ledger.find(NAMES.name("c=".getBytes(UTF_8)))).isEqualTo(OptionalLong.of(2));
      assertThat(ledger.find(NAMES.name("d=".getBytes(UTF_8)))).isEmpty();
      byte[] hashes = ledger.leafHashes(1, 3);
      assertThat(hashes).hasSize(2 * Hash.BYTES);
      assertThat(Hash.at(hashes, Hash.BYTES)).isEqualTo(Rfc6962.leafHash("c=3".getBytes(UTF_8)));
      assertThat(ledger.leafHashes(3, 3)).isEmpty();
      TlogProof proof = ledger.proof(2);
      assertThat(proof.verify("c=3".getBytes(UTF_8), Trust.in(ledger.keys())).size()).isEqualTo(3);
    }
  }

  @Test
  void sameNameTwice_keepsFirstIndex() throws Exception {
    try (Ledger ledger = open()) {
      assertThat(ledger.append(List.of(entry("a=1"), entry("a=1"), entry("a=2"), entry("b=1"))))
          .containsExactly(
              new Appended.At(0),
              new Appended.Already(0),
              new Appended.Conflict(0),
              new Appended.At(1));
    }
    try (Ledger ledger = open()) {
      assertThat(ledger.append(List.of(entry("b=1"), entry("a=3"), entry("c=1"))))
          .containsExactly(new Appended.Already(1), new Appended.Conflict(0), new Appended.At(2));
      assertThat(ledger.size()).isEqualTo(3);
    }
  }

  @Test
  void manySegments_reopenedSealedAndProved() throws Exception {
    int size = 3 * Segment.ENTRIES + 1000;
    try (Ledger ledger = open()) {
      for (int from = 0; from < size; from += 1000) {
        List<Submission> batch = new ArrayList<>();
        for (int i = from; i < Math.min(size, from + 1000); i++) {
          batch.add(Submission.of(leaf(i), attachment(i), null));
        }
        assertThat(ledger.append(batch)).allMatch(answer -> answer instanceof Appended.At);
      }
    }
    try (Ledger ledger = open()) {
      assertThat(ledger.size()).isEqualTo(size);
      assertThat(ledger.repairs()).isEmpty();
      while (ledger.status().unsealedSegments() > 0) {
        Thread.sleep(20);
      }
      long[] next = {0};
      ledger.entries(
          0,
          size,
          (index, leaf, attachment) -> {
            assertThat(index).isEqualTo(next[0]++);
            assertThat(leaf).isEqualTo(leaf((int) index));
            assertThat(attachment).isEqualTo(attachment((int) index));
          });
      assertThat(next[0]).isEqualTo(size);
      for (int index = 0; index < size; index += 7919) {
        assertThat(ledger.find(NAMES.name(leaf(index)))).isEqualTo(OptionalLong.of(index));
        ledger.proof(index).verify(leaf(index), Trust.in(ledger.keys()));
      }
      assertThat(ledger.append(List.of(entry("5=other"), entry("new=1"))))
          .containsExactly(new Appended.Conflict(5), new Appended.At(size));
    }
  }

  @Test
  void whatACodecDoesNotGiveBack_isCompressedAgainWithoutItsHint() throws Exception {
    var settings = LedgerSettings.of(new FolderStorage(folder), NAMES).withCodec(new TooClever());
    try (Ledger ledger = Ledger.open(settings)) {
      int size = Segment.ENTRIES + 1;
      for (int from = 0; from < size; from += 1000) {
        List<Submission> batch = new ArrayList<>();
        for (int i = from; i < Math.min(size, from + 1000); i++) {
          batch.add(Submission.of(leaf(i), attachment(i), null));
        }
        ledger.append(batch);
      }
      while (ledger.status().unsealedSegments() > 0) {
        Thread.sleep(20);
      }
      for (int index = 0; index < size; index += 997) {
        assertThat(ledger.entry(index).leaf()).isEqualTo(leaf(index));
        assertThat(ledger.entry(index).attachment()).isEqualTo(attachment(index));
      }
    }
  }

  /// Loses a byte of every second bundle, and cannot expand the others, unless it knows nothing of
  /// leaves.
  private static final class TooClever implements Codec {
    private final Codec plain = new Deflate();
    private int bundles;

    @Override
    public String name() {
      return "too-clever";
    }

    @Override
    public byte[] compress(byte[] bytes, int leaves, int length) {
      if (leaves == 0) {
        return plain.compress(bytes, 0, length);
      }
      if (bundles++ % 2 == 0) {
        return new byte[1];
      }
      byte[] other = bytes.clone();
      other[leaves - 1] ^= 1;
      return plain.compress(other, leaves, length);
    }

    @Override
    public void expand(byte[] packed, byte[] bytes, int length) throws IOException {
      plain.expand(packed, bytes, length);
    }
  }

  @Test
  void twoOpensOfOneFolder_theSecondIsRefusedByName() throws Exception {
    try (Ledger ledger = open()) {
      assertThat(ledger.size()).isZero();
      assertThatThrownBy(this::open)
          .isInstanceOf(LedgerLocked.class)
          .hasMessageContaining(folder.toString());
    }
  }

  static byte[] leaf(int i) {
    return (i + "={\"action\":\"login\",\"actor\":\"did:squid:" + i % 17 + "\"}").getBytes(UTF_8);
  }

  static byte[] attachment(int i) {
    return i % 3 == 0 ? new byte[0] : ("attached " + i).getBytes(UTF_8);
  }
}
