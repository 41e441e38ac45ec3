package qerberos.witness;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.NoteSignature;
import qerberos.ledger.Quorum;
import qerberos.ledger.SignedNote;
import qerberos.ledger.VerifierKey;

/// The cosignatures of the newest few checkpoints, and the newest checkpoint that has enough of
/// them.
///
/// Safe for concurrent use.
final class Cosigned {
  /// Checkpoints for which cosignatures may still come in late.
  private static final int MOST = 64;

  private record Collected(SignedNote note, Set<VerifierKey> by) {}

  private final Quorum quorum;

  /// By the text that is signed, the oldest first. Guarded by this.
  private final Map<String, Collected> recent = new LinkedHashMap<>();

  private @Nullable SignedNote newest;
  private long newestSize = -1;

  Cosigned(Quorum quorum) {
    this.quorum = quorum;
  }

  /// Takes verified cosignatures.
  ///
  /// @param note as the log signed it
  /// @return whether the newest one with enough of them has changed
  synchronized boolean add(SignedNote note, VerifierKey by, List<NoteSignature> lines) {
    Collected before = recent.remove(note.text());
    Set<VerifierKey> all = new HashSet<>(before == null ? Set.of() : before.by());
    all.add(by);
    SignedNote more =
        note.with(before == null ? List.of() : before.note().signatures()).with(lines);
    recent.put(note.text(), new Collected(more, Set.copyOf(all)));
    if (recent.size() > MOST) {
      recent.remove(recent.keySet().iterator().next());
    }
    long size = Checkpoint.parse(note.text()).size();
    if (size < newestSize || !quorum.metBy(all)) {
      return false;
    }
    newest = more;
    newestSize = size;
    notifyAll();
    return true;
  }

  /// The note with the cosignatures that there are.
  synchronized SignedNote with(SignedNote note) {
    Collected known = recent.get(note.text());
    return known == null ? note : note.with(known.note().signatures());
  }

  /// The newest checkpoint with enough cosignatures.
  synchronized Optional<SignedNote> newest() {
    return Optional.ofNullable(newest);
  }

  /// The same, once it covers so many entries.
  synchronized SignedNote await(long size, Duration most)
      throws InterruptedException, TimeoutException {
    long end = System.nanoTime() + most.toNanos();
    while (true) {
      SignedNote known = newest;
      if (known != null && newestSize >= size) {
        return known;
      }
      long left = end - System.nanoTime();
      if (left <= 0) {
        throw new TimeoutException("no cosigned checkpoint over " + size + " entries yet");
      }
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
  }
}
