package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
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
/// Order of things. The checkpoint is read and its signature checked first, so what is read later
/// is at least as new. Then every segment is read, several at once ([SegmentCheck]); of each only
/// its root and a sum over its names are kept, so memory is bounded by the number of threads. Above
/// that the levels of the tree are folded from the segments' roots, the runs of names are read and
/// their sums compared ([IdsCheck]), and at last the root is compared with the signed one. Only now
/// is known whether an entry or its stored hash was changed where both disagree.
///
/// A ledger may be in use meanwhile. Then nothing beyond the checkpoint is looked at, because it
/// may change at any moment. When it is not in use, it is kept from being opened until the end, and
/// every byte of every file must be as it should, down to the zeros behind the last frame.
///
/// Used by one thread at a time; reads with several.
final class FolderCheck {
  private final LogStorage storage;
  private final EntryNames names;
  private final List<Codec> codecs;
  private final Trust trust;
  private final @Nullable SignedNote old;
  private final Progress progress;
  private final int threads;

  private final Findings findings = new Findings();
  private final AtomicLong done = new AtomicLong();

  // Filled while the segments are read.
  private final List<SegmentCheck.Suspect> suspects = new ArrayList<>();
  private final List<IdSum> sums = new ArrayList<>();
  private byte[] roots = {};
  private byte[] edge = {};
  private long size;

