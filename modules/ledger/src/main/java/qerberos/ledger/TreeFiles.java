package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.zip.CRC32C;

/// The hashes of the tree, one flat file per tile level: tile (level, n) is the 8,192 bytes from
/// `n * 8192` on of `tree/<level>`, less at the right edge. Only full nodes are ever stored, so
/// nothing is ever rewritten, and a partial tile is simply a shorter range.
///
/// Everything here follows from the entries and is forced only now and then. `tree/durable` says up
/// to which size all levels are known to be safe; a start recomputes what is beyond.
///
/// One thread writes; reading is safe for concurrent use.
final class TreeFiles implements HashReader.TileHashes, Closeable {
  static final String FOLDER = "tree";
  static final String MARK = FOLDER + "/durable";
  static final int LEVELS = 8;

  private static final int MARK_BYTES = 20;
  private static final long MARK_MAGIC = 0x51_54_52_45_45_44_55_31L;

  private final LogStorage storage;
  private final boolean writable;
  private final AtomicReferenceArray<StoredFile> files = new AtomicReferenceArray<>(LEVELS);

  TreeFiles(LogStorage storage, boolean writable) {
    this.storage = storage;
    this.writable = writable;
  }

  static String nameOf(int level) {
    return FOLDER + "/" + level;
  }

  @Override
  public byte[] read(int tileLevel, long first, int count) throws IOException {
    StoredFile file = file(tileLevel, false);
    return file.readFully(first * Hash.BYTES, count * Hash.BYTES);
  }

  /// Puts consecutive hashes of one level in their place.
  void write(int tileLevel, long first, ByteBuffer hashes) throws IOException {
    file(tileLevel, true).write(hashes, first * Hash.BYTES);
  }

  /// How many whole hashes a level's file has.
  long length(int tileLevel) throws IOException {
    try {
      return file(tileLevel, false).size() / Hash.BYTES;
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /// Drops every hash that a tree of `size` entries does not have.
  void truncate(long size) throws IOException {
    for (int level = 0; level < LEVELS; level++) {
      if (length(level) > 0) {
        file(level, true).truncate(TilePath.hashes(size, level) * Hash.BYTES);
      }
    }
  }

  /// Up to which size all levels are safe and whole: what `tree/durable` says, or 0 when it, or a
  /// hash it promises, is not there.
  long durable() throws IOException {
    long size = Math.max(0, marked());
    for (int level = 0; level < LEVELS; level++) {
      if (length(level) < TilePath.hashes(size, level)) {
        return 0;
      }
    }
    return size;
  }

  /// What `tree/durable` says: 0 when it does not exist, -1 when it is not what was written.
  long marked() throws IOException {
    byte[] bytes;
    try {
      bytes = SmallFile.read(storage, MARK);
    } catch (NoSuchFileException e) {
      return 0;
    }
    ByteBuffer mark = ByteBuffer.wrap(bytes);
    boolean whole =
        bytes.length == MARK_BYTES
            && mark.getLong(0) == MARK_MAGIC
            && mark.getInt(16) == checksum(bytes)
            && mark.getLong(8) >= 0;
    return whole ? mark.getLong(8) : -1;
  }

  /// Forces all levels, then records that the tree of `size` entries, all written before, is safe.
  /// A crash before the rename leaves the older record, which is still true.
  void makeDurable(long size) throws IOException {
    for (int level = 0; level < LEVELS; level++) {
      StoredFile file = files.get(level);
      if (file != null) {
        file.force();
      }
    }
    byte[] mark = new byte[MARK_BYTES];
    ByteBuffer.wrap(mark).putLong(MARK_MAGIC).putLong(size);
    ByteBuffer.wrap(mark).putInt(16, checksum(mark));
    SmallFile.replace(storage, MARK, mark, false);
  }

  private static int checksum(byte[] mark) {
    CRC32C crc = new CRC32C();
    crc.update(mark, 0, 16);
    return (int) crc.getValue();
  }

  private StoredFile file(int level, boolean make) throws IOException {
    StoredFile file = files.get(level);
    if (file != null) {
      return file;
    }
    synchronized (this) {
      file = files.get(level);
      if (file == null) {
        file = open(nameOf(level), make);
        files.set(level, file);
      }
      return file;
    }
  }

  private StoredFile open(String name, boolean make) throws IOException {
    try {
      return writable ? storage.open(name) : storage.openToRead(name);
    } catch (NoSuchFileException e) {
      if (!make) {
        throw e;
      }
      return storage.create(name, false);
    }
  }

  @Override
  public void close() throws IOException {
    for (int level = 0; level < LEVELS; level++) {
      StoredFile file = files.getAndSet(level, null);
      if (file != null) {
        file.close();
      }
    }
  }
}
