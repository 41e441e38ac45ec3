package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// From files to a ledger that can go on: what every start does, after a clean end and after a
/// crash alike.
///
/// The entries are the truth and the last checkpoint is the promise. Whole frames are kept, even
/// beyond the checkpoint, because their senders may have been told. Tree and ids follow from the
/// entries and are taken as far as they are known to be safe; only the rest is computed, at most
/// the entries of the last segments. If the promise does not hold, nothing is repaired and nothing
/// signed.
///
/// Used by one thread at a time.
final class Recovery {
  private static final int CHUNK = 4_096;

  private final LedgerSettings settings;
  private final LogStorage storage;
  private final List<KnownCheckpoint> known;
  private final List<String> repairs = new ArrayList<>();

  /// @param known what the ledger must hold, or nothing is signed
  Recovery(LedgerSettings settings, List<KnownCheckpoint> known) {
    this.settings = settings;
    this.known = List.copyOf(known);
    this.storage = settings.storage();
  }

  /// A ledger whose parts agree with each other and with the last checkpoint.
  ///
  /// @param repairs sentences about what had to be made anew
  record Recovered(
      LedgerKeys keys,
      Publisher.Published published,
      Entries entries,
      Tree tree,
      Ids ids,
      List<String> repairs)
      implements Closeable {
    Recovered {
      repairs = List.copyOf(repairs);
    }

    @Override
    public void close() throws IOException {
      try (entries;
          tree;
          ids) {
        // closes all three, whichever fails
      }
    }
  }

  /// All codecs that a file may name.
  static List<Codec> codecs(Codec now, List<Codec> old) {
    List<Codec> all = new ArrayList<>(List.of(now));
    all.addAll(old);
    all.add(new Deflate());
    return List.copyOf(all);
  }

  /// Does it all; the lock is held.
  Recovered run() throws IOException {
    knownLedgerIsThere();
    // A killed process leaves names that can be seen and are not safe yet. What is built on them
    // must not be safer than they are.
    for (String folder : List.of("", Segment.FOLDER, TreeFiles.FOLDER, Ids.FOLDER)) {
      if (!storage.list(folder).isEmpty()) {
        storage.forceFolder(folder);
      }
    }
    LedgerKeys keys = LedgerKeys.openOrMake(settings);
    Publisher.Published published = Publisher.read(storage, keys, settings.clock().instant());
    if (published == null) {
      // The first start, or a crash in it: there cannot be an entry before there is a checkpoint.
      if (!storage.list(Segment.FOLDER).isEmpty()) {
        throw new LedgerDamaged(Publisher.FILE, "missing, and there are entries");
      }
      published =
          Publisher.publish(settings, keys, new Checkpoint(keys.origin(), 0, Rfc6962.emptyRoot()));
    }
    Checkpoint promise = published.checkpoint();
    if (!promise.origin().equals(keys.origin())) {
      throw new LedgerDamaged(
          LedgerKeys.ORIGIN, "not that of the checkpoint, '" + promise.origin() + "'");
    }
    Tree tree = new Tree(new TreeFiles(storage, true));
    Entries entries =
        new Entries(storage, codecs(settings.codec(), settings.oldCodecs()), tree.files());
    Recovered parts = new Recovered(keys, published, entries, tree, new Ids(storage), List.of());
    boolean good = false;
    try {
      long size = entries.start(promise.size(), true);
      complete(parts, size);
      keepPromise(parts, size);
      for (KnownCheckpoint one : known) {
        keepKnown(parts, size, one);
      }
      deleteDrafts();
      Publisher.Published last = signedNow(keys, published);
      keys.settle(storage);
      good = true;
      return new Recovered(keys, last, entries, tree, parts.ids(), repairs);
    } finally {
      if (!good) {
        parts.close();
      }
    }
  }

  /// Computes what tree and ids lack, in one pass over the entries that either lacks.
  private void complete(Recovered parts, long size) throws IOException {
    long inTree = parts.tree().files().durable();
    if (inTree > size) {
      throw new LedgerDamaged(
          TreeFiles.MARK, "says " + inTree + " entries were safe, there are " + size);
    }
    long inIds = startIds(parts.ids(), size);
    if (size - inTree > 2L * Segment.ENTRIES) {
      repairs.add("tree: recomputed from entry " + inTree + " on");
    }
    if (size - inIds > 2L * Segment.ENTRIES) {
      repairs.add("ids: recomputed from entry " + inIds + " on");
    }
    parts.tree().startAt(inTree);
    TreeHasher hasher = new TreeHasher();
    List<Hash> leaves = new ArrayList<>();
    parts
        .entries()
        .raw(
            Math.min(inTree, inIds),
            size,
            false,
            (index, leaf, attachment) -> {
              if (index >= inTree) {
                leaves.add(hasher.leaf(leaf));
                if (leaves.size() == CHUNK) {
                  parts.tree().append(leaves);
                  leaves.clear();
                }
              }
              if (index >= inIds) {
                parts.ids().put(settings.names().name(leaf), index);
                if ((index + 1) % Segment.ENTRIES == 0) {
                  parts.ids().settle(() -> false);
                }
              }
            });
    if (!leaves.isEmpty()) {
      parts.tree().append(leaves);
    }
    if (size - inTree >= Segment.ENTRIES) {
      parts.tree().files().makeDurable(size);
    }
  }

