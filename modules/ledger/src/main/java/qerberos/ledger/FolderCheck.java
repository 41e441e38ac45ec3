package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Recomputes a whole ledger from the bytes of its entries and compares everything else with it:
/// every level of the tree, the names, the root that was signed.
///
/// Order of things. The checkpoint is read and its signature checked first, so what is read later is
/// at least as new. Then every segment is read, several at once ([SegmentCheck]); of each only its
/// leaf hashes and a sum over its names are kept until the next is done, so memory is bounded by the
/// number of threads. Above that the levels of the tree are folded from the segments' roots, the
/// runs of names are read and their sums compared, and at last the root is compared with the signed
/// one. Only now is known whether an entry or its stored hash was changed where both disagree.
///
/// A ledger may be in use meanwhile. Then nothing beyond the checkpoint is looked at, because it may
/// change at any moment. When it is not in use, it is kept from being opened until the end, and
/// every byte of every file must be as it should, down to the zeros behind the last frame.
///
/// Used by one thread at a time; reads with several.
final class FolderCheck {
  private static final int MOST_DAMAGES = 100;
  private static final int BLOCK = 1_024;

  private final LogStorage storage;
  private final EntryNames names;
  private final List<Codec> codecs;
  private final Trust trust;
  private final @Nullable SignedNote old;
  private final Progress progress;
  private final int threads;

  private final List<Verification.Damage> damages = new ArrayList<>();
  private final List<SegmentCheck.Suspect> suspects = new ArrayList<>();
  private final List<String> checked = new ArrayList<>();
  private final AtomicLong done = new AtomicLong();

  FolderCheck(
      LogStorage storage,
      EntryNames names,
      List<Codec> codecs,
      Trust trust,
      @Nullable SignedNote old,
      Progress progress,
      int threads) {
    this.storage = storage;
    this.names = names;
    this.codecs = codecs;
    this.trust = trust;
    this.old = old;
    this.progress = progress;
    this.threads = threads;
  }

