package qerberos.ledger;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/// A tamper-evident, append-only ledger. Safe for concurrent use.
@SuppressWarnings("DoNotCallSuggester")
public final class Ledger implements AutoCloseable {
  private Ledger() {}

  /// @throws LedgerLocked when another writer has the ledger
  /// @throws LedgerDamaged when the files are not what the last checkpoint promised
  public static Ledger open(LedgerSettings settings) throws IOException {
    throw new UnsupportedOperationException("follows within minutes");
  }

  /// Appends entries and returns once each is durable and in the tree, or was refused: one answer
  /// per submission, in order.
  public List<Appended> append(List<Submission> submissions) throws InterruptedException {
    throw new UnsupportedOperationException("follows within minutes");
  }

  /// How many entries are durable and in the tree.
  public long size() {
    throw new UnsupportedOperationException("follows within minutes");
  }

  /// The last published checkpoint.
  public Checkpoint checkpoint() {
    throw new UnsupportedOperationException("follows within minutes");
  }

  /// The last published checkpoint as a signed note, as `/log/checkpoint` serves it.
  public byte[] signedCheckpoint() {
    throw new UnsupportedOperationException("follows within minutes");
  }

  /// Waits for a published checkpoint over at least `size` entries.
  ///
  /// @throws java.util.concurrent.TimeoutException when none came in time
  public byte[] awaitCheckpoint(long size, Duration timeout)
      throws InterruptedException, java.util.concurrent.TimeoutException {
    throw new UnsupportedOperationException("follows within minutes");
  }

  /// @throws IndexOutOfBoundsException beyond the size
  public Entry entry(long index) throws IOException {
    throw new UnsupportedOperationException("follows within minutes");
  }

  /// Shows entries `from` (inclusive) to `to` (exclusive) in order, each checked.
  public void entries(long from, long to, EntryVisitor visitor) throws IOException {
    throw new UnsupportedOperationException("follows within minutes");
  }

  /// The index of the entry with this 32-byte name.
  public OptionalLong find(byte[] name) throws IOException {
    throw new UnsupportedOperationException("follows within minutes");
  }

  /// The inclusion proof against the last published checkpoint, the leaf in its `extra` line.
  ///
  /// @throws IndexOutOfBoundsException when no published checkpoint covers the index yet
  public TlogProof proof(long index) throws IOException {
    throw new UnsupportedOperationException("follows within minutes");
  }

  /// What proves that the tree of `newSize` begins with the tree of `oldSize`.
  public List<Hash> consistency(long oldSize, long newSize) throws IOException {
    throw new UnsupportedOperationException("follows within minutes");
  }

  /// The bytes of a hash tile or an entry bundle of any published size.
  ///
  /// @throws IndexOutOfBoundsException when it is not within the published size
  public byte[] tile(TilePath path) throws IOException {
    throw new UnsupportedOperationException("follows within minutes");
  }

  /// Public keys of all times, the current ones first.
  public List<VerifierKey> keys() {
    throw new UnsupportedOperationException("follows within minutes");
  }

  public String origin() {
    throw new UnsupportedOperationException("follows within minutes");
  }

  public LedgerStatus status() {
    throw new UnsupportedOperationException("follows within minutes");
  }

  /// Finishes what is queued, forces it, publishes a last checkpoint, releases the lock.
  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException("follows within minutes");
  }
}
