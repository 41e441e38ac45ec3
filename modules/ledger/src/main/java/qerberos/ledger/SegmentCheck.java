package qerberos.ledger;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Reads one segment from its bytes, entry by entry, and compares what follows from them with the
/// stored hashes of the first two tile levels.
///
/// Where a segment cannot be read, its stored leaf hashes stand in, so that one damage does not
/// hide others; the segment is reported all the same.
///
/// Used by one thread at a time.
final class SegmentCheck {
  /// More than this many damages of one segment say nothing new.
  private static final int MOST = 10;

  private final CheckSource source;
  private final String name;
  private final long first;
  private final LongConsumer read;

  private final TreeHasher hasher = new TreeHasher();
  private final byte[] leaves;
  private final byte[] roots = new byte[TilePath.FULL * Hash.BYTES];
  private final String[] places = new String[TilePath.FULL];
  private final List<Verification.Damage> damages = new ArrayList<>();
  private final List<Suspect> suspects = new ArrayList<>();
  private final IdSum sum;
  private final int expected;
  private int count;
  private @Nullable String note;

  /// A leaf hash that is not what is stored: either the entry or the stored hash was changed, which
  /// of them only the signed root can tell.
  record Suspect(Verification.Damage ifEntry, Verification.Damage ifTree) {}

  /// What came of it. Of one reader.
  static final class Result {
    private final long first;
    private final int count;
    private final byte[] leaves;
    private final IdSum ids;
    private final List<Verification.Damage> damages;
    private final List<Suspect> suspects;
    private final @Nullable String note;

    private Result(SegmentCheck check, int count) {
      this.first = check.first;
      this.count = count;
      this.leaves = check.leaves;
      this.ids = check.sum;
      this.damages = check.damages;
      this.suspects = check.suspects;
      this.note = check.note;
    }

    long first() {
      return first;
    }

    /// How many entries there are.
    int count() {
      return count;
    }

    /// Their leaf hashes, 32 bytes each, from the array's beginning on.
    byte[] leaves() {
      return leaves;
    }

    /// The sum over the names of all entries.
    IdSum ids() {
      return ids;
    }

    List<Verification.Damage> damages() {
      return damages;
    }

    List<Suspect> suspects() {
      return suspects;
    }

    /// Something that is worth telling and is no damage.
    @Nullable String note() {
      return note;
    }
  }

  /// @param expected how many entries there must be at least
  /// @param read is told of every 256 entries
  SegmentCheck(CheckSource source, String name, long first, int expected, LongConsumer read) {
    this.source = source;
    this.name = name;
    this.first = first;
    this.read = read;
    this.leaves = new byte[Segment.ENTRIES * Hash.BYTES];
    this.sum = source.newSum();
    this.expected = expected;
  }

  Result run() throws IOException {
    try {
      read();
    } catch (LedgerDamaged e) {
      damages.add(e.damage());
    } catch (NoSuchFileException e) {
      damages.add(new Verification.Damage(name, "missing"));
    }
    if (count < expected && damages.isEmpty()) {
      damages.add(
          new Verification.Damage(
              name, "ends after entry " + (first + count - 1) + ", want " + expected + " entries"));
    }
    if (count % TilePath.FULL != 0) {
      compareLeaves(count / TilePath.FULL, count % TilePath.FULL);
    }
    if (count < expected) {
      byte[] stored = source.stored(0, first + count, expected - count);
      System.arraycopy(stored, 0, leaves, count * Hash.BYTES, stored.length);
    }
    if (!damages.isEmpty()) {
      sum.spoil();
    }
    int complete = Math.max(count, expected);
    compareRoots(complete);
    return new Result(this, complete);
  }

  private void read() throws IOException {
    if (name.endsWith(SealedSegment.ENDING)) {
      readSealed();
      return;
    }
    try (StoredFile file = source.storage().openToRead(name)) {
      readFrames(file);
    } catch (NoSuchFileException e) {
      if (!source.live()) {
        throw e;
      }
      readSealed(); // which it has become since the folder was listed
    }
  }

