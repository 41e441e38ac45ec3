package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// The Merkle tree as it grows: its right edge in memory, all full nodes of the tile levels in
/// files.
///
/// One thread appends; everything else is safe for concurrent use.
final class Tree implements Closeable {
  private final TreeFiles files;
  private final HashReader hashes;

  /// Guarded by this.
  private Frontier edge = new Frontier();

  private ByteBuffer pending = ByteBuffer.allocateDirect(64 << 10);

  Tree(TreeFiles files) {
    this.files = files;
    this.hashes = HashReader.over(files);
  }

  /// Goes on from a size whose hashes are all in the files; what is beyond is dropped.
  void startAt(long size) throws IOException {
    files.truncate(size);
    Frontier stored = Frontier.of(size, hashes);
    synchronized (this) {
      edge = stored;
    }
  }

  /// Appends leaf hashes, in order, and writes every node that became full, without forcing.
  void append(List<Hash> leaves) throws IOException {
    int bytes = leaves.size() * Hash.BYTES;
    if (pending.capacity() < bytes) {
      pending = ByteBuffer.allocateDirect(Math.max(bytes, 2 * pending.capacity()));
    }
    pending.clear();
    long first;
    synchronized (this) {
      first = edge.size();
    }
    byte[] scratch = new byte[Hash.BYTES];
    for (Hash leaf : leaves) {
      leaf.copyTo(scratch, 0);
      pending.put(scratch);
    }
    files.write(0, first, pending.flip());
    Frontier grown = edgeCopy();
    IOException[] failed = {null};
    for (Hash leaf : leaves) {
      grown.add(
          leaf,
          (level, index, node) -> {
            if (level > 0 && level % 8 == 0 && failed[0] == null) {
              try {
                files.write(level / 8, index, ByteBuffer.wrap(node.bytes()));
              } catch (IOException e) {
                failed[0] = e;
              }
            }
          });
    }
    if (failed[0] != null) {
      throw failed[0];
    }
    synchronized (this) {
      edge = grown;
    }
  }

  /// The edge at this moment, to grow on its own.
  private synchronized Frontier edgeCopy() {
    return edge.copy();
  }

  /// Size and root at this moment, as they may be signed once the entries are safe.
  Checkpoint head(String origin) {
    Frontier now = edgeCopy();
    return new Checkpoint(origin, now.size(), now.root());
  }

  synchronized long size() {
    return edge.size();
  }

  TreeFiles files() {
    return files;
  }

  /// Nodes of the tree, from the files.
  HashReader hashes() {
    return hashes;
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
