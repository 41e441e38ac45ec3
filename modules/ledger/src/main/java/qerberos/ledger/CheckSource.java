package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/// The folder that is being verified, and how much of it can be held to account.
///
/// Safe for concurrent use.
final class CheckSource implements Closeable {
  /// More than this many damages in a row say nothing new.
  private static final int MOST = 10;

  private final LogStorage storage;
  private final EntryNames names;
  private final List<Codec> codecs;
  private final boolean live;
  private final long promised;
  private final long durable;
  private final TreeFiles files;
  private final long[] keys = new SecureRandom().longs(4).toArray();

  /// @param live whether the ledger is in use, so that what is beyond the checkpoint may change
  /// @param promised size of the checkpoint
  CheckSource(LogStorage storage, EntryNames names, List<Codec> codecs, boolean live, long promised)
      throws IOException {
    this.storage = storage;
    this.names = names;
    this.codecs = codecs;
    this.live = live;
    this.promised = promised;
    this.files = new TreeFiles(storage, false);
    this.durable = files.marked();
  }

  LogStorage storage() {
    return storage;
  }

  EntryNames names() {
    return names;
  }

  List<Codec> codecs() {
    return codecs;
  }

  boolean live() {
    return live;
  }

  TreeFiles files() {
    return files;
  }

  /// Whether `tree/durable` is what was written.
  boolean markIsWhole() {
    return durable >= 0;
  }

  /// Whether the ledger was closed in peace with this size: all of it is promised and durable, and
  /// every byte of every file has to be right.
  boolean clean(long size) {
    return !live && size == promised && size == durable;
  }

  /// Whether the hash at this place of a level has to be right: not where the next start will
  /// compute it anyway.
  boolean strict(long index, int level) {
    return index < TilePath.hashes(live ? promised : Math.max(0, durable), level);
  }

  IdSum newSum() {
    return new IdSum(keys);
  }

  /// Stored hashes of a level, fewer when its file ends before.
  byte[] stored(int level, long first, int count) throws IOException {
    long there = Math.clamp(files.length(level) - first, 0, count);
    return there == 0 ? new byte[0] : files.read(level, first, (int) there);
  }

  /// Compares computed hashes of a level with the stored ones.
  List<Verification.Damage> compare(int level, long first, byte[] computed, int count)
      throws IOException {
    List<Verification.Damage> found = new ArrayList<>();
    byte[] stored = stored(level, first, count);
    for (int i = 0; i < count && found.size() < MOST; i++) {
      int at = i * Hash.BYTES;
      boolean there = at + Hash.BYTES <= stored.length;
      boolean same =
          there
              && ByteBuffer.wrap(stored, at, Hash.BYTES)
                  .equals(ByteBuffer.wrap(computed, at, Hash.BYTES));
      if (!same && strict(first + i, level)) {
        found.add(
            new Verification.Damage(
                TreeFiles.nameOf(level) + ": offset " + (first + i) * Hash.BYTES,
                there ? "not the hash that the entries give" : "missing"));
      }
    }
    return found;
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
