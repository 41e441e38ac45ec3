package qerberos.ledger;

/// Watches the ledger for whoever draws its metrics. Called on the ledger's own threads, so it must
/// be quick and must not throw.
public interface LedgerObserver {
  /// Nobody is watching.
  LedgerObserver NONE = new LedgerObserver() {};

  /// A frame reached the disk.
  ///
  /// @param nanos how long the force took
  /// @param entries how many entries it made durable
  default void forced(long nanos, int entries) {}

  /// A checkpoint was signed, made safe and shown to others.
  default void published(Checkpoint checkpoint) {}

  /// A full segment was compressed.
  default void sealed(long firstIndex, long bytesBefore, long bytesAfter) {}

  /// The ledger takes no entries any more.
  default void stopped(String reason) {}
}