  private void readSealed() throws IOException {
    BundleCache cache = new BundleCache(0);
    try (SealedSegment sealed =
        new SealedSegment(source.storage(), first, source.codecs(), cache)) {
      sealed.open();
      for (int at = 0; at < SealedSegment.BUNDLES && damages.size() < MOST; at++) {
        long begin = first + (long) at * TilePath.FULL;
        try {
          sealed.visit(
              begin,
              begin + TilePath.FULL,
              true,
              (index, leaf, attachment) -> add(leaf, 0, leaf.length, null));
        } catch (LedgerDamaged e) {
          damages.add(e.damage());
          // Go on with the next bundle; the stored hashes stand in for this one.
          int lost = (at + 1) * TilePath.FULL - count;
          byte[] stored = source.stored(0, first + count, lost);
          System.arraycopy(stored, 0, leaves, count * Hash.BYTES, stored.length);
          count += lost;
        }
      }
    }
  }

  private void readFrames(StoredFile file) throws IOException {
    FrameScan scan = new FrameScan(file, first);
    FrameScan.EntryPlaces adding =
        (bytes, leafAt, leaf, attachment, position) -> {
          if (count == Segment.ENTRIES) {
            throw LedgerDamaged.at(name, position, "more than " + Segment.ENTRIES + " entries");
          }
          add(bytes, leafAt, leaf, name + ": offset " + position);
        };
    while (scan.next(adding)) {
      if (source.live() && count >= expected && count < Segment.ENTRIES) {
        return; // beyond this the writer may be writing at this moment
      }
    }
    if (source.live() && count >= expected) {
      return;
    }
    switch (scan.tail()) {
      case FrameScan.Tail.Clean() -> {}
      case FrameScan.Tail.Damaged(long next) ->
          throw LedgerDamaged.at(
              name,
              scan.position(),
              "entry "
                  + scan.nextIndex()
                  + " is in a broken frame; a whole one follows at "
                  + next);
      case FrameScan.Tail.Torn(long end) -> {
        if (!scan.beginsFrame() || count < expected) {
          throw LedgerDamaged.at(
              name, scan.position(), "not zero up to " + end + ", and not a whole frame");
        }
        note =
            name
                + ": from offset "
                + scan.position()
                + " on an interrupted write, which was never acknowledged; the next start cuts"
                + " it off";
      }
    }
  }

  private void add(byte[] bytes, int offset, int length, @Nullable String place)
      throws IOException {
    hasher.leaf(bytes, offset, length).copyTo(leaves, count * Hash.BYTES);
    byte[] leaf =
        offset == 0 && length == bytes.length
            ? bytes
            : Arrays.copyOfRange(bytes, offset, offset + length);
    sum.add(Ids.print(source.names().name(leaf)), first + count);
    places[count % TilePath.FULL] = place == null ? name + ": entry " + (first + count) : place;
    count++;
    if (count % TilePath.FULL == 0) {
      compareLeaves(count / TilePath.FULL - 1, TilePath.FULL);
      read.accept(TilePath.FULL);
    }
  }

  /// Compares the leaf hashes of one tile with the stored ones.
  private void compareLeaves(int tile, int width) throws IOException {
    int at = tile * TilePath.FULL;
    byte[] stored = source.stored(0, first + at, width);
    for (int i = 0; i < width; i++) {
      int from = i * Hash.BYTES;
      int mine = (at + i) * Hash.BYTES;
      boolean same =
          from + Hash.BYTES <= stored.length
              && Arrays.equals(stored, from, from + Hash.BYTES, leaves, mine, mine + Hash.BYTES);
      if (!same && source.strict(first + at + i, 0) && suspects.size() < MOST) {
        long index = first + at + i;
        suspects.add(
            new Suspect(
                new Verification.Damage(places[i], "entry " + index + " is not what was appended"),
                new Verification.Damage(
                    TreeFiles.nameOf(0) + ": offset " + index * Hash.BYTES,
                    "not the hash of entry " + index)));
      }
    }
  }

  /// Compares the roots of full tiles with the stored ones.
  private void compareRoots(int complete) throws IOException {
    int full = complete / TilePath.FULL;
    if (full == 0) {
      return;
    }
    for (int tile = 0; tile < full; tile++) {
      hasher
          .fold(leaves, tile * TilePath.FULL * Hash.BYTES, TilePath.FULL)
          .copyTo(roots, tile * Hash.BYTES);
    }
    damages.addAll(source.compare(1, first / TilePath.FULL, roots, full));
  }
}
