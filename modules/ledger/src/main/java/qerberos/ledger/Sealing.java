package qerberos.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/// Rewrites a full segment as compressed bundles, under a name of its own until it is complete.
///
/// A crash at any point is harmless: before the rename the frames are still there and the `.tmp`
/// file is deleted at the next start; behind it both are there and the frames are deleted.
///
/// Used by one thread at a time.
final class Sealing {
  private final LogStorage storage;
  private final Codec codec;

  private final ByteBuffer head = ByteBuffer.allocate(SealedSegment.HEAD);
  private ByteBuffer leaves = ByteBuffer.allocate(512 << 10);
  private final ByteBuffer rows = ByteBuffer.allocate(TilePath.FULL * 2 * Integer.BYTES);
  private final ByteBuffer attachments = ByteBuffer.allocate(256 << 10);
  private long offset;

  Sealing(LogStorage storage, Codec codec) {
    this.storage = storage;
    this.codec = codec;
  }

  /// Writes and renames the sealed file. The frames' file is left for the caller to delete, once
  /// nobody reads it any more.
  ///
  /// @param hurry asked between entries whether to give up, as when the ledger closes
  /// @return the size of the sealed file, or -1 when given up
  long seal(OpenSegment segment, BooleanSupplier hurry) throws IOException {
    String name = Segment.nameOf(segment.first(), SealedSegment.ENDING);
    String draft = name + ".tmp";
    try (StoredFile file = storage.create(draft, false)) {
      head.clear();
      head.putLong(SealedSegment.MAGIC).putLong(segment.first());
      byte[] codecName = codec.name().getBytes(StandardCharsets.ISO_8859_1);
      head.put(Arrays.copyOf(codecName, SealedSegment.CODEC_BYTES));
      offset = SealedSegment.HEAD;
      clear();
      int[] inBundle = {0};
      try {
        segment.visitFrames(
            (bytes, leafAt, leaf, attachment, position) -> {
              add(file, bytes, leafAt, leaf, attachment);
              if (++inBundle[0] == TilePath.FULL) {
                writeBundle(file);
                inBundle[0] = 0;
                if (hurry.getAsBoolean()) {
                  throw new GivenUp();
                }
              }
            });
      } catch (GivenUp e) {
        return -1;
      }
      head.putInt(SealedSegment.crc(head.array(), 0, SealedSegment.HEAD - 4));
      file.write(head.flip(), 0);
      file.force();
    }
    storage.rename(draft, name);
    storage.forceFolder(Segment.FOLDER);
    return offset;
  }

  private void add(StoredFile file, byte[] bytes, int leafAt, int leaf, int attachment)
      throws IOException {
    leaves = withRoom(leaves, Short.BYTES + leaf);
    leaves.putShort((short) leaf).put(bytes, leafAt, leaf);
    rows.putInt(attachment);
    if (attachment > 0) {
      rows.putInt(SealedSegment.crc(bytes, leafAt + leaf, attachment));
      if (attachments.remaining() < attachment) {
        writeAttachments(file);
      }
      if (attachments.remaining() < attachment) {
        write(file, ByteBuffer.wrap(bytes, leafAt + leaf, attachment));
      } else {
        attachments.put(bytes, leafAt + leaf, attachment);
      }
    }
  }

  private void writeAttachments(StoredFile file) throws IOException {
    write(file, attachments.flip());
    attachments.clear();
  }

  private void write(StoredFile file, ByteBuffer bytes) throws IOException {
    int length = bytes.remaining();
    file.write(bytes, offset);
    offset += length;
  }

  private void writeBundle(StoredFile file) throws IOException {
    writeAttachments(file);
    int leavesLength = leaves.position();
    byte[] plain = new byte[leavesLength + rows.position()];
    leaves.flip().get(plain, 0, leavesLength);
    int rowsLength = rows.position();
    rows.flip().get(plain, leavesLength, rowsLength);
    byte[] packed = codec.compress(plain);
    // The frames will be deleted: what a codec cannot give back must never replace them.
    if (!Arrays.equals(codec.expand(packed, plain.length), plain)) {
      throw new IOException("codec " + codec.name() + ": does not give back what it compressed");
    }
    head.putLong(offset)
        .putInt(packed.length)
        .putInt(plain.length)
        .putInt(leavesLength)
        .putInt(SealedSegment.crc(packed, 0, packed.length));
    write(file, ByteBuffer.wrap(packed));
    clear();
  }

  private void clear() {
    leaves.clear();
    rows.clear();
    attachments.clear();
  }

  private static ByteBuffer withRoom(ByteBuffer buffer, int more) {
    if (buffer.remaining() >= more) {
      return buffer;
    }
    int wanted = Math.max(buffer.capacity() * 2, buffer.position() + more);
    return ByteBuffer.allocate(wanted).put(buffer.flip());
  }

  /// The ledger closes; the segment is sealed next time.
  private static final class GivenUp extends IOException {
    private static final long serialVersionUID = 1;
  }
}
