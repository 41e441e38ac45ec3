package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A disk in memory that fails on purpose. What it may do is what [LogStorage] allows, and no less:
///
/// - any one operation fails, either before anything happened or after all of it did;
/// - it is full: a write that needs more room fails and writes nothing;
/// - the power goes: every sector of 512 bytes that was written and not forced is there or is not,
///   one by one; a file's length is the old or the new one; what was made, renamed or deleted in a
///   folder that was not forced happened or did not. A seed chooses.
///
/// Forced bytes in forced folders always survive. Not modelled: a disk that lies about a force, and
/// bits that rot; tests flip those themselves.
///
/// Safe for concurrent use.
public final class FaultyStorage implements LogStorage {
  private static final int SECTOR = 512;

  /// How an operation fails.
  public enum Fault {
    /// Nothing happened.
    LOST,
    /// All of it happened; only the answer says otherwise.
    DONE
  }

  /// Guarded by this, like everything below.
  private Map<String, Inode> names = new TreeMap<>();

  private Map<String, Inode> safeNames = new TreeMap<>();
  private final List<Change> unforced = new ArrayList<>();
  private final List<String> operations = new ArrayList<>();
  private int generation;
  private boolean locked;
  private int failAt = -1;
  private String failNext = "";
  private Fault fault = Fault.LOST;
  private long room = Long.MAX_VALUE;
  private int delayMicros;

  private static final class Inode {
    byte[] bytes = {};
    int size;
    byte[] safe = {};
    int safeSize;
    final BitSet dirty = new BitSet();
  }

  /// A change to a folder that is not safe yet.
  private record Change(String folder, @Nullable String gone, @Nullable String there, Inode inode) {
    void apply(Map<String, Inode> names) {
      if (gone != null) {
        names.remove(gone);
      }
      if (there != null) {
        names.put(there, inode);
      }
    }
  }

  private interface Effect<T> {
    T happen() throws IOException;
  }

  /// Lets one operation fail.
  ///
  /// @param number counted from 0 since this disk was made
  public synchronized void failAt(int number, Fault how) {
    failAt = number;
    fault = how;
  }

  /// Lets the next operation of this description fail, see [#operations].
  public synchronized void failNext(String what, Fault how) {
    failNext = what;
    fault = how;
  }

  /// What was asked for so far: one line each, such as `force entries/000000000000.log`.
  public synchronized List<String> operations() {
    return List.copyOf(operations);
  }

  /// Leaves this many bytes to be written beyond what files hold now.
  public synchronized void fillUpTo(long bytes) {
    room = bytes;
  }

  /// Makes every operation take this long.
  public synchronized void delay(int micros) {
    delayMicros = micros;
  }

  /// The process dies; files are as it left them. Handles of before are useless from now on.
  public synchronized void restart() {
    generation++;
    locked = false;
    failAt = -1;
    failNext = "";
    room = Long.MAX_VALUE;
  }

  /// The power goes and comes back.
  public synchronized void cutPower(long seed) {
    Random random = new Random(seed);
    // Some cuts lose nearly all, some nearly nothing, most lose some.
    double keep = new double[] {0, 0.1, 0.5, 0.9, 1}[random.nextInt(5)];
    for (Change change : unforced) {
      if (random.nextDouble() < keep) {
        boolean possible = change.gone() == null || safeNames.containsKey(change.gone());
        if (possible) {
          change.apply(safeNames);
        }
      }
    }
    unforced.clear();
    names = new TreeMap<>(safeNames);
    for (Inode inode : names.values()) {
      int size = random.nextDouble() < keep ? inode.size : Math.min(inode.safeSize, inode.size);
      byte[] left = Arrays.copyOf(inode.safe, size);
      for (int s = inode.dirty.nextSetBit(0); s >= 0; s = inode.dirty.nextSetBit(s + 1)) {
        int from = s * SECTOR;
        int to = Math.min(size, from + SECTOR);
        if (from < to && random.nextDouble() < keep) {
          System.arraycopy(inode.bytes, from, left, from, to - from);
        }
      }
      inode.bytes = left;
      inode.size = size;
      inode.safe = left.clone();
      inode.safeSize = size;
      inode.dirty.clear();
    }
    restart();
  }

  /// Another disk with the same files, all of them safe.
  public synchronized FaultyStorage copy() {
    FaultyStorage copy = new FaultyStorage();
    names.forEach(
        (name, inode) -> {
          Inode same = new Inode();
          same.bytes = Arrays.copyOf(inode.bytes, inode.size);
          same.size = inode.size;
          same.safe = same.bytes.clone();
          same.safeSize = inode.size;
          copy.names.put(name, same);
        });
    copy.safeNames.putAll(copy.names);
    return copy;
  }

  /// Turns one bit of a file, as rot would.
  public synchronized void flip(String name, int at, int bit) throws IOException {
    Inode inode = inode(name);
    inode.bytes[at] ^= (byte) (1 << bit);
    inode.safe[at] ^= (byte) (1 << bit);
  }

