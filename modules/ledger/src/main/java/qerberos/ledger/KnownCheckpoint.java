package qerberos.ledger;

/// A checkpoint of a ledger that somebody kept elsewhere. Whoever opens the ledger with it learns
/// that it still holds all that it once had promised, or is refused. Immutable.
///
/// @param where it was kept, for people: a file's path
public record KnownCheckpoint(String where, SignedNote note) {
  /// What it says about itself; not to be believed before its signature was checked.
  ///
  /// @throws LedgerBehind when it is no checkpoint
  public Checkpoint claimed() throws LedgerBehind {
    try {
      return Checkpoint.parse(note.text());
    } catch (IllegalArgumentException e) {
      throw new LedgerBehind(where + ": not a checkpoint: " + e.getMessage());
    }
  }
}