  Verification run() {
    try (Closeable held = hold()) {
      return run(held == null);
    } catch (LedgerDamaged e) {
      return new Verification.Broken(List.of(e.damage()));
    } catch (Trust.Refused e) {
      return new Verification.Broken(Publisher.FILE, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new Verification.CannotTell(storage.where() + ": " + e.getMessage());
    }
  }

  /// Keeps writers out while we read; null when one is in, or when this may only be read.
  private @Nullable Closeable hold() {
    try {
      return storage.list("").contains("lock") ? storage.lock() : () -> {};
    } catch (LedgerLocked e) {
      return null;
    } catch (IOException e) {
      return () -> {};
    }
  }

  private Verification run(boolean live) throws IOException, Trust.Refused {
    SignedNote note;
    try {
      note = SignedNote.parse(SmallFile.read(storage, Publisher.FILE));
    } catch (NoSuchFileException e) {
      return new Verification.CannotTell(storage.where() + ": no checkpoint here");
    } catch (IllegalArgumentException e) {
      throw new LedgerDamaged(Publisher.FILE, String.valueOf(e.getMessage()));
    }
    Checkpoint promise = trust.open(note);
    for (SignedNote.Signer signer : trust.signers(note)) {
      checked.add(
          "the checkpoint of "
              + promise.size()
              + " entries is signed by "
              + signer.key().shortName());
    }
    smallFiles(promise, live);
    TreeMap<Long, String> segments = segments(promise.size());
    try (Source source = new Source(live, promise.size())) {
      Levels levels = entries(source, segments, promise.size());
      ids(source, levels);
      tree(source, levels);
      root(levels, promise);
      since(source, promise);
    }
    if (!damages.isEmpty()) {
      return new Verification.Broken(
          damages.subList(0, Math.min(damages.size(), MOST_DAMAGES)));
    }
    return new Verification.Holds(promise, checked);
  }

  /// Everything that is not entries, tree or ids.
  private void smallFiles(Checkpoint promise, boolean live) throws IOException {
    try {
      LedgerKeys keys = LedgerKeys.openToRead(storage);
      if (!keys.origin().equals(promise.origin())) {
        damage(LedgerKeys.ORIGIN, "'" + keys.origin() + "', the checkpoint's is '"
            + promise.origin() + "'");
      }
      for (VerifierKey key : trust.logKeys()) {
        if (!keys.verifiers().contains(key)) {
          damage(LedgerKeys.KEYS, "does not have " + key.shortName());
        }
      }
      privateKeys(keys);
    } catch (LedgerDamaged e) {
      damages.add(e.damage());
    } catch (NoSuchFileException e) {
      damage(LedgerKeys.ORIGIN, "missing");
    }
    List<String> known =
        List.of(
            "lock",
            Publisher.FILE,
            LedgerKeys.FORMAT,
            LedgerKeys.ORIGIN,
            LedgerKeys.KEYS,
            LedgerKeys.KEY);
    for (String name : storage.list("")) {
      if (name.equals("lock") && storage.size(name) > 0) {
        damage(name, "holds " + storage.size(name) + " bytes, want none");
      } else if (!known.contains(name) && !(name.endsWith(SmallFile.DRAFT))) {
        damage(name, "not a file of a ledger");
      }
    }
    if (!storage.list("").contains(LedgerKeys.FORMAT)) {
      damage(LedgerKeys.FORMAT, "missing");
    }
  }

  private void privateKeys(LedgerKeys keys) throws IOException {
    List<SigningKey> signing;
    try {
      signing = LedgerKeys.storedKeys(storage);
    } catch (AccessDeniedException e) {
      checked.add("the private key may not be read by this user and was left out");
      return;
    }
    for (SigningKey key : signing) {
      if (!keys.verifiers().contains(key.verifier())) {
        damage(LedgerKeys.KEY, "not the private half of one of the keys");
      }
    }
  }

  /// The file of each segment.
  private TreeMap<Long, String> segments(long promised) throws IOException {
    TreeMap<Long, String> segments = new TreeMap<>();
    for (String name : storage.list(Segment.FOLDER)) {
      if (name.endsWith(SmallFile.DRAFT)) {
        continue;
      }
      String path = Segment.FOLDER + "/" + name;
      try {
        long first = Entries.firstOf(name);
        if (!segments.containsKey(first) || name.endsWith(SealedSegment.ENDING)) {
          segments.put(first, path);
        }
      } catch (LedgerDamaged e) {
        damages.add(e.damage());
      }
    }
    long expected = 0;
    for (long first : List.copyOf(segments.keySet())) {
      if (first != expected) {
        throw new LedgerDamaged(
            Segment.FOLDER, "entries " + expected + " to " + (first - 1) + " are missing");
      }
      expected += Segment.ENTRIES;
    }
    if (expected < promised) {
      throw new LedgerDamaged(
          Segment.FOLDER, "entries " + expected + " to " + (promised - 1) + " are missing");
    }
    return segments;
  }

  /// What is left of the segments once they are read.
  ///
  /// @param size how many entries there are
  /// @param roots the root of each full segment, 32 bytes each
  /// @param edge leaf hashes of the segment in which the checkpoint ends
  /// @param ids of each full segment
  private record Levels(long size, byte[] roots, byte[] edge, List<IdSum> ids) {}

  private Levels entries(Source source, TreeMap<Long, String> segments, long promised)
      throws IOException {
    TreeHasher hasher = new TreeHasher();
    byte[] roots = new byte[segments.size() * Hash.BYTES];
    byte[] edge = {};
    List<IdSum> sums = new ArrayList<>();
    long size = 0;
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      List<Future<SegmentCheck.Result>> running = new ArrayList<>();
      List<Long> firsts = List.copyOf(segments.keySet());
      for (int next = 0, taken = 0; taken < firsts.size(); taken++) {
        while (next < firsts.size() && next < taken + 2 * threads) {
          long first = firsts.get(next++);
          String name = segments.getOrDefault(first, "");
          running.add(workers.submit(() -> check(source, name, first, promised)));
        }
        SegmentCheck.Result result = get(running.removeFirst());
        damages.addAll(result.damages());
        suspects.addAll(result.suspects());
        if (result.note() != null) {
          checked.add(result.note());
        }
        size = result.first() + result.count();
        if (result.first() == promised / Segment.ENTRIES * Segment.ENTRIES) {
          edge = result.leaves();
        }
        if (result.count() == Segment.ENTRIES) {
          segmentRoot(hasher, result.leaves()).copyTo(roots, taken * Hash.BYTES);
          sums.add(result.ids());
        } else if (taken < firsts.size() - 1) {
          throw new LedgerDamaged(
              segments.getOrDefault(result.first(), ""),
              "has " + result.count() + " entries, want " + Segment.ENTRIES);
        }
        progress.at("reading entries", done.get(), promised);
      }
    }
    checked.add(size + " entries were read from " + segments.size() + " files and hashed");
    return new Levels(size, Arrays.copyOf(roots, sums.size() * Hash.BYTES), edge, sums);
  }

