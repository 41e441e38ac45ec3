package qerberos.ledger;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A ledger that is only looked at: entries and proofs up to its last published checkpoint, from
/// the files as they lie there.
///
/// It takes no lock, needs no key but the public ones, and changes no byte, so it opens a backup,
/// a copy on a read-only disk, or what a crash has left. What the next start would repair it
/// computes for itself and keeps in memory: a few megabytes after a crash, 32 bytes for each entry
/// when the stored tree is missing. What lies beyond the checkpoint it counts and does not show,
/// because nothing proves it yet.
///
/// Meant for a ledger that nobody is writing to. Beside a writer it shows what was published when
/// it was opened.
///
/// Safe for concurrent use.
public final class LedgerReader implements AutoCloseable {
  /// Beside a writer a file may go, or a frame grow, between two looks at it; then it is looked at
  /// anew.
  private static final int TRIES = 3;

  private final LogStorage storage;
  private final EntryNames names;
  private final LedgerKeys keys;
  private final Publisher.Published published;
  private final ReadTree tree;
  private final Entries entries;
  private final long unpublished;

  private @Nullable Ids ids;
  private long named;

  private LedgerReader(
      LogStorage storage,
      EntryNames names,
      LedgerKeys keys,
      Publisher.Published published,
      ReadTree tree,
      Entries entries,
      long unpublished) {
    this.storage = storage;
    this.names = names;
    this.keys = keys;
    this.published = published;
    this.tree = tree;
    this.entries = entries;
    this.unpublished = unpublished;
  }

  /// Opens a ledger to read it. Reads the frames of its last segment, and every entry when the
  /// stored tree does not lead to the signed root.
  ///
  /// @param names how this ledger's entries are called
  /// @param codecs what its segments may have been compressed with, besides [Deflate]
  /// @throws NoSuchFileException when there is no ledger, or nothing was ever published in it
  /// @throws LedgerDamaged when the files are not what the last checkpoint promised
  public static LedgerReader open(LogStorage storage, EntryNames names, Codec... codecs)
      throws IOException {
    List<Codec> known = Recovery.codecs(new Deflate(), List.of(codecs));
    for (int left = TRIES; ; left--) {
      try {
        return opened(storage, names, known);
      } catch (NoSuchFileException | LedgerDamaged e) {
        if (left == 1) {
          throw e;
        }
      }
    }
  }

  private static LedgerReader opened(LogStorage storage, EntryNames names, List<Codec> codecs)
      throws IOException {
    LedgerKeys keys = LedgerKeys.openToRead(storage);
    Publisher.Published published = Publisher.read(storage, keys, Instant.EPOCH);
    if (published == null) {
      throw new NoSuchFileException(storage.where(), null, "no file 'checkpoint'");
    }
    Checkpoint promise = published.checkpoint();
    if (!promise.origin().equals(keys.origin())) {
      throw new LedgerDamaged(
          LedgerKeys.ORIGIN, "not that of the checkpoint, '" + promise.origin() + "'");
    }
    TreeFiles files = new TreeFiles(storage, false);
    ReadTree tree = new ReadTree(files);
    Entries entries = new Entries(storage, codecs, tree);
    boolean good = false;
    try {
      long size = entries.start(promise.size(), false);
      long safe = Math.min(files.durable(), promise.size());
      compute(tree, entries, safe, promise.size());
      if (!tree.root().equals(promise.root()) && safe > 0) {
        compute(tree, entries, 0, promise.size());
      }
      if (!tree.root().equals(promise.root())) {
        throw new LedgerDamaged(
            Segment.FOLDER,
            "the entries have the root " + tree.root() + ", the checkpoint " + promise.root());
      }
      good = true;
      return new LedgerReader(
          storage, names, keys, published, tree, entries, size - promise.size());
    } finally {
      if (!good) {
        try (tree;
            entries) {
          // closes both
        }
      }
    }
  }

  private static void compute(ReadTree tree, Entries entries, long from, long to)
      throws IOException {
    TreeHasher hasher = new TreeHasher();
    tree.startAt(from);
    entries.raw(from, to, false, (index, leaf, attachment) -> tree.add(hasher.leaf(leaf)));
  }

  /// The log's name.
  public String origin() {
    return keys.origin();
  }

  /// Public keys of all times, those that sign now first.
  public List<VerifierKey> keys() {
    return keys.verifiers();
  }

