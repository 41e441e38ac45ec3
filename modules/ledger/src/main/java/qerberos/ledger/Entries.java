package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All entries: the segments in a row, and the one check that makes reading safe. Every entry that
/// is read is hashed and compared with its leaf hash in the tree, so whatever happens to a
/// segment's bytes, nobody is shown an entry that was not appended.
///
/// One thread writes; reading is safe for concurrent use.
final class Entries implements Closeable {
  private static final long CACHE_BYTES = 16L << 20;

  private final LogStorage storage;
  private final List<Codec> codecs;
  private final HashReader.TileHashes leafHashes;
  private final BundleCache cache = new BundleCache(CACHE_BYTES);

  /// Replaced as a whole; a segment's place is its first index over 65,536.
  private volatile Segment[] segments = {};

  /// @param leafHashes of every entry that will be visited
  Entries(LogStorage storage, List<Codec> codecs, HashReader.TileHashes leafHashes) {
    this.storage = storage;
    this.codecs = codecs;
    this.leafHashes = leafHashes;
  }

  /// Finds the segments that are there and reads the frames of the last one.
  ///
  /// @param promised how many entries the last checkpoint says there are
  /// @param repair whether to cut a torn last frame, and to delete drafts and frames that have
  ///     been sealed
  /// @return how many entries there are
  /// @throws LedgerDamaged when one is missing or a frame is broken that was whole once; nothing
  /// was
  ///     changed then
  long start(long promised, boolean repair) throws IOException {
    TreeMap<Long, String> found = new TreeMap<>();
    List<String> left = new ArrayList<>();
    for (String name : storage.list(Segment.FOLDER)) {
      if (name.endsWith(SmallFile.DRAFT)) {
        left.add(Segment.FOLDER + "/" + name);
        continue;
      }
      long first = firstOf(name);
      String before = found.get(first);
      if (before == null || name.endsWith(SealedSegment.ENDING)) {
        found.put(first, name);
      }
      if (before != null) {
        // Sealed, but the crash came before the frames were deleted.
        left.add(Segment.nameOf(first, OpenSegment.ENDING));
      }
    }
    List<Segment> row = new ArrayList<>();
    for (var file : found.entrySet()) {
      long first = file.getKey();
      long expected = (long) row.size() * Segment.ENTRIES;
      if (first != expected) {
        throw new LedgerDamaged(
            Segment.FOLDER,
            "entries "
                + expected
                + " to "
                + (first - 1)
                + " are missing; the next file is "
                + file.getValue());
      }
      boolean last = first == found.lastKey();
      row.add(segment(file.getValue(), first, promised, last && repair));
      if (!last && row.getLast().count() < Segment.ENTRIES) {
        Segment broken = row.getLast();
        throw new LedgerDamaged(
            broken.name(),
            "entries "
                + (first + broken.count())
                + " to "
                + (first + Segment.ENTRIES - 1)
                + " are missing"
                + (broken instanceof OpenSegment open ? " from offset " + open.end() + " on" : ""));
      }
    }
    segments = row.toArray(Segment[]::new);
    long size = row.isEmpty() ? 0 : row.getLast().first() + row.getLast().count();
    if (size < promised) {
      throw new LedgerDamaged(
          row.isEmpty() ? Segment.FOLDER : row.getLast().name(),
          "entries "
              + size
              + " to "
              + (promised - 1)
              + ", which the checkpoint promises, are missing"
              + (!row.isEmpty() && row.getLast() instanceof OpenSegment open
                  ? " from offset " + open.end() + " on"
                  : ""));
    }
    if (repair) {
      for (String name : left) {
        storage.delete(name);
      }
    }
    return size;
  }

  private Segment segment(String name, long first, long promised, boolean repair)
      throws IOException {
    if (name.endsWith(SealedSegment.ENDING)) {
      return new SealedSegment(storage, first, codecs, cache);
    }
    String path = Segment.FOLDER + "/" + name;
    StoredFile file = repair ? storage.open(path) : storage.openToRead(path);
    boolean good = false;
    try {
      OpenSegment segment = OpenSegment.recover(file, first, promised, repair);
      good = true;
      return segment;
    } finally {
      if (!good) {
        file.close();
      }
    }
  }

