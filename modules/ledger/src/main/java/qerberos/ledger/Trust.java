package qerberos.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Whom a verifier believes: the name of one log, the keys that may sign for it, and the witnesses
/// of whom some must have seen the same tree.
///
/// Immutable.
///
/// @param origin the name of the log, the first line of its checkpoints
/// @param logKeys one of them must have signed; at least one
/// @param witnesses none of them a log key
/// @param quorum which of the witnesses must have cosigned
public record Trust(
    String origin, List<VerifierKey> logKeys, List<VerifierKey> witnesses, Quorum quorum) {
  public Trust {
    logKeys = List.copyOf(logKeys);
    witnesses = List.copyOf(witnesses);
    if (logKeys.isEmpty()) {
      throw new IllegalArgumentException("log keys: none, want at least one");
    }
    if (witnesses.stream().anyMatch(logKeys::contains)) {
      throw new IllegalArgumentException("witnesses: a log cannot be its own witness");
    }
    if (!witnesses.containsAll(quorum.witnesses())) {
      throw new IllegalArgumentException("quorum: names a witness that is not among the witnesses");
    }
  }

  /// Trust that wants so many of the witnesses, whichever; 0 for none.
  public Trust(String origin, List<VerifierKey> logKeys, List<VerifierKey> witnesses, int quorum) {
    this(origin, logKeys, witnesses, Quorum.of(quorum, witnesses));
  }

  /// Trust in one log by its keys, without witnesses. The name of the log is that of the first key,
  /// as C2SP recommends.
  public static Trust in(List<VerifierKey> logKeys) {
    if (logKeys.isEmpty()) {
      throw new IllegalArgumentException("log keys: none, want at least one");
    }
    return new Trust(logKeys.getFirst().name(), logKeys, List.of(), Quorum.NONE);
  }

  /// The same log, whose checkpoints must also be cosigned.
  public Trust witnessedBy(List<VerifierKey> others, Quorum wanted) {
    return new Trust(origin, logKeys, others, wanted);
  }

  /// The checkpoint in a note, once it is known to be the log's own.
  ///
  /// @throws Refused saying why it is not to be believed
  public Checkpoint open(SignedNote note) throws Refused {
    List<VerifierKey> signers = signers(note).stream().map(SignedNote.Signer::key).toList();
    if (signers.stream().noneMatch(logKeys::contains)) {
      throw new Refused("no signature by " + logKeys.getFirst().shortName());
    }
    List<VerifierKey> seen = signers.stream().filter(witnesses::contains).toList();
    if (!quorum.metBy(seen)) {
      throw new Refused(
          "cosigned by "
              + (seen.isEmpty()
                  ? "nobody"
                  : seen.stream().map(VerifierKey::shortName).collect(Collectors.joining(", ")))
              + ", want "
              + quorum);
    }
    Checkpoint checkpoint;
    try {
      checkpoint = Checkpoint.parse(note.text());
    } catch (IllegalArgumentException e) {
      throw new Refused("signed, but not a checkpoint: " + e.getMessage());
    }
    if (!checkpoint.origin().equals(origin)) {
      throw new Refused("of the log '" + checkpoint.origin() + "', want '" + origin + "'");
    }
    return checkpoint;
  }

  /// Which of the log's keys and the witnesses signed a note, in the order of its lines.
  ///
  /// @throws Refused when one of them is said to have signed and has not
  public List<SignedNote.Signer> signers(SignedNote note) throws Refused {
    List<VerifierKey> known = new ArrayList<>(logKeys);
    known.addAll(witnesses);
    try {
      return note.verify(known);
    } catch (SignedNote.BadSignature e) {
      throw new Refused(String.valueOf(e.getMessage()));
    }
  }

  /// A note that is not to be believed; the message says why.
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String why) {
      super(why);
    }
  }
}
