package qerberos.ledger;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How the ledger is doing. Immutable.
///
/// @param stopped why no entries are taken any more; null while they are
/// @param size how many entries are durable and in the tree
/// @param checkpointSize how many of them the last published checkpoint covers
/// @param checkpointAge since that checkpoint was signed, by the ledger's clock, never negative
/// @param queuedEntries waiting for the writer
/// @param queuedBytes the same in bytes
/// @param unsealedSegments full segments that still wait to be compressed
public record LedgerStatus(
    @Nullable String stopped,
    long size,
    long checkpointSize,
    Duration checkpointAge,
    int queuedEntries,
    long queuedBytes,
    int unsealedSegments) {

  /// Whether entries are taken.
  public boolean writable() {
    return stopped == null;
  }
}