  /// The first index that a file's name says.
  static long firstOf(String name) throws LedgerDamaged {
    int dot = name.indexOf('.');
    String ending = dot < 0 ? "" : name.substring(dot);
    boolean known = ending.equals(OpenSegment.ENDING) || ending.equals(SealedSegment.ENDING);
    if (known && name.substring(0, dot).matches("[0-9]{12,18}")) {
      long first = Long.parseLong(name.substring(0, dot));
      if (Segment.nameOf(first, ending).endsWith("/" + name)) {
        return first;
      }
    }
    throw new LedgerDamaged(Segment.FOLDER + "/" + name, "not a file of a ledger");
  }

  /// The segment that takes the next frame. A crash right behind its making leaves an empty one,
  /// which the next start goes on with.
  OpenSegment tail() throws IOException {
    Segment[] row = segments;
    if (row.length > 0
        && row[row.length - 1] instanceof OpenSegment last
        && last.count() < Segment.ENTRIES) {
      return last;
    }
    long first = (long) row.length * Segment.ENTRIES;
    OpenSegment next = OpenSegment.create(storage, first);
    synchronized (this) {
      Segment[] longer = Arrays.copyOf(segments, segments.length + 1);
      longer[longer.length - 1] = next;
      segments = longer;
    }
    return next;
  }

  /// Full segments whose frames are not sealed yet, oldest first.
  List<OpenSegment> unsealed() {
    List<OpenSegment> unsealed = new ArrayList<>();
    for (Segment segment : segments) {
      if (segment instanceof OpenSegment open && open.isFull()) {
        unsealed.add(open);
      }
    }
    return unsealed;
  }

  /// Puts the sealed form of a segment in the place of its frames and deletes those. Whoever is
  /// reading them is thrown out and reads on in the sealed one.
  void sealed(OpenSegment frames) throws IOException {
    SealedSegment sealed = new SealedSegment(storage, frames.first(), codecs, cache);
    synchronized (this) {
      Segment[] row = segments.clone();
      row[(int) (frames.first() / Segment.ENTRIES)] = sealed;
      segments = row;
    }
    frames.close();
    storage.delete(frames.name());
    storage.forceFolder(Segment.FOLDER);
  }

  /// One entry, checked against its leaf hash.
  Entry entry(long index) throws IOException {
    @Nullable Entry[] found = {null};
    visit(
        index,
        index + 1,
        true,
        (at, leaf, attachment) -> found[0] = new Entry(at, leaf, attachment));
    Entry entry = found[0];
    if (entry == null) {
      throw new IndexOutOfBoundsException("entry " + index);
    }
    return entry;
  }

  /// Shows entries in order, each checked against its leaf hash.
  ///
  /// @param to index behind the last; all must be in the tree
  /// @throws LedgerDamaged naming the first entry that is not what was appended
  void visit(long from, long to, boolean attachments, EntryVisitor visitor) throws IOException {
    TreeHasher hasher = new TreeHasher();
    long index = from;
    while (index < to) {
      // A bundle at a time: its leaf hashes are one tile.
      long until = Math.min(to, (index / TilePath.FULL + 1) * TilePath.FULL);
      long begin = index;
      byte[] hashes = leafHashes.read(0, begin, (int) (until - begin));
      raw(
          begin,
          until,
          attachments,
          (at, leaf, attachment) -> {
            Hash expected = Hash.at(hashes, (int) (at - begin) * Hash.BYTES);
            if (!hasher.leaf(leaf).equals(expected)) {
              throw new LedgerDamaged(
                  segments[(int) (at / Segment.ENTRIES)].name(),
                  "entry " + at + " is not what tree/0 has at offset " + at * Hash.BYTES);
            }
            visitor.entry(at, leaf, attachment);
          });
      index = until;
    }
  }

  /// Shows entries in order as they are stored, unchecked: for whoever is making the tree.
  void raw(long from, long to, boolean attachments, EntryVisitor visitor) throws IOException {
    long[] next = {from};
    while (next[0] < to) {
      Segment segment = segments[(int) (next[0] / Segment.ENTRIES)];
      try {
        segment.visit(
            next[0],
            Math.min(to, segment.first() + Segment.ENTRIES),
            attachments,
            (at, leaf, attachment) -> {
              visitor.entry(at, leaf, attachment);
              next[0] = at + 1;
            });
      } catch (ClosedChannelException | NoSuchFileException e) {
        // Sealed while we were reading: go on in its new form.
        if (segments[(int) (next[0] / Segment.ENTRIES)].equals(segment)) {
          throw e;
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Segment segment : segments) {
      segment.close();
    }
  }
}
