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
  /// The leaves of one bundle, then its other columns behind them.
  private ByteBuffer plain = ByteBuffer.allocate(512 << 10);

  private byte[] again = {};
  private final ByteBuffer lengths = ByteBuffer.allocate(TilePath.FULL * Integer.BYTES);
  private final ByteBuffer checksums = ByteBuffer.allocate(TilePath.FULL * Integer.BYTES);
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
    plain = withRoom(plain, Short.BYTES + leaf);
    plain.putShort((short) leaf).put(bytes, leafAt, leaf);
    lengths.putInt(attachment);
    if (attachment > 0) {
      checksums.putInt(SealedSegment.crc(bytes, leafAt + leaf, attachment));
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
    int leaves = plain.position();
    plain = withRoom(plain, lengths.position() + checksums.position());
    int length = plain.put(lengths.flip()).put(checksums.flip()).position();
    byte[] packed = compress(leaves, length);
    head.putLong(offset)
        .putInt(packed.length)
        .putInt(length)
        .putInt(leaves)
        .putInt(SealedSegment.crc(packed, 0, packed.length));
    write(file, ByteBuffer.wrap(packed));
    clear();
  }

  /// Compresses a bundle and looks whether it comes back: the frames will be deleted, so what a
  /// codec cannot give back must never replace them. Nor may entries that somebody made for that
  /// purpose stop the ledger, so the second time the codec is not told that there are leaves.
  private byte[] compress(int leaves, int length) throws IOException {
    if (again.length < length) {
      again = new byte[plain.capacity()];
    }
    for (int told : new int[] {leaves, 0}) {
      byte[] packed = codec.compress(plain.array(), told, length);
      try {
        codec.expand(packed, again, length);
        if (Arrays.equals(again, 0, length, plain.array(), 0, length)) {
          return packed;
        }
      } catch (IOException e) {
        if (told == 0) {
          throw e;
        }
      }
    }
    throw new IOException("codec " + codec.name() + ": does not give back what it compressed");
  }

  private void clear() {
    plain.clear();
    lengths.clear();
    checksums.clear();
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