  /// The last published checkpoint; its size is how far this reader sees.
  public Checkpoint checkpoint() {
    return published.checkpoint();
  }

  /// The same as a signed note.
  public byte[] signedCheckpoint() {
    return published.note().bytes();
  }

  /// How many entries are shown.
  public long size() {
    return published.checkpoint().size();
  }

  /// How many whole entries lie beyond the checkpoint: after a crash, until the next start.
  public long unpublished() {
    return unpublished;
  }

  /// One entry, as [Ledger#entry].
  public Entry entry(long index) throws IOException {
    checkRange(index, index + 1);
    return entries.entry(index);
  }

  /// Shows entries in order, as [Ledger#entries].
  public void entries(long from, long to, EntryVisitor visitor) throws IOException {
    checkRange(from, to);
    entries.visit(from, to, true, visitor);
  }

  /// The index of the entry with this name. Entries whose names are not written down yet, or not
  /// any more, are read one by one.
  ///
  /// @param name 32 bytes, as the ledger's [EntryNames] gives them
  public OptionalLong find(byte[] name) throws IOException {
    if (name.length != EntryNames.BYTES) {
      throw new IllegalArgumentException("name: " + name.length + " bytes, want 32");
    }
    long from;
    List<Long> candidates = new ArrayList<>(0);
    try {
      Ids known = ids();
      known.candidates(name, 0, candidates::add);
      from = named;
    } catch (LedgerDamaged e) {
      // Derived and damaged: the entries themselves are asked.
      candidates.clear();
      from = 0;
    }
    for (long index : candidates) {
      if (index < size() && Arrays.equals(names.name(entries.entry(index).leaf()), name)) {
        return OptionalLong.of(index);
      }
    }
    OptionalLong[] found = {OptionalLong.empty()};
    entries.visit(
        from,
        size(),
        false,
        (index, leaf, attachment) -> {
          if (found[0].isEmpty() && Arrays.equals(names.name(leaf), name)) {
            found[0] = OptionalLong.of(index);
          }
        });
    return found[0];
  }

  private synchronized Ids ids() throws IOException {
    Ids known = ids;
    if (known == null) {
      known = new Ids(storage);
      named = known.start(size(), false);
      ids = known;
    }
    return known;
  }

  /// The proof that an entry is under the last published checkpoint, as [Ledger#proof].
  public TlogProof proof(long index) throws IOException {
    return proof(index, size(), published.note());
  }

  /// The same under another checkpoint of this ledger, such as one that witnesses have cosigned.
  ///
  /// @throws IndexOutOfBoundsException when it does not cover the entry
  /// @throws IllegalArgumentException when it is not over what lies here
  public TlogProof proof(long index, SignedNote checkpoint) throws IOException {
    Checkpoint covering = Checkpoint.parse(checkpoint.text());
    if (covering.size() > size() || !covering.root().equals(root(covering.size()))) {
      throw new IllegalArgumentException("checkpoint: not one of this ledger");
    }
    return proof(index, covering.size(), checkpoint);
  }

  private TlogProof proof(long index, long size, SignedNote checkpoint) throws IOException {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException("entry " + index + " of " + size);
    }
    List<Hash> path = Rfc6962.inclusion(index, size, HashReader.over(tree));
    return new TlogProof(entries.entry(index).leaf(), index, path, checkpoint);
  }

  /// What proves that the tree of `newSize` entries begins with the tree of `oldSize` entries.
  ///
  /// @param oldSize 1..newSize
  /// @param newSize at most the size
  public List<Hash> consistency(long oldSize, long newSize) throws IOException {
    checkRange(0, newSize);
    return Rfc6962.consistency(oldSize, newSize, HashReader.over(tree));
  }

  /// The root over the first `size` entries.
  public Hash root(long size) throws IOException {
    checkRange(0, size);
    return Rfc6962.root(size, HashReader.over(tree));
  }

  private void checkRange(long from, long to) {
    if (from < 0 || to < from || to > size()) {
      throw new IndexOutOfBoundsException("entries " + from + " to " + to + " of " + size());
    }
  }

  @Override
  public synchronized void close() throws IOException {
    Ids known = ids;
    try (tree;
        entries) {
      if (known != null) {
        known.close();
      }
    }
  }
}
