package qerberos.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A full segment after sealing: 256 bundles of 256 entries, each compressed on its own, so that
/// one entry costs one bundle.
///
///     0     long   magic "QSEALED1"
///     8     long   index of the first entry
///     16    16 B   name of the codec, padded with zeros
///     32    256 x  table: of the bundle's compressed bytes the offset (8 bytes) and length (4),
///                  the length expanded (4), how much of that is leaves (4), and the CRC-32C of
///                  the compressed bytes (4)
///     6176  int    CRC-32C over everything before
///     6180         the bundles without gaps: attachments, then the compressed bytes
///
/// Expanded, a bundle is exactly what `tile/entries/<N>` serves (length and leaf, 256 times), then
/// for each entry the length of its attachment (4 bytes), then for each that has one its CRC-32C (4
/// bytes). Attachments are not compressed: they are ciphertext, and one is read without its
/// neighbours.
///
/// Written once by [Sealing], never changed. Opened when it is first read. Safe for concurrent use.
final class SealedSegment implements Segment {
  static final String ENDING = ".sealed";
  static final long MAGIC = 0x51_53_45_41_4c_45_44_31L;
  static final int BUNDLES = ENTRIES / TilePath.FULL;
  static final int CODEC_BYTES = 16;
  static final int TABLE = 32;
  static final int ROW = 24;
  static final int HEAD = TABLE + BUNDLES * ROW + 4;

  /// The most one bundle may have expanded: 256 of the longest leaves and attachment rows.
  private static final int LARGEST_PLAIN =
      TilePath.FULL * (Short.BYTES + Submission.LONGEST_LEAF + 2 * Integer.BYTES);

  private final LogStorage storage;
  private final String name;
  private final long first;
  private final Collection<Codec> codecs;
  private final BundleCache cache;

  private @Nullable Opened opened;

  /// The open file and what its head says.
  private record Opened(StoredFile file, ByteBuffer table, Codec codec) {
    /// Where the bundle begins, with its attachments.
    long begin(int bundle) {
      return bundle == 0 ? HEAD : offset(bundle - 1) + packed(bundle - 1);
    }

    long offset(int bundle) {
      return table.getLong(TABLE + bundle * ROW);
    }

    int packed(int bundle) {
      return table.getInt(TABLE + bundle * ROW + 8);
    }

    int plain(int bundle) {
      return table.getInt(TABLE + bundle * ROW + 12);
    }

    int leaves(int bundle) {
      return table.getInt(TABLE + bundle * ROW + 16);
    }

    int checksum(int bundle) {
      return table.getInt(TABLE + bundle * ROW + 20);
    }
  }

  /// @param codecs all that a file may name
  SealedSegment(LogStorage storage, long first, Collection<Codec> codecs, BundleCache cache) {
    this.storage = storage;
    this.name = Segment.nameOf(first, ENDING);
    this.first = first;
    this.codecs = codecs;
    this.cache = cache;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long first() {
    return first;
  }

  @Override
  public int count() {
    return ENTRIES;
  }

  @Override
  public void visit(long from, long to, boolean attachments, EntryVisitor visitor)
      throws IOException {
    long index = from;
    while (index < to) {
      Bundle bundle = bundle(index / TilePath.FULL);
      long until = Math.min(to, (bundle.number() + 1) * TilePath.FULL);
      for (; index < until; index++) {
        int at = (int) (index % TilePath.FULL);
        byte[] attachment = attachments ? attachment(bundle, at) : Bundle.NOTHING;
        visitor.entry(index, bundle.leaf(at), attachment);
      }
    }
  }

  /// Reads and checks the head, unless that was done before.
  void open() throws IOException {
    opened();
  }

  /// One bundle, from the cache or the file.
  ///
  /// @param number of the bundle within the whole log
  Bundle bundle(long number) throws IOException {
    Bundle known = cache.get(number);
    if (known != null) {
      return known;
    }
    Opened file = opened();
    int at = (int) (number - first / TilePath.FULL);
    byte[] packed = file.file().readFully(file.offset(at), file.packed(at));
    if (crc(packed, 0, packed.length) != file.checksum(at)) {
      throw damaged(file.offset(at), "bundle " + number + ": its checksum differs");
    }
    byte[] plain = new byte[file.plain(at)];
    file.codec().expand(packed, plain, plain.length);
    Bundle bundle;
    try {
      bundle = Bundle.of(number, plain, file.leaves(at), file.begin(at));
    } catch (IllegalArgumentException e) {
      throw damaged(file.offset(at), "bundle " + number + ": " + e.getMessage());
    }
    if (bundle.attachmentsEnd() != file.offset(at)) {
      throw damaged(file.offset(at), "bundle " + number + ": its attachments end elsewhere");
    }
    cache.put(bundle);
    return bundle;
  }

  private byte[] attachment(Bundle bundle, int at) throws IOException {
    int length = bundle.attachmentLength(at);
    if (length == 0) {
      return Bundle.NOTHING;
    }
    byte[] attachment = opened().file().readFully(bundle.attachmentAt(at), length);
    if (crc(attachment, 0, length) != bundle.attachmentChecksum(at)) {
      throw damaged(
          bundle.attachmentAt(at),
          "attachment of entry " + (bundle.number() * TilePath.FULL + at) + ": checksum differs");
    }
    return attachment;
  }

  private synchronized Opened opened() throws IOException {
    if (opened == null) {
      StoredFile file = storage.openToRead(name);
      try {
        opened = readHead(file);
      } finally {
        if (opened == null) {
          file.close();
        }
      }
    }
    return opened;
  }

  private Opened readHead(StoredFile file) throws IOException {
    long size = file.size();
    if (size < HEAD) {
      throw damaged(size, "ends inside its head");
    }
    byte[] bytes = file.readFully(0, HEAD);
    ByteBuffer head = ByteBuffer.wrap(bytes);
    if (crc(bytes, 0, HEAD - 4) != head.getInt(HEAD - 4)) {
      throw damaged(0, "the checksum of its head differs");
    }
    if (head.getLong(0) != MAGIC || head.getLong(8) != first) {
      throw damaged(0, "not the sealed segment of this name");
    }
    String wanted =
        new String(bytes, 16, CODEC_BYTES, StandardCharsets.ISO_8859_1).replace("\0", "");
    Codec codec =
        codecs.stream()
            .filter(known -> known.name().equals(wanted))
            .findFirst()
            .orElseThrow(
                () ->
                    new IOException(
                        name
                            + ": compressed with '"
                            + wanted
                            + "', which "
                            + "is not among the codecs given"));
    Opened whole = new Opened(file, head, codec);
    for (int bundle = 0; bundle < BUNDLES; bundle++) {
      int plain = whole.plain(bundle);
      if (whole.offset(bundle) < whole.begin(bundle)
          || whole.offset(bundle) > size
          || whole.packed(bundle) < 0
          || plain < 0
          || plain > LARGEST_PLAIN
          || whole.leaves(bundle) < 0
          || whole.leaves(bundle) > plain) {
        throw damaged(TABLE + bundle * ROW, "its table does not fit");
      }
    }
    if (whole.begin(BUNDLES) != size) {
      throw damaged(size, "ends here, want " + whole.begin(BUNDLES));
    }
    return whole;
  }

  static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  private LedgerDamaged damaged(long offset, String what) {
    return LedgerDamaged.at(name, offset, what);
  }

  @Override
  public synchronized void close() throws IOException {
    if (opened != null) {
      opened.file().close();
      opened = null;
    }
  }
}
