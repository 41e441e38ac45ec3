package qerberos.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// A segment as the frames it was written in. The file is made longer ahead of what is written,
/// with real zeros, so that a force has no new blocks to record and a full disk is met before a
/// frame is half there.
///
/// One thread writes; reading is safe for concurrent use and sees what [#added] has made visible.
final class OpenSegment implements Segment {
  static final String ENDING = ".log";

  private static final byte[] NOTHING = {};
  private static final int STEP_LEAST = 1 << 20;
  private static final int STEP_MOST = 8 << 20;
  private static final int LARGE = 64 << 10;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 20).asReadOnlyBuffer();

  /// Bits of a place that hold the length of an entry with its head; the rest is its position.
  private static final int LENGTH_BITS = 21;

  private final StoredFile file;
  private final long first;

  /// Where each entry is: position << 21 | length. Filled up to `count`, which is set last.
  private final long[] places = new long[ENTRIES];

  private volatile int count;

  /// Behind the last frame, and behind the last zero; touched by the writing thread alone.
  private long end;

  private long reserved;

  private OpenSegment(StoredFile file, long first) {
    this.file = file;
    this.first = first;
  }

  /// Makes an empty segment; when this returns, its being there is safe.
  static OpenSegment create(LogStorage storage, long first) throws IOException {
    OpenSegment segment =
        new OpenSegment(storage.create(Segment.nameOf(first, ENDING), false), first);
    segment.reserve(STEP_LEAST);
    segment.file.force();
    storage.forceFolder(FOLDER);
    return segment;
  }

  /// Reads what an earlier process left. A torn last frame is cut off when `repair` says so, else
  /// left where it is and ignored.
  ///
  /// @param promised how many entries the log must have; nothing is cut when there are less
  /// @throws LedgerDamaged when a frame is broken that was whole once
  static OpenSegment recover(StoredFile file, long first, long promised, boolean repair)
      throws IOException {
    OpenSegment segment = new OpenSegment(file, first);
    FrameScan scan = new FrameScan(file, first);
    int[] seen = {0};
    FrameScan.EntryPlaces places =
        (bytes, leafAt, leaf, attachment, position) -> {
          if (seen[0] == ENTRIES) {
            throw LedgerDamaged.at(file.name(), position, "more than " + ENTRIES + " entries");
          }
          segment.places[seen[0]++] = place(position, Frame.ENTRY_HEAD + leaf + attachment);
        };
    while (scan.next(places)) {
      // every frame adds its places
    }
    segment.end = scan.position();
    segment.reserved = file.size();
    segment.count = seen[0];
    switch (scan.tail()) {
      case FrameScan.Tail.Clean() -> {}
      case FrameScan.Tail.Torn(long _) -> {
        if (repair && first + segment.count >= promised) {
          // A crash in here leaves a shorter torn frame, or none: the next start does the same.
          file.truncate(segment.end);
          segment.reserved = segment.end;
        }
      }
      case FrameScan.Tail.Damaged(long next) ->
          throw LedgerDamaged.at(
              file.name(),
              segment.end,
              "these bytes up to "
                  + (next - 1)
                  + " were a frame once and are not any more; entries from "
                  + (first + segment.count)
                  + " on are lost there, whole frames follow");
    }
    if (repair) {
      // A killed process leaves frames that can be read and are not safe yet. They are about to
      // be signed.
      file.force();
    }
    return segment;
  }

  private static long place(long position, int length) {
    return position << LENGTH_BITS | length;
  }

  @Override
  public String name() {
    return file.name();
  }

  @Override
  public long first() {
    return first;
  }

  @Override
  public int count() {
    return count;
  }

  boolean isFull() {
    return count == ENTRIES;
  }

  /// How many entries still fit.
  int room() {
    return ENTRIES - count;
  }

  /// Offset behind the last whole frame.
  long end() {
    return end;
  }

  /// Writes a frame behind the last one. It is neither safe nor visible yet.
  void write(ByteBuffer frame) throws IOException {
    int size = frame.remaining();
    if (end + size > reserved) {
      if (size < LARGE) {
        long step = Math.clamp(reserved, STEP_LEAST, STEP_MOST);
        reserve(Math.max(end + size, reserved + step));
      } else {
        // A hole that reads as zeros: the file does not grow with each frame, which is what costs
        // most in a large one, and nothing is written twice.
        reserved = end + size + STEP_MOST;
        file.write(ZEROS.duplicate().limit(1), reserved - 1);
      }
    }
    file.write(frame, end);
  }

  /// Returns once what was written is safe.
  void force() throws IOException {
    file.force();
  }

  /// Makes the frame that was written last visible to readers.
  void added(List<Submission> inOrder) {
    int at = count;
    long position = end + Frame.HEAD;
    for (Submission submission : inOrder) {
      int length = submission.frameBytes();
      places[at++] = place(position, length);
      position += length;
    }
    end = position;
    count = at;
  }

  private void reserve(long size) throws IOException {
    while (reserved < size) {
      ByteBuffer zeros = ZEROS.duplicate();
      zeros.limit((int) Math.min(zeros.capacity(), size - reserved));
      int length = zeros.remaining();
      file.write(zeros, reserved);
      reserved += length;
    }
  }

  @Override
  public void visit(long from, long to, boolean attachments, EntryVisitor visitor)
      throws IOException {
    for (int at = (int) (from - first); at < to - first; ) {
      int last = at;
      long begin = positionOf(at);
      while (last + 1 < to - first
          && positionOf(last + 1) + lengthOf(last + 1) - begin <= STEP_LEAST) {
        last++;
      }
      int length = (int) (positionOf(last) + lengthOf(last) - begin);
      ByteBuffer bytes = ByteBuffer.wrap(file.readFully(begin, length));
      for (; at <= last; at++) {
        bytes.position((int) (positionOf(at) - begin));
        byte[] leaf = new byte[bytes.getShort() & 0xffff];
        int rest = lengthOf(at) - Frame.ENTRY_HEAD - leaf.length;
        if (rest < 0 || bytes.getInt() != rest) {
          throw LedgerDamaged.at(name(), positionOf(at), "entry " + (first + at) + " was changed");
        }
        bytes.get(leaf);
        byte[] attachment = NOTHING;
        if (attachments && rest > 0) {
          attachment = new byte[rest];
          bytes.get(attachment);
        }
        visitor.entry(first + at, leaf, attachment);
      }
    }
  }

  private long positionOf(int at) {
    return places[at] >>> LENGTH_BITS;
  }

  private int lengthOf(int at) {
    return (int) (places[at] & ((1 << LENGTH_BITS) - 1));
  }

  /// Reads every frame again, checks it, and shows its entries: what a segment is sealed from, so
  /// that what rotted meanwhile is not sealed with a fresh checksum.
  void visitFrames(FrameScan.EntryPlaces entries) throws IOException {
    FrameScan scan = new FrameScan(file, first);
    while (scan.nextIndex() < first + count) {
      if (!scan.next(entries)) {
        throw LedgerDamaged.at(
            name(), scan.position(), "the frame with entry " + scan.nextIndex() + " was changed");
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