  /// @param old what an older checkpoint covered must not have changed; null: there is none
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
      findings.damage(e);
      return findings.verdict(new Checkpoint("none", 0, Rfc6962.emptyRoot()));
    } catch (Trust.Refused e) {
      return new Verification.Broken(Publisher.FILE, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new Verification.CannotTell(storage.where() + ": " + e.getMessage());
    }
  }

  /// Keeps writers out while we read; null when one is in. A folder that may only be read has none.
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
      findings.checked(
          "the checkpoint of "
              + promise.size()
              + " entries is signed by "
              + signer.key().shortName());
    }
    new SmallFilesCheck(storage, trust, findings).run(promise, note);
    try (CheckSource source = new CheckSource(storage, names, codecs, live, promise.size())) {
      entries(source, segments(promise.size(), live), promise.size());
      new IdsCheck(source, sums, size, findings, progress).run();
      tree(source);
      root(promise);
      since(source, promise);
    }
    return findings.verdict(promise);
  }

  /// The file of each segment, none missing. Of a ledger in use, of those that the checkpoint
  /// reaches: the last of them is then read no further than it does.
  private NavigableMap<Long, String> segments(long promised, boolean live) throws IOException {
    NavigableMap<Long, String> segments = new TreeMap<>();
    for (String name : storage.list(Segment.FOLDER)) {
      if (name.endsWith(SmallFile.DRAFT)) {
        continue;
      }
      try {
        long first = Entries.firstOf(name);
        if (!segments.containsKey(first) || name.endsWith(SealedSegment.ENDING)) {
          segments.put(first, Segment.FOLDER + "/" + name);
        }
      } catch (LedgerDamaged e) {
        findings.damage(e);
      }
    }
    long expected = 0;
    for (long first : segments.keySet()) {
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
    return live ? segments.headMap(promised, false) : segments;
  }

  private void entries(CheckSource source, NavigableMap<Long, String> segments, long promised)
      throws IOException {
    TreeHasher hasher = new TreeHasher();
    byte[] all = new byte[segments.size() * Hash.BYTES];
    List<Long> firsts = List.copyOf(segments.keySet());
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      List<Future<SegmentCheck.Result>> running = new ArrayList<>();
      int next = 0;
      for (int taken = 0; taken < firsts.size(); taken++) {
        while (next < firsts.size() && next < taken + 2 * threads) {
          long first = firsts.get(next++);
          String name = segments.getOrDefault(first, "");
          int expected = Math.clamp(promised - first, 0, Segment.ENTRIES);
          running.add(
              workers.submit(
                  () -> new SegmentCheck(source, name, first, expected, done::addAndGet).run()));
        }
        SegmentCheck.Result result = get(running.removeFirst());
        findings.damages(result.damages());
        suspects.addAll(result.suspects());
        if (result.note() != null) {
          findings.checked(result.note());
        }
        size = result.first() + result.count();
        if (result.first() == promised / Segment.ENTRIES * Segment.ENTRIES) {
          edge = result.leaves();
        }
        if (result.count() == Segment.ENTRIES) {
          fold(hasher, result.leaves(), 0, Segment.ENTRIES).copyTo(all, taken * Hash.BYTES);
          sums.add(result.ids());
        } else if (taken < firsts.size() - 1) {
          throw new LedgerDamaged(
              segments.getOrDefault(result.first(), ""),
              "has " + result.count() + " entries, want " + Segment.ENTRIES);
        }
        progress.at("reading entries", Math.min(done.get(), promised), promised);
      }
    }
    roots = Arrays.copyOf(all, sums.size() * Hash.BYTES);
    findings.checked(size + " entries were read from " + segments.size() + " files and hashed");
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

  /// The levels from the segments' roots upwards, and that no level's file goes on where it should
  /// end.
  private void tree(CheckSource source) throws IOException {
    TreeHasher hasher = new TreeHasher();
    byte[] hashes = roots;
    for (int level = 2; level < TreeFiles.LEVELS && hashes.length > 0; level++) {
      int count = hashes.length / Hash.BYTES;
      findings.damages(source.compare(level, 0, hashes, count));
      byte[] above = new byte[count / TilePath.FULL * Hash.BYTES];
      for (int tile = 0; tile < count / TilePath.FULL; tile++) {
        fold(hasher, hashes, tile * TilePath.FULL, TilePath.FULL).copyTo(above, tile * Hash.BYTES);
      }
      hashes = above;
    }
    for (String name : storage.list(TreeFiles.FOLDER)) {
      String path = TreeFiles.FOLDER + "/" + name;
      if (name.matches("[0-7]")) {
        long want = TilePath.hashes(size, Integer.parseInt(name)) * Hash.BYTES;
        long length = storage.size(path);
        if (source.clean(size) && length != want) {
          findings.damage(
              path + ": offset " + Math.min(length, want), "ends at " + length + ", want " + want);
        }
      } else if (path.equals(TreeFiles.MARK)) {
        if (!source.markIsWhole()) {
          findings.damage(path, "its checksum differs");
        }
      } else if (!name.endsWith(SmallFile.DRAFT)) {
        findings.damage(path, "not a file of a ledger");
      }
    }
    findings.checked("all levels of the stored tree are what the entries give");
  }

  /// The root over the entries themselves, against the signed one.
  private void root(Checkpoint promise) throws IOException {
    TreeHasher hasher = new TreeHasher();
    Hash root =
        Rfc6962.root(
            promise.size(),
            (level, index) ->
                level < 16
                    ? fold(hasher, edge, (int) ((index << level) % Segment.ENTRIES), 1 << level)
                    : fold(hasher, roots, (int) (index << (level - 16)), 1 << (level - 16)));
    boolean holds = root.equals(promise.root());
    for (SegmentCheck.Suspect suspect : suspects) {
      findings.damages(List.of(holds ? suspect.ifTree() : suspect.ifEntry()));
    }
    if (holds) {
      findings.checked("the entries have the root that was signed");
    } else if (findings.good()) {
      findings.damage(
          Publisher.FILE, "promises the root " + promise.root() + ", the entries have " + root);
    }
  }

  /// The root over `count` hashes, a power of two, that lie in an array.
  private static Hash fold(TreeHasher hasher, byte[] hashes, int first, int count) {
    if (count <= TilePath.FULL) {
      return hasher.fold(hashes, first * Hash.BYTES, count);
    }
    return hasher.node(
        fold(hasher, hashes, first, count / 2), fold(hasher, hashes, first + count / 2, count / 2));
  }

  /// Whom to believe about the past: also keys that were retired since. The checkpoint itself comes
  /// from whoever asks, so the folder's list of keys cannot make up a past for them.
  private Trust everTrusted() throws IOException {
    List<VerifierKey> keys = new ArrayList<>(trust.logKeys());
    for (VerifierKey key : LedgerKeys.verifiers(storage)) {
      if (!keys.contains(key) && !trust.witnesses().contains(key)) {
        keys.add(key);
      }
    }
    return new Trust(trust.origin(), keys, trust.witnesses(), Quorum.NONE);
  }

  /// An older checkpoint must be of a tree that this one begins with. The stored hashes have just
  /// been compared with the entries, so they may be used.
  private void since(CheckSource source, Checkpoint promise) throws IOException, Trust.Refused {
    if (old == null || !findings.good()) {
      return;
    }
    Checkpoint before = everTrusted().open(old);
    if (before.size() > promise.size()) {
      findings.damage(
          Publisher.FILE, "promises " + promise.size() + " entries, an older one " + before.size());
      return;
    }
    Hash root = Rfc6962.root(before.size(), HashReader.over(source.files()));
    if (root.equals(before.root())) {
      findings.checked("the first " + before.size() + " entries are those of the older checkpoint");
    } else {
      findings.damage(
          Segment.FOLDER,
          "the first " + before.size() + " entries are not those of the older checkpoint");
    }
  }
}
