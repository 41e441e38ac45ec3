package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;

/// The tree as somebody sees it who may not write: stored hashes as far as they are known to be
/// safe, and those beyond computed from the entries and kept in memory, 32 bytes for each.
///
/// One thread adds, before anybody reads; then reading is safe for concurrent use.
final class ReadTree implements HashReader.TileHashes, Closeable {
  private final TreeFiles files;
  private final byte[][] more = new byte[TreeFiles.LEVELS][];
  private final int[] lengths = new int[TreeFiles.LEVELS];
  private long stored;
  private Frontier edge = new Frontier();

  ReadTree(TreeFiles files) {
    this.files = files;
  }

  /// Begins with the stored hashes of a tree of this size; what was added before is forgotten.
  void startAt(long size) throws IOException {
    edge = Frontier.of(size, HashReader.over(files));
    stored = size;
    Arrays.setAll(more, level -> new byte[64 * Hash.BYTES]);
    Arrays.fill(lengths, 0);
  }

  void add(Hash leaf) {
    edge.add(
        leaf,
        (level, index, node) -> {
          if (level % 8 == 0 && level / 8 < TreeFiles.LEVELS) {
            keep(level / 8, node);
          }
        });
  }

  private void keep(int level, Hash node) {
    int end = Math.addExact(lengths[level], Hash.BYTES);
    if (end > more[level].length) {
      more[level] = Arrays.copyOf(more[level], (int) Math.min(2L * end, Integer.MAX_VALUE - 8));
    }
    node.copyTo(more[level], lengths[level]);
    lengths[level] = end;
  }

  Hash root() {
    return edge.root();
  }

  @Override
  public byte[] read(int tileLevel, long first, int count) throws IOException {
    long inFiles = TilePath.hashes(stored, tileLevel);
    int there = Math.clamp(inFiles - first, 0, count);
    byte[] hashes = new byte[count * Hash.BYTES];
    if (there > 0) {
      byte[] read = files.read(tileLevel, first, there);
      System.arraycopy(read, 0, hashes, 0, read.length);
    }
    if (there < count) {
      int from = Math.toIntExact((first + there - inFiles) * Hash.BYTES);
      int length = (count - there) * Hash.BYTES;
      if (from + length > lengths[tileLevel]) {
        throw new IndexOutOfBoundsException("hashes " + first + " and " + count + " behind it");
      }
      System.arraycopy(more[tileLevel], from, hashes, there * Hash.BYTES, length);
    }
    return hashes;
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