  /// Every file and its size.
  public synchronized Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new TreeMap<>();
    names.forEach((name, inode) -> sizes.put(name, inode.size));
    return sizes;
  }

  @Override
  public String where() {
    return "the faulty disk";
  }

  @Override
  public synchronized Closeable lock() throws IOException {
    if (locked) {
      throw new LedgerLocked("the faulty disk is in use");
    }
    locked = true;
    int mine = generation;
    return () -> {
      synchronized (this) {
        if (mine == generation) {
          locked = false;
        }
      }
    };
  }

  @Override
  public List<String> list(String folder) throws IOException {
    return operation(
        "list " + folder,
        () -> {
          List<String> found = new ArrayList<>();
          for (String name : names.keySet()) {
            if (folderOf(name).equals(folder)) {
              found.add(name.substring(folder.isEmpty() ? 0 : folder.length() + 1));
            }
          }
          return found;
        });
  }

  @Override
  public synchronized long size(String name) throws IOException {
    return inode(name).size;
  }

  @Override
  public StoredFile create(String name, boolean secret) throws IOException {
    return operation(
        "create " + name,
        () -> {
          Inode inode = new Inode();
          change(new Change(folderOf(name), null, name, inode));
          return new Handle(name, inode, true);
        });
  }

  @Override
  public StoredFile open(String name) throws IOException {
    return operation("open " + name, () -> new Handle(name, inode(name), true));
  }

  @Override
  public StoredFile openToRead(String name) throws IOException {
    return operation("open " + name, () -> new Handle(name, inode(name), false));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    operation(
        "rename " + to,
        () -> {
          change(new Change(folderOf(to), from, to, inode(from)));
          return to;
        });
  }

  @Override
  public void delete(String name) throws IOException {
    operation(
        "delete " + name,
        () -> {
          if (names.containsKey(name)) {
            change(new Change(folderOf(name), name, null, inode(name)));
          }
          return name;
        });
  }

  @Override
  public void forceFolder(String folder) throws IOException {
    operation(
        "force folder " + folder,
        () -> {
          for (Change change : unforced) {
            if (change.folder().equals(folder)) {
              change.apply(safeNames);
            }
          }
          unforced.removeIf(change -> change.folder().equals(folder));
          return folder;
        });
  }

  private void change(Change change) {
    change.apply(names);
    unforced.add(change);
  }

  private Inode inode(String name) throws IOException {
    Inode inode = names.get(name);
    if (inode == null) {
      throw new NoSuchFileException(name);
    }
    return inode;
  }

  private static String folderOf(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('/')));
  }

  /// Counts an operation and lets it happen, or fail.
  private <T> T operation(String what, Effect<T> effect) throws IOException {
    pause();
    synchronized (this) {
      int number = operations.size();
      operations.add(what);
      if (what.equals(failNext)) {
        failAt = number;
        failNext = "";
      }
      if (number == failAt && fault == Fault.LOST) {
        throw new IOException(what + ": failed on purpose, nothing was done");
      }
      T result = effect.happen();
      if (number == failAt) {
        throw new IOException(what + ": failed on purpose, all was done");
      }
      return result;
    }
  }

  private void pause() {
    int micros;
    synchronized (this) {
      micros = delayMicros;
    }
    if (micros > 0) {
      LockSupport.parkNanos(micros * 1_000L);
    }
  }

  private final class Handle implements StoredFile {
    private final String name;
    private final Inode inode;
    private final boolean writable;
    private final int born;
    private boolean closed;

    Handle(String name, Inode inode, boolean writable) {
      this.name = name;
      this.inode = inode;
      this.writable = writable;
      this.born = generation;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long size() throws IOException {
      synchronized (FaultyStorage.this) {
        usable();
        return inode.size;
      }
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
      return operation(
          "read " + name,
          () -> {
            usable();
            int length = Math.clamp(inode.size - position, 0, to.remaining());
            if (length > 0) {
              to.put(inode.bytes, (int) position, length);
            }
            return length;
          });
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      operation(
          "write " + name,
          () -> {
            usableToWrite();
            int at = (int) position;
            int length = from.remaining();
            int grown = Math.max(0, at + length - inode.size);
            if (grown > room) {
              throw new IOException(name + ": no space left on the faulty disk");
            }
            room -= grown;
            if (inode.bytes.length < at + length) {
              inode.bytes =
                  Arrays.copyOf(inode.bytes, Math.max(at + length, 2 * inode.bytes.length));
            }
            from.get(inode.bytes, at, length);
            inode.size = Math.max(inode.size, at + length);
            inode.dirty.set(at / SECTOR, (at + length + SECTOR - 1) / SECTOR);
            return length;
          });
    }

    @Override
    public void truncate(long size) throws IOException {
      operation(
          "truncate " + name,
          () -> {
            usableToWrite();
            if (size < inode.size) {
              Arrays.fill(inode.bytes, (int) size, inode.size, (byte) 0);
              inode.dirty.set((int) size / SECTOR, (inode.size + SECTOR - 1) / SECTOR);
              inode.size = (int) size;
            }
            return size;
          });
    }

    @Override
    public void force() throws IOException {
      operation(
          "force " + name,
          () -> {
            usableToWrite();
            if (inode.safe.length < inode.size) {
              inode.safe = Arrays.copyOf(inode.safe, inode.bytes.length);
            }
            for (int s = inode.dirty.nextSetBit(0); s >= 0; s = inode.dirty.nextSetBit(s + 1)) {
              int from = s * SECTOR;
              int to = Math.min(Math.min(inode.bytes.length, inode.safe.length), from + SECTOR);
              if (from < to) {
                System.arraycopy(inode.bytes, from, inode.safe, from, to - from);
              }
            }
            inode.safeSize = inode.size;
            inode.dirty.clear();
            return inode.size;
          });
    }

    @Override
    public void close() {
      synchronized (FaultyStorage.this) {
        closed = true;
      }
    }

    private void usable() throws IOException {
      if (closed || born != generation) {
        throw new ClosedChannelException();
      }
    }

    private void usableToWrite() throws IOException {
      usable();
      if (!writable) {
        throw new IOException(name + ": opened only to be read");
      }
    }
  }

  /// How often each kind of operation was asked for.
  public synchronized Map<String, Integer> counted() {
    Map<String, Integer> counts = new HashMap<>();
    operations.forEach(what -> counts.merge(what, 1, Integer::sum));
    return counts;
  }
}
