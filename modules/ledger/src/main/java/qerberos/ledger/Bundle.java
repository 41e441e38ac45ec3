package qerberos.ledger;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// 256 entries expanded from a sealed segment, and where their attachments are. Immutable.
final class Bundle {
  static final byte[] NOTHING = {};

  private final long number;
  private final byte[] plain;
  private final int leavesLength;
  private final int[] leafAt;
  private final long[] attachmentAt;
  private final int[] checksums;

  private Bundle(
      long number,
      byte[] plain,
      int leavesLength,
      int[] leafAt,
      long[] attachmentAt,
      int[] checksums) {
    this.number = number;
    this.plain = plain;
    this.leavesLength = leavesLength;
    this.leafAt = leafAt;
    this.attachmentAt = attachmentAt;
    this.checksums = checksums;
  }

  /// Takes an expanded bundle apart.
  ///
  /// @param attachments offset of the first attachment in the file
  /// @throws IllegalArgumentException when the lengths in it do not add up
  static Bundle of(long number, byte[] plain, int leavesLength, long attachments) {
    int[] leafAt = new int[TilePath.FULL + 1];
    long[] attachmentAt = new long[TilePath.FULL + 1];
    int[] checksums = new int[TilePath.FULL];
    ByteBuffer leaves = ByteBuffer.wrap(plain, 0, leavesLength);
    ByteBuffer rows = ByteBuffer.wrap(plain, leavesLength, plain.length - leavesLength);
    if (rows.remaining() < TilePath.FULL * Integer.BYTES) {
      throw new IllegalArgumentException("ends inside the lengths of its attachments");
    }
    ByteBuffer lengths = rows.slice(leavesLength, TilePath.FULL * Integer.BYTES);
    rows.position(leavesLength + lengths.remaining());
    attachmentAt[0] = attachments;
    for (int i = 0; i < TilePath.FULL; i++) {
      if (leaves.remaining() < Short.BYTES) {
        throw new IllegalArgumentException("ends inside entry " + i);
      }
      int leaf = leaves.getShort() & 0xffff;
      int attachment = lengths.getInt();
      boolean row = attachment == 0 || rows.remaining() >= Integer.BYTES;
      if (leaf > leaves.remaining() || attachment < 0 || !row) {
        throw new IllegalArgumentException("ends inside entry " + i);
      }
      leafAt[i] = leaves.position();
      leaves.position(leaves.position() + leaf);
      attachmentAt[i + 1] = attachmentAt[i] + attachment;
      checksums[i] = attachment == 0 ? 0 : rows.getInt();
    }
    if (leaves.hasRemaining() || rows.hasRemaining()) {
      throw new IllegalArgumentException("goes on behind its last entry");
    }
    leafAt[TilePath.FULL] = leavesLength + Short.BYTES;
    return new Bundle(number, plain, leavesLength, leafAt, attachmentAt, checksums);
  }

  /// Its place among all bundles of the log.
  long number() {
    return number;
  }

  byte[] leaf(int at) {
    return Arrays.copyOfRange(plain, leafAt[at], leafAt[at + 1] - Short.BYTES);
  }

  /// All 256 leaves as `tile/entries/<N>` serves them.
  byte[] leaves() {
    return Arrays.copyOf(plain, leavesLength);
  }

  /// Offset of an attachment in the file.
  long attachmentAt(int at) {
    return attachmentAt[at];
  }

  int attachmentLength(int at) {
    return (int) (attachmentAt[at + 1] - attachmentAt[at]);
  }

  int attachmentChecksum(int at) {
    return checksums[at];
  }

  /// Offset behind the last attachment.
  long attachmentsEnd() {
    return attachmentAt[TilePath.FULL];
  }

  /// Roughly how much memory it takes.
  int weight() {
    return plain.length + 5 * 1024;
  }
}
