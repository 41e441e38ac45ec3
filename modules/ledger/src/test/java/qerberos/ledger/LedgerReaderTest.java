package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A ledger that is only looked at: all that was published, and not one byte changed.
@Timeout(120)
class LedgerReaderTest {
  private static final List<String> CHANGES =
      List.of("create", "write", "force", "rename", "delete", "truncate", "lock");

  private final FaultyStorage disk = new FaultyStorage();

  /// A ledger of `n0=` to the last, closed in peace.
  private void make(int size) throws Exception {
    try (Ledger ledger = Ledger.open(LedgerSettings.of(disk, Story.NAMES))) {
      for (int from = 0; from < size; from += 4096) {
        List<Submission> batch = new ArrayList<>();
        for (int i = from; i < Math.min(size, from + 4096); i++) {
          batch.add(Submission.of(("n" + i + "=").getBytes(UTF_8), new byte[i % 3], null));
        }
        ledger.append(batch);
      }
      while (ledger.status().unsealedSegments() > 0) {
        Thread.sleep(10);
      }
    }
  }

  /// Reads everything there is and asks for proofs; the reader has touched nothing.
  private LedgerReader readsAll(int size) throws Exception {
    int before = disk.operations().size();
    var sizes = disk.sizes();
    LedgerReader reader = LedgerReader.open(disk, Story.NAMES);
    try (reader) {
      assertThat(reader.size()).isEqualTo(size);
      long[] next = {0};
      reader.entries(
          0,
          size,
          (index, leaf, attachment) -> {
            assertThat(index).isEqualTo(next[0]++);
            assertThat(leaf).isEqualTo(("n" + index + "=").getBytes(UTF_8));
            assertThat(attachment).hasSize((int) (index % 3));
          });
      assertThat(next[0]).isEqualTo(size);
      Trust trust = Trust.in(reader.keys());
      for (long index : new long[] {0, size / 3, size - 1}) {
        byte[] leaf = reader.entry(index).leaf();
        assertThat(reader.find(Story.NAMES.name(leaf))).isEqualTo(OptionalLong.of(index));
        assertThat(new Verifier(trust).proof(reader.proof(index).bytes(), null))
            .isInstanceOf(Verification.Holds.class);
      }
      assertThat(reader.find(Story.NAMES.name("nobody=".getBytes(UTF_8)))).isEmpty();
      assertThat(reader.root(size)).isEqualTo(reader.checkpoint().root());
      assertThat(
              Rfc6962.verifyConsistency(
                  size / 2,
                  size,
                  reader.consistency(size / 2, size),
                  reader.root(size / 2),
                  reader.root(size)))
          .isTrue();
      assertThatThrownBy(() -> reader.entry(size)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(disk.sizes()).isEqualTo(sizes);
    assertThat(disk.operations().subList(before, disk.operations().size()))
        .noneMatch(what -> CHANGES.stream().anyMatch(what::startsWith));
    return reader;
  }

  @Test
  void closedInPeace_sealedSegmentsIncluded_everythingIsRead() throws Exception {
    make(Segment.ENTRIES + 700);
    assertThat(readsAll(Segment.ENTRIES + 700).unpublished()).isZero();
  }

  @Test
  void withoutTreeAndIds_theyAreComputedAndNotWritten() throws Exception {
    make(1500);
    for (String folder : List.of(TreeFiles.FOLDER, Ids.FOLDER)) {
      for (String name : disk.list(folder)) {
        disk.delete(folder + "/" + name);
      }
    }
    readsAll(1500);
  }

  @Test
  void aTreeThatWasChanged_isComputedFromTheEntries() throws Exception {
    make(700);
    disk.flip(TreeFiles.nameOf(1), 5, 2);
    readsAll(700);
  }

  @Test
  void damagedIds_areDoneWithout() throws Exception {
    make(Segment.ENTRIES + 3);
    for (String name : disk.list(Ids.FOLDER)) {
      disk.flip(Ids.FOLDER + "/" + name, 9, 1);
    }
    readsAll(Segment.ENTRIES + 3);
  }

  @Test
  void besideAWriter_showsWhatWasPublishedWhenItWasOpened() throws Exception {
    make(300);
    try (Ledger ledger = Ledger.open(LedgerSettings.of(disk, Story.NAMES));
        LedgerReader reader = LedgerReader.open(disk, Story.NAMES)) {
      ledger.append(List.of(Submission.of("later=".getBytes(UTF_8))));
      assertThat(reader.size()).isEqualTo(300);
      assertThat(reader.entry(299).leaf()).isEqualTo("n299=".getBytes(UTF_8));
    }
  }

  @Test
  void anEntryThatWasChanged_isNeverShown() throws Exception {
    make(300);
    disk.flip("entries/000000000000.log", Frame.HEAD + Frame.ENTRY_HEAD, 1);
    assertThatThrownBy(() -> LedgerReader.open(disk, Story.NAMES))
        .isInstanceOf(LedgerDamaged.class);
  }

  @Test
  void noLedgerThere_saysSoAndMakesNone() {
    assertThatThrownBy(() -> LedgerReader.open(disk, Story.NAMES))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("no ledger here");
    assertThat(disk.sizes()).isEmpty();
  }
}
