package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.zip.CRC32C;

/// The names of a range of entries, sorted, in a file that never changes:
///
///     0    long    magic "QIDSRUN1"
///     8    long    index of the first entry
///     16   int     how many words
///     20   int     how many words the filter has
///     24           the filter
///                  the fence: for each block of 256 words its first word (8 bytes) and the CRC-32C
///                  of the block (4 bytes)
///          int     CRC-32C over everything before
///                  the words (see [Ids]), ascending as unsigned numbers
///
/// Filter and fence are kept in memory, 12.4 bits for each name; a name that is not there is told
/// by one look at the filter 98 times of 100, one that is costs a block of 2 KiB. Every word of the
/// filter is a small Bloom filter of its own with four bits for each name that falls on it.
///
/// Safe for concurrent use.
final class IdRun implements Closeable {
  static final String ENDING = ".run";
  static final int BLOCK = 256;

  private static final long MAGIC = 0x51_49_44_53_52_55_4e_31L;
  private static final int HEAD = 24;
  private static final int FENCE_ROW = Long.BYTES + Integer.BYTES;

  private final StoredFile file;
  private final long first;
  private final int count;
  private final long[] filter;
  private final long[] fence;
  private final int[] checksums;
  private final long wordsAt;

  private IdRun(
      StoredFile file,
      long first,
      int count,
      long[] filter,
      long[] fence,
      int[] checksums,
      long wordsAt) {
    this.file = file;
    this.first = first;
    this.count = count;
    this.filter = filter;
    this.fence = fence;
    this.checksums = checksums;
    this.wordsAt = wordsAt;
  }

  static String nameOf(long first, int count) {
    return Ids.FOLDER + "/" + "%012d-%d".formatted(first, count) + ENDING;
  }

  /// Opens a run and checks all of it but the words, whose blocks are checked as they are read.
  ///
  /// @throws LedgerDamaged when it is not what was written
  static IdRun open(LogStorage storage, long first, int count) throws IOException {
    StoredFile file = storage.openToRead(nameOf(first, count));
    boolean good = false;
    try {
      IdRun run = read(file, first, count);
      good = true;
      return run;
    } finally {
      if (!good) {
        file.close();
      }
    }
  }

