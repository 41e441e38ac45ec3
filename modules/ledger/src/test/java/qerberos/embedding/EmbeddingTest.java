package qerberos.embedding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.ledger.Appended;
import qerberos.ledger.EntryNames;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.Hash;
import qerberos.ledger.Ledger;
import qerberos.ledger.LedgerSettings;
import qerberos.ledger.LogReader;
import qerberos.ledger.Submission;
import qerberos.ledger.Trust;
import qerberos.ledger.Verification;
import qerberos.ledger.Verifier;
import qerberos.ledger.VerifierKey;

/// The example of the package documentation, from outside the package: what an engineer who embeds
/// the ledger can do with what is public.
class EmbeddingTest {
  /// Entries are called by their hash, so the same bytes are the same entry.
  private static final class ByContent implements EntryNames {
    @Override
    public byte[] name(byte[] leaf) {
      return Hash.sha256(leaf).bytes();
    }

    @Override
    public byte[] content(byte[] leaf) {
      return name(leaf);
    }
  }

  @Test
  void appendProveVerify_asTheDocumentationShows(@TempDir Path folder) throws Exception {
    byte[] entry = "what happened".getBytes(UTF_8);
    byte[] file = null;
    String vkey;
    var settings = LedgerSettings.of(new FolderStorage(folder.resolve("ledger")), new ByContent());
    try (Ledger ledger = Ledger.open(settings)) {
      List<Appended> answers = ledger.append(List.of(Submission.of(entry, new byte[0], null)));
      if (answers.getFirst() instanceof Appended.At(long index)) {
        ledger.awaitCheckpoint(index + 1, Duration.ofSeconds(5));
        file = ledger.proof(index).bytes();
      }
      vkey = ledger.keys().getFirst().toString();
      Trust trust = Trust.in(List.of(VerifierKey.parse(vkey)));
      assertThat(new Verifier(trust).log(LogReader.of(ledger), Verifier.Entries.ALL))
          .isInstanceOf(Verification.Holds.class);
      assertThat(ledger.append(List.of(Submission.of(entry, new byte[0], null))))
          .containsExactly(new Appended.Already(0));
    }
    assertThat(file).isNotNull();
    Trust trust = Trust.in(List.of(VerifierKey.parse(vkey)));
    assertThat(new Verifier(trust).proof(file, entry)).isInstanceOf(Verification.Holds.class);
    assertThat(new Verifier(trust).proof(file, "something else".getBytes(UTF_8)))
        .isInstanceOf(Verification.Broken.class);
  }
}
