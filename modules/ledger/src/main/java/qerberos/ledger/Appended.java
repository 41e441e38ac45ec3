package qerberos.ledger;

/// What became of one submission. Immutable.
public sealed interface Appended {

  /// It is forced to disk and in the tree, at this index, for ever.
  record At(long index) implements Appended {}

  /// The same name with the same content was there before, at this index; nothing was written.
  record Already(long index) implements Appended {}

  /// The same name with another content was there before, at this index; nothing was written.
  record Conflict(long index) implements Appended {}

  /// The queue is full; nothing was written. Worth trying again after this many milliseconds.
  record Busy(long retryMillis) implements Appended {}

  /// The ledger takes no entries, now or ever again in this process. A submission that was on its
  /// way when the disk failed may or may not be found after the next start; sending it again under
  /// the same name is safe.
  record Failed(String reason) implements Appended {}
}
