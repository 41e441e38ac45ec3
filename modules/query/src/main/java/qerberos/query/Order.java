package qerberos.query;

/// In which order hits come. Immutable.
public enum Order {
  /// The youngest entry of the log first.
  NEWEST_LEAF,
  /// The oldest entry of the log first.
  OLDEST_LEAF,
  /// The latest event time first; of equal times the youngest entry first.
  TIME
}
