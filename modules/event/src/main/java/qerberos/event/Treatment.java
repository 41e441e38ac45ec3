package qerberos.event;

/// What is done with the value of a field before an event is written down. Immutable.
public enum Treatment {
  /// The value stands in the leaf as it came.
  KEEP,
  /// The leaf holds a commitment; the value lies beside the tree under its subject's key.
  SEAL,
  /// The value is a secret and is replaced by `***`, whatever it is but true, false and null.
  MASK,
  /// Texts are secrets and are replaced by `***`, in an array too; numbers stay, and the members of
  /// an object are judged by their own names. For names such as `tokens` and `credentials`, which
  /// may also hold a count or a structure.
  MASK_TEXT
}
