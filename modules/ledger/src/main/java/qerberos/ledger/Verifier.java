package qerberos.ledger;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds out whether a log, or a proof from it, is what its key signed. Needs nothing but public
/// keys, and believes nothing else.
///
/// Immutable; each verification is used by one thread.
public final class Verifier {
  private final Trust trust;
  private final @Nullable SignedNote old;
  private final Progress progress;

  /// @param trust whom to believe
  public Verifier(Trust trust) {
    this(trust, null, Progress.NONE);
  }

  private Verifier(Trust trust, @Nullable SignedNote old, Progress progress) {
    this.trust = trust;
    this.old = old;
    this.progress = progress;
  }

  /// A verifier that also demands that what an old checkpoint covered has not changed since. For a
  /// folder the checkpoint may be by any key that the folder lists, retired ones too.
  public Verifier since(SignedNote checkpoint) {
    return new Verifier(trust, checkpoint, progress);
  }

  /// A verifier that tells how far it has come.
  public Verifier showing(Progress progress) {
    return new Verifier(trust, old, progress);
  }

  /// Whether to read the entries of a log or only their hashes.
  public enum Entries {
    /// Hash tiles only, which anybody may read.
    NONE,
    /// The entries too, unless the log wants a token for them.
    IF_ALLOWED,
    /// The entries too; if the log does not hand them out, nothing can be told.
    ALL
  }

  /// Reads a whole log: its checkpoint, every hash tile of every level, and the entries if wanted,
  /// and computes from the leaves upwards what all of them must be.
  public Verification log(LogReader log, Entries entries) {
    SignedNote note;
    try {
      note = SignedNote.parse(log.checkpoint());
    } catch (IllegalArgumentException | LogReader.Malformed e) {
      return new Verification.Broken("checkpoint", String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new Verification.CannotTell(String.valueOf(e.getMessage()));
    }
    List<String> checked = new ArrayList<>();
    Checkpoint checkpoint;
    Checkpoint before;
    try {
      checkpoint = opened(note, checked);
    } catch (Trust.Refused e) {
      return new Verification.Broken("checkpoint", String.valueOf(e.getMessage()));
    }
    try {
      before = old == null ? null : trust.open(old);
    } catch (Trust.Refused e) {
      return new Verification.Broken("old checkpoint", String.valueOf(e.getMessage()));
    }
    return new LogCheck(log, checkpoint, before, entries, progress, checked).run();
  }

  /// Recomputes a ledger's folder from the bytes of its entries: every level of its tree, the
  /// names, the root that was signed, and that nothing else lies there. Works beside a running
  /// server, then up to the checkpoint; otherwise nobody can open the ledger until it is done.
  ///
  /// @param names how this ledger's entries are called
  /// @param codecs what its segments may have been compressed with, besides [Deflate]
  public Verification folder(LogStorage storage, EntryNames names, Codec... codecs) {
    List<Codec> known = Recovery.codecs(new Deflate(), List.of(codecs));
    int threads = Runtime.getRuntime().availableProcessors();
    return new FolderCheck(storage, names, known, trust, old, progress, threads).run();
  }

  /// The keys that lie in a ledger's folder. Whoever can change the folder can change them too: a
  /// verification with these finds damage, not an intruder who signed anew.
  public static List<VerifierKey> keysOf(LogStorage storage) throws IOException {
    return LedgerKeys.openToRead(storage).verifiers();
  }

  /// Checks a proof file: the log's signature on its checkpoint, and that the entry lies under it.
  ///
  /// @param entry the bytes of the entry, or null to take those that the proof carries with it
  public Verification proof(byte[] file, byte @Nullable [] entry) {
    TlogProof proof;
    try {
      proof = TlogProof.parse(file);
    } catch (IllegalArgumentException e) {
      return new Verification.Broken("proof", String.valueOf(e.getMessage()));
    }
    if (old != null) {
      return new Verification.CannotTell(
          "a proof file alone does not show what happened since an old checkpoint");
    }
    byte[] leaf = entry == null ? proof.extra().orElse(null) : entry;
    if (leaf == null) {
      return new Verification.CannotTell("the proof carries no entry and none was given");
    }
    List<String> checked = new ArrayList<>();
    try {
      Checkpoint checkpoint = opened(proof.checkpoint(), checked);
      proof.verify(leaf, trust);
      checked.add(
          "the entry of "
              + leaf.length
              + " bytes "
              + (entry == null ? "in the proof" : "given")
              + " is at index "
              + proof.index());
      return new Verification.Holds(checkpoint, checked);
    } catch (Trust.Refused e) {
      return new Verification.Broken("proof", String.valueOf(e.getMessage()));
    }
  }

  private Checkpoint opened(SignedNote note, List<String> checked) throws Trust.Refused {
    Checkpoint checkpoint = trust.open(note);
    for (SignedNote.Signer signer : trust.signers(note)) {
      checked.add(
          "the checkpoint of "
              + checkpoint.size()
              + (trust.witnesses().contains(signer.key())
                  ? " entries is cosigned by "
                  : " entries is signed by ")
              + signer.key().shortName()
              + (signer.key().type().timed() ? " at " + signer.time() : ""));
    }
    return checkpoint;
  }
}