  private SegmentCheck.Result check(Source source, String name, long first, long promised)
      throws IOException {
    int expected = (int) Math.clamp(promised - first, 0, Segment.ENTRIES);
    String now = name;
    if (source.live() && name.endsWith(OpenSegment.ENDING) && expected == Segment.ENTRIES) {
      // It may have been sealed since the folder was listed.
      String sealed = Segment.nameOf(first, SealedSegment.ENDING);
      List<String> listed = storage.list(Segment.FOLDER);
      if (listed.contains(sealed.substring(Segment.FOLDER.length() + 1))) {
        now = sealed;
      }
    }
    return new SegmentCheck(source, now, first, expected, done::addAndGet).run();
  }

  private static SegmentCheck.Result get(Future<SegmentCheck.Result> running) throws IOException {
    try {
      return running.get();
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static Hash segmentRoot(TreeHasher hasher, byte[] leaves) {
    byte[] roots = new byte[TilePath.FULL * Hash.BYTES];
    for (int tile = 0; tile < TilePath.FULL; tile++) {
      hasher
          .fold(leaves, tile * TilePath.FULL * Hash.BYTES, TilePath.FULL)
          .copyTo(roots, tile * Hash.BYTES);
    }
    return hasher.fold(roots, 0, TilePath.FULL);
  }

  /// The levels from the segments' roots upwards, and that no level's file goes on where it should
  /// end.
  private void tree(Source source, Levels levels) throws IOException {
    TreeHasher hasher = new TreeHasher();
    byte[] hashes = levels.roots();
    for (int level = 2; level < TreeFiles.LEVELS && hashes.length > 0; level++) {
      damages.addAll(
          source.compare(level, 0, ByteBuffer.wrap(hashes), hashes.length / Hash.BYTES));
      int full = hashes.length / Hash.BYTES / TilePath.FULL;
      byte[] above = new byte[full * Hash.BYTES];
      for (int tile = 0; tile < full; tile++) {
        hasher
            .fold(hashes, tile * TilePath.FULL * Hash.BYTES, TilePath.FULL)
            .copyTo(above, tile * Hash.BYTES);
      }
      hashes = above;
    }
    for (String name : storage.list(TreeFiles.FOLDER)) {
      String path = TreeFiles.FOLDER + "/" + name;
      if (name.matches("[0-7]")) {
        int level = Integer.parseInt(name);
        long want = TilePath.hashes(levels.size(), level) * Hash.BYTES;
        long size = storage.size(path);
        if (source.clean(levels.size()) && size != want) {
          damage(path + ": offset " + Math.min(size, want), "ends at " + size + ", want " + want);
        }
      } else if (path.equals(TreeFiles.MARK)) {
        if (source.durable < 0) {
          damage(path, "its checksum differs");
        }
      } else if (!name.endsWith(SmallFile.DRAFT)) {
        damage(path, "not a file of a ledger");
      }
    }
    checked.add("all levels of the stored tree are what the entries give");
  }

  /// Every name is there and leads to its entry, and no name leads anywhere else.
  private void ids(Source source, Levels levels) throws IOException {
    TreeMap<Long, Integer> runs = new TreeMap<>();
    for (String name : storage.list(Ids.FOLDER)) {
      int dash = name.indexOf('-');
      if (name.endsWith(SmallFile.DRAFT)) {
        continue;
      }
      if (!name.matches("[0-9]{12,18}-[0-9]{5,8}\\.run")) {
        damage(Ids.FOLDER + "/" + name, "not a file of a ledger");
        continue;
      }
      long first = Long.parseLong(name.substring(0, dash));
      int count =
          Integer.parseInt(name.substring(dash + 1, name.length() - IdRun.ENDING.length()));
      runs.merge(first, count, Math::max);
    }
    long covered = 0;
    for (var run : runs.entrySet()) {
      long first = run.getKey();
      int count = run.getValue();
      if (first + count <= covered && !source.clean(levels.size())) {
        continue; // merged into a larger one; the next start deletes it
      }
      String name = IdRun.nameOf(first, count);
      if (first != covered || count % Segment.ENTRIES != 0) {
        damage(name, "covers entries from " + first + " on, want from " + covered + " on");
        return;
      }
      covered += count;
      if (covered <= levels.size()) {
        run(source, levels, first, count);
      } else if (!source.live()) {
        damage(name, "covers entries that are not there");
      }
    }
    long full = levels.ids().size() * (long) Segment.ENTRIES;
    if (covered < full && source.clean(levels.size())) {
      damage(Ids.FOLDER, "the names of entries " + covered + " to " + (full - 1) + " are missing");
    }
    checked.add("the names of " + Math.min(covered, full) + " entries lead to them and nowhere else");
  }

  private void run(Source source, Levels levels, long first, int count) throws IOException {
    IdSum expected = source.newSum();
    for (int i = 0; i < count / Segment.ENTRIES; i++) {
      expected.add(levels.ids().get((int) (first / Segment.ENTRIES) + i));
    }
    try (IdRun run = IdRun.open(storage, first, count)) {
      IdSum found = source.newSum();
      long before = 0;
      boolean ordered = true;
      for (int block = 0; block < run.blocks(); block++) {
        LongBuffer words = run.block(block);
        while (words.hasRemaining()) {
          long word = words.get();
          ordered &= Long.compareUnsigned(before, word) <= 0;
          before = word;
          if (!run.mayHave(Ids.printOf(word))) {
            damage(run.name() + ": offset 24", "its filter hides a name");
            return;
          }
          found.add(Ids.printOf(word), first + Ids.offsetOf(word));
        }
        if (block % BLOCK == 0) {
          progress.at("reading names", first + (long) block * IdRun.BLOCK, levels.size());
        }
      }
      if (!ordered || !found.same(expected)) {
        damage(
            run.name(),
            "does not hold the names of the entries " + first + " to " + (first + count - 1));
      }
    } catch (LedgerDamaged e) {
      damages.add(e.damage());
    } catch (NoSuchFileException e) {
      if (!source.live()) {
        throw e;
      }
    }
  }

  /// The root over the entries themselves, against the signed one.
  private void root(Levels levels, Checkpoint promise) throws IOException {
    Hash root =
        Rfc6962.root(
            promise.size(),
            (level, index) -> {
              long begin = index << level;
              TreeHasher hasher = new TreeHasher();
              return level < 16
                  ? foldMany(
                      hasher, levels.edge(), (int) (begin % Segment.ENTRIES), 1 << level)
                  : foldMany(
                      hasher, levels.roots(), (int) (index << (level - 16)), 1 << (level - 16));
            });
    boolean holds = root.equals(promise.root());
    for (SegmentCheck.Suspect suspect : suspects) {
      damages.add(holds ? suspect.ifTree() : suspect.ifEntry());
    }
    if (!holds) {
      damage(
          Publisher.FILE,
          "promises the root " + promise.root() + ", the entries have " + root);
    } else {
      checked.add("the entries have the root that was signed");
    }
  }

  private static Hash foldMany(TreeHasher hasher, byte[] hashes, int first, int count) {
    if (count <= TilePath.FULL) {
      return hasher.fold(hashes, first * Hash.BYTES, count);
    }
    return hasher.node(
        foldMany(hasher, hashes, first, count / 2),
        foldMany(hasher, hashes, first + count / 2, count / 2));
  }

  /// An old checkpoint must be of a tree that this one begins with. The stored hashes have just been
  /// compared with the entries, so they may be used.
  private void since(Source source, Checkpoint promise) throws IOException, Trust.Refused {
    if (old == null || !damages.isEmpty()) {
      return;
    }
    Checkpoint before = trust.open(old);
    if (before.size() > promise.size()) {
      damage(
          Publisher.FILE,
          "promises " + promise.size() + " entries, an older one " + before.size());
      return;
    }
    Hash root = Rfc6962.root(before.size(), HashReader.over(source.files));
    if (root.equals(before.root())) {
      checked.add("the first " + before.size() + " entries are those of the older checkpoint");
    } else {
      damage(
          Segment.FOLDER,
          "the first " + before.size() + " entries are not those of the older checkpoint");
    }
  }

  private void damage(String where, String what) {
    damages.add(new Verification.Damage(where, what));
  }

  /// What the checks of single segments need. Safe for concurrent use.
  final class Source implements Closeable {
    private final boolean live;
    private final long promised;
    private final long durable;
    private final TreeFiles files;
    private final long[] keys = new SecureRandom().longs(4).toArray();

    Source(boolean live, long promised) throws IOException {
      this.live = live;
      this.promised = promised;
      this.files = new TreeFiles(storage, false);
      this.durable = files.marked();
    }

    LogStorage storage() {
      return storage;
    }

    EntryNames names() {
      return names;
    }

    List<Codec> codecs() {
      return codecs;
    }

    /// Whether the ledger is in use, so that what is beyond the checkpoint may change.
    boolean live() {
      return live;
    }

    /// Whether the ledger was closed in peace: everything is promised and durable.
    boolean clean(long size) {
      return !live && size == promised && size == durable;
    }

    /// Whether the hash at this place of a level has to be right: not when the next start will
    /// compute it anyway.
    boolean strict(long index, int level) {
      long sure = live ? promised : Math.max(0, durable);
      return index < TilePath.hashes(sure, level);
    }

    IdSum newSum() {
      return new IdSum(keys);
    }

    /// Stored hashes of a level, fewer when its file ends before.
    byte[] treeBytes(int level, long first, int count) throws IOException {
      long there = Math.max(0, Math.min(count, files.length(level) - first));
      return there == 0 ? new byte[0] : files.read(level, first, (int) there);
    }

    /// Compares computed hashes of a level with the stored ones.
    List<Verification.Damage> compare(int level, long first, ByteBuffer computed, int count)
        throws IOException {
      List<Verification.Damage> found = new ArrayList<>();
      byte[] stored = treeBytes(level, first, count);
      for (int i = 0; i < count && found.size() < 10; i++) {
        int at = i * Hash.BYTES;
        boolean same =
            at + Hash.BYTES <= stored.length
                && ByteBuffer.wrap(stored, at, Hash.BYTES)
                    .equals(computed.slice(at, Hash.BYTES));
        if (!same && strict(first + i, level)) {
          found.add(
              new Verification.Damage(
                  TreeFiles.nameOf(level) + ": offset " + (first + i) * Hash.BYTES,
                  at < stored.length ? "not the hash that the entries give" : "missing"));
        }
      }
      return found;
    }

    @Override
    public void close() throws IOException {
      files.close();
    }
  }
}
