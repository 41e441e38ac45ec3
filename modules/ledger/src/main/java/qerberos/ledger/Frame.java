package qerberos.ledger;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/// One group commit as it lies in a segment: a head, then its entries.
///
///     0   int   magic, with bytes that no UTF-8 text has
///     4   int   CRC-32C over everything from byte 8 to the frame's end
///     8   long  index of the first entry
///     16  int   how many entries, 1 or more
///     20  int   how many bytes follow the head, at most [#LARGEST]
///     24        for each entry: length of the leaf (2 bytes), of the attachment (4 bytes),
///               leaf, attachment
///
/// All numbers are big-endian. Used by one thread at a time.
final class Frame {
  static final int HEAD = 24;
  static final int ENTRY_HEAD = 6;
  static final int MAGIC = 0xFFF1E5FD;

  /// The most that follows the head, in bytes: enough for three of the largest entries.
  static final int LARGEST = 4 << 20;

  private ByteBuffer bytes = ByteBuffer.allocateDirect(256 << 10);
  private int count;

  /// Lays out one frame for these submissions.
  ///
  /// @return the whole frame, ready to be written; it is overwritten by the next call
  ByteBuffer of(long first, List<Submission> inOrder) {
    int size = HEAD;
    for (Submission submission : inOrder) {
      size += submission.frameBytes();
    }
    if (size - HEAD > LARGEST || inOrder.isEmpty()) {
      throw new IllegalArgumentException("frame: " + size + " bytes, " + inOrder.size());
    }
    if (bytes.capacity() < size) {
      bytes = ByteBuffer.allocateDirect(Math.max(size, Math.min(2 * bytes.capacity(), LARGEST)));
    }
    bytes.clear();
    count = inOrder.size();
    bytes.putInt(MAGIC).putInt(0).putLong(first).putInt(count).putInt(size - HEAD);
    for (Submission submission : inOrder) {
      byte[] leaf = submission.leaf();
      byte[] attachment = submission.attachment();
      bytes.putShort((short) leaf.length).putInt(attachment.length).put(leaf).put(attachment);
    }
    bytes.flip();
    bytes.putInt(4, checksum(bytes, 0, size));
    return bytes;
  }

  /// The checksum that belongs into the head of the frame of `size` bytes at `offset`.
  static int checksum(ByteBuffer bytes, int offset, int size) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(offset + 8, size - 8));
    return (int) crc.getValue();
  }
}