  /// Opens the ids that are there; damaged ones are deleted and made anew.
  private long startIds(Ids ids, long size) throws IOException {
    try {
      return ids.start(size, true);
    } catch (LedgerDamaged e) {
      repairs.add(String.valueOf(e.getMessage()));
      for (String name : storage.list(Ids.FOLDER)) {
        storage.delete(Ids.FOLDER + "/" + name);
      }
      return ids.start(size, true);
    }
  }

  /// Holds the promise against what is there. If the stored tree has another root, the entries
  /// themselves are asked; when they keep the promise, the tree is made anew from them.
  private void keepPromise(Recovered parts, long size) throws IOException {
    Checkpoint promise = parts.published().checkpoint();
    if (Rfc6962.root(promise.size(), parts.tree().hashes()).equals(promise.root())) {
      return;
    }
    Frontier recomputed = new Frontier();
    TreeHasher hasher = new TreeHasher();
    parts
        .entries()
        .raw(
            0,
            promise.size(),
            false,
            (index, leaf, attachment) -> recomputed.add(hasher.leaf(leaf)));
    if (!recomputed.root().equals(promise.root())) {
      throw new LedgerDamaged(
          Segment.FOLDER,
          "the entries 0 to "
              + (promise.size() - 1)
              + " have the root "
              + recomputed.root()
              + ", the checkpoint promises "
              + promise.root()
              + "; verify the folder to find out where");
    }
    repairs.add("tree: its root was not that of the checkpoint; recomputed from the entries");
    parts.tree().startAt(0);
    List<Hash> leaves = new ArrayList<>();
    parts
        .entries()
        .raw(
            0,
            size,
            false,
            (index, leaf, attachment) -> {
              leaves.add(hasher.leaf(leaf));
              if (leaves.size() == CHUNK || index == size - 1) {
                parts.tree().append(leaves);
                leaves.clear();
              }
            });
    parts.tree().files().makeDurable(size);
  }

  /// The last checkpoint, signed again when the present keys have not: a crash came between the
  /// change of keys and the first checkpoint by them.
  private Publisher.Published signedNow(LedgerKeys keys, Publisher.Published last)
      throws IOException {
    List<VerifierKey> present = keys.signing().stream().map(SigningKey::verifier).toList();
    return Publisher.signers(last.note(), present).containsAll(present)
        ? last
        : Publisher.publish(settings, keys, last.checkpoint());
  }

  /// Where a checkpoint is known there was a ledger; a new one in its place would be another.
  private void knownLedgerIsThere() throws IOException {
    if (known.isEmpty() || storage.list("").contains(Publisher.FILE)) {
      return;
    }
    KnownCheckpoint one = known.getFirst();
    Checkpoint claimed = one.claimed();
    throw new LedgerBehind(
        storage.where()
            + ": no ledger here, but "
            + one.where()
            + " has a checkpoint over "
            + claimed.size()
            + " entries of '"
            + claimed.origin()
            + "'");
  }

  /// Holds what is known elsewhere against what is there.
  private void keepKnown(Recovered parts, long size, KnownCheckpoint one) throws IOException {
    Checkpoint claimed = one.claimed();
    String says =
        one.where()
            + " has a checkpoint over "
            + claimed.size()
            + " entries of '"
            + claimed.origin()
            + "'; ";
    if (!claimed.origin().equals(parts.keys().origin())) {
      throw new LedgerBehind(says + "this ledger is '" + parts.keys().origin() + "'");
    }
    try {
      Checkpoint ignored = Trust.in(parts.keys().verifiers()).open(one.note());
    } catch (Trust.Refused e) {
      throw new LedgerBehind(says + "by the keys of this ledger, " + e.getMessage());
    }
    if (claimed.size() > size) {
      throw new LedgerBehind(says + "this ledger has " + size + ", it is an older copy");
    }
    if (!Rfc6962.root(claimed.size(), parts.tree().hashes()).equals(claimed.root())) {
      throw new LedgerBehind(
          says + "the first " + claimed.size() + " entries of this ledger are others");
    }
  }

  /// What a crash left half written under a name of its own.
  private void deleteDrafts() throws IOException {
    for (String folder : List.of("", TreeFiles.FOLDER)) {
      for (String name : storage.list(folder)) {
        if (name.endsWith(SmallFile.DRAFT)) {
          storage.delete(folder.isEmpty() ? name : folder + "/" + name);
        }
      }
    }
  }
}