  private static IdRun read(StoredFile file, long first, int count) throws IOException {
    int filterWords = filterWords(count);
    int blocks = blocks(count);
    int prefix = HEAD + filterWords * Long.BYTES + blocks * FENCE_ROW;
    long size = prefix + Integer.BYTES + (long) count * Long.BYTES;
    if (file.size() != size) {
      throw damaged(file, Math.min(size, file.size()), "has " + file.size() + ", want " + size);
    }
    ByteBuffer bytes = ByteBuffer.wrap(file.readFully(0, prefix + Integer.BYTES));
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, prefix);
    if ((int) crc.getValue() != bytes.getInt(prefix)) {
      throw damaged(file, 0, "the checksum of the first " + prefix + " bytes differs");
    }
    if (bytes.getLong() != MAGIC
        || bytes.getLong() != first
        || bytes.getInt() != count
        || bytes.getInt() != filterWords) {
      throw damaged(file, 0, "not the run of this name");
    }
    long[] filter = new long[filterWords];
    bytes.asLongBuffer().get(filter);
    bytes.position(bytes.position() + filterWords * Long.BYTES);
    long[] fence = new long[blocks];
    int[] checksums = new int[blocks];
    for (int block = 0; block < blocks; block++) {
      fence[block] = bytes.getLong();
      checksums[block] = bytes.getInt();
    }
    return new IdRun(file, first, count, filter, fence, checksums, prefix + Integer.BYTES);
  }

  private static int filterWords(int count) {
    return count / 16 * 3 + 3; // 12 bits for each
  }

  private static int blocks(int count) {
    return (count + BLOCK - 1) / BLOCK;
  }

  long first() {
    return first;
  }

  int count() {
    return count;
  }

  String name() {
    return file.name();
  }

  /// Tells every entry whose name may have this print.
  void candidates(long print, Ids.Candidates found) throws IOException {
    if (!mayHave(print)) {
      return;
    }
    long lowest = Ids.word(print, 0);
    for (int block = blockOf(lowest); block < fence.length; block++) {
      if (Long.compareUnsigned(fence[block], Ids.word(print, Ids.LARGEST_OFFSET)) > 0) {
        return;
      }
      LongBuffer words = block(block);
      while (words.hasRemaining()) {
        long word = words.get();
        if (Ids.printOf(word) == print) {
          found.candidate(first + Ids.offsetOf(word));
        }
      }
    }
  }

  /// Whether the filter lets this print pass; no means no.
  boolean mayHave(long print) {
    long bits = filterBits(print);
    return (filter[filterAt(print, filter.length)] & bits) == bits;
  }

  private static int filterAt(long print, int words) {
    return (int) ((print * words) >>> Ids.PRINT_BITS);
  }

  private static long filterBits(long print) {
    long mixed = print * 0x9E3779B97F4A7C15L;
    return 1L << (mixed >>> 58)
        | 1L << (mixed >>> 52)
        | 1L << (mixed >>> 46)
        | 1L << (mixed >>> 40);
  }

  /// The last block whose first word is below `word`, where it must begin if it is anywhere.
  private int blockOf(long word) {
    int low = 0;
    int high = fence.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (Long.compareUnsigned(fence[middle], word) < 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /// The words of one block, checked.
  LongBuffer block(int block) throws IOException {
    long at = wordsAt + (long) block * BLOCK * Long.BYTES;
    int words = Math.min(BLOCK, count - block * BLOCK);
    byte[] bytes = file.readFully(at, words * Long.BYTES);
    if (SealedSegment.crc(bytes, 0, bytes.length) != checksums[block]) {
      throw damaged(file, at, "the checksum of these " + bytes.length + " bytes differs");
    }
    return ByteBuffer.wrap(bytes).asLongBuffer();
  }

  int blocks() {
    return fence.length;
  }

  /// Where a block lies in the file, for messages.
  long offsetOf(int block) {
    return wordsAt + (long) block * BLOCK * Long.BYTES;
  }

  private static LedgerDamaged damaged(StoredFile file, long offset, String what) {
    return LedgerDamaged.at(
        file.name(),
        offset,
        what + "; it follows from the entries: delete the folder ids, a start makes it anew");
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /// Gives the words of a run to be written, ascending.
  interface Words {
    long next() throws IOException;
  }

  /// Writes a run. When this returns it is safe under its name; a crash before leaves a draft.
  static IdRun write(LogStorage storage, long first, int count, Words words) throws IOException {
    String name = nameOf(first, count);
    String draft = name + SmallFile.DRAFT;
    int blocks = blocks(count);
    long[] filter = new long[filterWords(count)];
    int prefix = HEAD + filter.length * Long.BYTES + blocks * FENCE_ROW;
    ByteBuffer head = ByteBuffer.allocate(prefix + Integer.BYTES);
    head.putLong(MAGIC).putLong(first).putInt(count).putInt(filter.length);
    int fenceAt = HEAD + filter.length * Long.BYTES;
    try (StoredFile file = storage.create(draft, false)) {
      ByteBuffer out = ByteBuffer.allocate(64 * BLOCK * Long.BYTES);
      long offset = (long) prefix + Integer.BYTES;
      for (int block = 0; block < blocks; block++) {
        int begin = out.position();
        int inBlock = Math.min(BLOCK, count - block * BLOCK);
        for (int i = 0; i < inBlock; i++) {
          long word = words.next();
          long print = Ids.printOf(word);
          filter[filterAt(print, filter.length)] |= filterBits(print);
          out.putLong(word);
        }
        head.putLong(fenceAt + block * FENCE_ROW, out.getLong(begin));
        int crc = SealedSegment.crc(out.array(), begin, out.position() - begin);
        head.putInt(fenceAt + block * FENCE_ROW + Long.BYTES, crc);
        if (out.remaining() < BLOCK * Long.BYTES || block == blocks - 1) {
          int length = out.position();
          file.write(out.flip(), offset);
          offset += length;
          out.clear();
        }
      }
      head.position(HEAD);
      head.asLongBuffer().put(filter);
      head.putInt(prefix, SealedSegment.crc(head.array(), 0, prefix));
      file.write(head.clear(), 0);
      file.force();
    }
    storage.rename(draft, name);
    storage.forceFolder(Ids.FOLDER);
    return open(storage, first, count);
  }
}
