package qerberos.trail;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import qerberos.ledger.Ledger;
import qerberos.ledger.SignedNote;
import qerberos.ledger.TlogProof;
import qerberos.witness.Witnesses;

/// Proofs that an event is in the log, and the checkpoints they lead to.
///
/// Safe for concurrent use.
public final class Proofs {
  private final Ledger ledger;
  private final Witnesses witnesses;

  Proofs(Ledger ledger, Witnesses witnesses) {
    this.ledger = ledger;
    this.witnesses = witnesses;
  }

  /// The proof that the event at this index is in the log, against a published checkpoint; waits
  /// for one when it is that new.
  ///
  /// @throws TimeoutException when none was published in time
  public TlogProof of(long leafIndex, Duration most)
      throws IOException, InterruptedException, TimeoutException {
    byte[] ignored = ledger.awaitCheckpoint(leafIndex + 1, most);
    return ledger.proof(leafIndex);
  }

  /// The proofs of these events, in their order, all against one published checkpoint; waits for
  /// one that covers them all.
  ///
  /// @throws TimeoutException when none was published in time
  public List<TlogProof> of(List<Shown> events, Duration most)
      throws IOException, InterruptedException, TimeoutException {
    List<Long> indexes = events.stream().map(Shown::index).toList();
    long size = indexes.stream().mapToLong(index -> index + 1).max().orElse(0);
    byte[] ignored = ledger.awaitCheckpoint(size, most);
    return ledger.proofs(indexes);
  }

  /// The proof of one against a checkpoint that enough witnesses have cosigned.
  ///
  /// @throws TimeoutException when none covers the event in time
  public TlogProof witnessed(long leafIndex, Duration most)
      throws IOException, InterruptedException, TimeoutException {
    return ledger.proof(leafIndex, witnesses.awaitCosigned(leafIndex + 1, most));
  }

  /// The newest checkpoint as it is served: signed by the log, with the cosignatures that it has.
  public byte[] signedCheckpoint() {
    byte[] newest = ledger.signedCheckpoint();
    return witnesses.any() ? witnesses.with(SignedNote.parse(newest)).bytes() : newest;
  }
}
