package qerberos.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Reads a segment frame by frame, from its first byte to the first that is not a whole frame.
///
/// What stands behind the last whole frame tells what happened. Zeros: nothing, the file is longer
/// than what was written. Anything else: a frame that a power cut tore, as long as no whole frame
/// follows. A frame is only begun when the one before it is safe on disk, so a whole frame behind a
/// broken one means that the broken one was whole once and that somebody, or the disk, changed it.
///
/// Used by one thread at a time.
final class FrameScan {
  private static final int WINDOW = 1 << 20;

  /// What stands behind the last whole frame.
  sealed interface Tail {
    /// Zeros, or nothing.
    record Clean() implements Tail {}

    /// A frame that was being written; no sender was told that it is safe.
    ///
    /// @param end offset behind its last byte that is not zero
    record Torn(long end) implements Tail {}

    /// Bytes that were a whole frame once.
    ///
    /// @param next offset of a whole frame behind them
    record Damaged(long next) implements Tail {}
  }

  /// Is shown every entry of a frame; offsets are into the array, positions into the file.
  interface EntryPlaces {
    void entry(byte[] bytes, int leafAt, int leafLength, int attachmentLength, long position)
        throws IOException;
  }

  private final StoredFile file;
  private final long fileSize;
  private byte[] window = new byte[WINDOW];
  private long windowAt;
  private int windowLength;

  private long nextIndex;
  private long position;

  /// @param first index of the segment's first entry
  FrameScan(StoredFile file, long first) throws IOException {
    this.file = file;
    this.fileSize = file.size();
    this.nextIndex = first;
  }

  /// Offset behind the last whole frame.
  long position() {
    return position;
  }

  /// Index behind the last entry of the last whole frame.
  long nextIndex() {
    return nextIndex;
  }

  /// Reads one frame if a whole one stands here, and shows its entries.
  ///
  /// @return false when none does; [#tail] then tells what does
  boolean next(EntryPlaces places) throws IOException {
    int size = wholeFrame(position, nextIndex);
    if (size < 0) {
      return false;
    }
    int at = at(position);
    ByteBuffer frame = ByteBuffer.wrap(window, at, size);
    int count = frame.getInt(at + 16);
    frame.position(at + Frame.HEAD);
    for (int i = 0; i < count; i++) {
      long begin = position + frame.position() - at;
      int leaf = frame.getShort() & 0xffff;
      int attachment = frame.getInt();
      places.entry(window, frame.position(), leaf, attachment, begin);
      frame.position(frame.position() + leaf + attachment);
    }
    position += size;
    nextIndex += count;
    return true;
  }

  /// What stands behind the last whole frame.
  Tail tail() throws IOException {
    long end = lastByteSet();
    if (end == position) {
      return new Tail.Clean();
    }
    for (long at = behindClaimed(); at + Frame.HEAD <= end; at++) {
      if (window(at, 4) && ByteBuffer.wrap(window, at(at), 4).getInt() == Frame.MAGIC) {
        if (wholeFrame(at, -1) > 0) {
          return new Tail.Damaged(at);
        }
      }
    }
    return new Tail.Torn(end);
  }

  /// Whether what stands here begins like the next frame: a write that was interrupted, rather than
  /// something else.
  boolean beginsFrame() throws IOException {
    return behindClaimed() > position + 1;
  }

  /// Where a whole frame could stand behind the broken one: behind its end when its head can be
  /// read, so that nothing a sender put inside an entry is ever taken for a frame.
  private long behindClaimed() throws IOException {
    if (window(position, Frame.HEAD)) {
      ByteBuffer head = ByteBuffer.wrap(window, at(position), Frame.HEAD).slice();
      int length = head.getInt(20);
      if (head.getInt(0) == Frame.MAGIC
          && head.getLong(8) == nextIndex
          && length > 0
          && length <= Frame.LARGEST) {
        return position + Frame.HEAD + length;
      }
    }
    return position + 1;
  }

  /// The size of the whole frame at an offset, or -1.
  ///
  /// @param index of its first entry; -1 for any
  private int wholeFrame(long offset, long index) throws IOException {
    if (!window(offset, Frame.HEAD)) {
      return -1;
    }
    ByteBuffer head = ByteBuffer.wrap(window, at(offset), Frame.HEAD).slice();
    int length = head.getInt(20);
    if (head.getInt(0) != Frame.MAGIC
        || (index >= 0 && head.getLong(8) != index)
        || length <= 0
        || length > Frame.LARGEST
        || !window(offset, Frame.HEAD + length)) {
      return -1;
    }
    int size = Frame.HEAD + length;
    int at = at(offset);
    ByteBuffer frame = ByteBuffer.wrap(window);
    boolean whole = Frame.checksum(frame, at, size) == frame.getInt(at + 4);
    return whole && fits(frame, at, size) ? size : -1;
  }

  /// Whether the entries fill the frame exactly. A frame of ours always does; this keeps a reader
  /// safe from one that somebody else made.
  private static boolean fits(ByteBuffer frame, int at, int size) {
    int count = frame.getInt(at + 16);
    long offset = Frame.HEAD;
    for (int i = 0; i < count; i++) {
      if (offset + Frame.ENTRY_HEAD > size) {
        return false;
      }
      int leaf = frame.getShort(at + (int) offset) & 0xffff;
      int attachment = frame.getInt(at + (int) offset + 2);
      if (leaf == 0 || attachment < 0) {
        return false;
      }
      offset += Frame.ENTRY_HEAD + leaf + (long) attachment;
    }
    return count > 0 && offset == size;
  }

  /// Offset behind the last byte from `position` on that is not zero.
  private long lastByteSet() throws IOException {
    long end = position;
    for (long at = position; at < fileSize; at += WINDOW) {
      int length = (int) Math.min(WINDOW, fileSize - at);
      if (!window(at, length)) {
        break;
      }
      int from = at(at);
      for (int i = length - 1; i >= 0; i--) {
        if (window[from + i] != 0) {
          end = at + i + 1;
          break;
        }
      }
    }
    return end;
  }

  /// Makes `length` bytes from an offset on available in the window; false when the file ends
  /// before.
  private boolean window(long offset, int length) throws IOException {
    if (offset >= windowAt && offset + length <= windowAt + windowLength) {
      return true;
    }
    if (offset + length > fileSize) {
      return false;
    }
    if (window.length < length) {
      window = new byte[Math.max(length, 2 * window.length)];
    }
    int wanted = (int) Math.min(window.length, fileSize - offset);
    windowLength = file.read(ByteBuffer.wrap(window, 0, wanted), offset);
    windowAt = offset;
    return windowLength >= length;
  }

  private int at(long offset) {
    return (int) (offset - windowAt);
  }
}
