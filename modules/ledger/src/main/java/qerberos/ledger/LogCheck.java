package qerberos.ledger;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import qerberos.ledger.Verification.Broken;
import qerberos.ledger.Verification.CannotTell;
import qerberos.ledger.Verification.Damage;
import qerberos.ledger.Verification.Holds;

/// One reading of a whole log against one checkpoint.
///
/// Level 0 is read from left to right, a few tiles ahead of need. Each of its hashes goes into a
/// [Frontier]; the nodes that become full there at levels 8, 16, ... are what the tiles above must
/// hold, so those are kept until 256 of them, or the end, allow to compare one tile. Memory is a
/// few tiles per level whatever the size of the log. What the frontier's root is at the old
/// checkpoint's size settles whether history before it changed, without any proof.
///
/// A damaged log is read on to the end as long as its tiles have the right length, because a
/// mismatch between two levels says where the damage is, while the root only says that there is.
/// Used by one thread.
final class LogCheck {
  private static final int AHEAD = 8;
  private static final int MOST_DAMAGES = 20;

  private final LogReader log;
  private final Checkpoint checkpoint;
  private final @Nullable Checkpoint old;
  private final Progress progress;
  private final List<String> checked;

  private final Frontier frontier = new Frontier();
  private final List<Row> rows = new ArrayList<>();
  private final List<Damage> damages = new ArrayList<>();
  private Verifier.Entries entries;
  private long tiles;

  LogCheck(
      LogReader log,
      Checkpoint checkpoint,
      @Nullable Checkpoint old,
      Verifier.Entries entries,
      Progress progress,
      List<String> checked) {
    this.log = log;
    this.checkpoint = checkpoint;
    this.old = old;
    this.entries = entries;
    this.progress = progress;
    this.checked = checked;
  }

  Verification run() {
    try {
      if (old != null && old.size() > checkpoint.size()) {
        return new Broken(
            "checkpoint", checkpoint.size() + " entries, the old one had " + old.size());
      }
      settleEntries();
      readLevelZero();
      for (Row row : rows) {
        row.compare();
      }
    } catch (LogReader.NotAllowed e) {
      return new CannotTell(String.valueOf(e.getMessage()));
    } catch (Wrong e) {
      damages.add(e.damage);
    } catch (IOException e) {
      return new CannotTell(String.valueOf(e.getMessage()));
    }
    return damages.isEmpty() ? compareRoot() : new Broken(damages);
  }

  private Verification compareRoot() {
    if (!frontier.root().equals(checkpoint.root())) {
      return new Broken(
          "checkpoint", "root " + checkpoint.root() + ", the tiles give " + frontier.root());
    }
    checked.add("every hash tile (" + tiles + ") leads to the signed root");
    checked.add(
        switch (entries) {
          case NONE -> "the entries themselves were not read";
          case IF_ALLOWED, ALL -> "every entry (" + checkpoint.size() + ") has its hash there";
        });
    if (old != null) {
      checked.add("it begins with the " + old.size() + " entries of the old checkpoint");
    }
    return new Holds(checkpoint, checked);
  }

  /// Asks once for the first bundle when entries are welcome but not demanded.
  private void settleEntries() throws IOException {
    if (checkpoint.size() == 0) {
      entries = Verifier.Entries.NONE;
    }
    if (entries == Verifier.Entries.IF_ALLOWED) {
      entries = Verifier.Entries.ALL;
      try {
        log.entries(TilePath.in(checkpoint.size(), TilePath.ENTRIES, 0));
      } catch (LogReader.NotAllowed e) {
        entries = Verifier.Entries.NONE;
      } catch (LogReader.NotThere | LogReader.Malformed e) {
        return; // said again, with its place, when its turn comes
      }
    }
  }

  private void readLevelZero() throws IOException {
    checkOldRoot();
    long count = TilePath.tiles(checkpoint.size(), 0);
    Deque<Future<Read>> ahead = new ArrayDeque<>();
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        long asked = 0;
        for (long tile = 0; tile < count; tile++) {
          for (; asked < count && asked < tile + AHEAD; asked++) {
            TilePath path = TilePath.in(checkpoint.size(), 0, asked);
            ahead.add(readers.submit(() -> read(path)));
          }
          Read read = await(ahead.remove());
          damages.addAll(read.damages.subList(0, room(read.damages.size())));
          add(read.hashes);
          progress.at("verify", frontier.size(), checkpoint.size());
        }
        tiles += count;
      } finally {
        ahead.forEach(future -> future.cancel(true));
      }
    }
  }

  private void add(byte[] hashes) throws IOException {
    for (int at = 0; at < hashes.length; at += Hash.BYTES) {
      frontier.add(Hash.at(hashes, at), this::keep);
      checkOldRoot();
    }
    for (Row row : rows) {
      if (row.count == TilePath.FULL) {
        row.compare();
      }
    }
  }

  private void keep(int level, long index, Hash hash) {
    if (level > 0 && level % 8 == 0) {
      if (rows.size() < level / 8) {
        rows.add(new Row(level / 8));
      }
      rows.get(level / 8 - 1).add(hash);
    }
  }

  private void checkOldRoot() throws Wrong {
    if (old != null && frontier.size() == old.size() && !frontier.root().equals(old.root())) {
      throw new Wrong(
          "entries 0.." + (old.size() - 1), "are not those that the old checkpoint covered");
    }
  }

  private int room(int wanted) {
    return Math.clamp(MOST_DAMAGES - damages.size(), 0, wanted);
  }

  /// Runs beside others: one level-0 tile, and its entries hashed and compared.
  private Read read(TilePath path) throws IOException {
    byte[] hashes = fetch(path);
    List<Damage> found = new ArrayList<>();
    if (entries == Verifier.Entries.ALL) {
      TilePath bundlePath = new TilePath(TilePath.ENTRIES, path.index(), path.width());
      List<byte[]> bundle;
      try {
        bundle = log.entries(bundlePath);
      } catch (LogReader.NotThere | LogReader.Malformed e) {
        throw new Wrong(bundlePath.toString(), e.what());
      }
      TreeHasher hasher = new TreeHasher();
      for (int i = 0; i < bundle.size(); i++) {
        if (!hasher.leaf(bundle.get(i)).equals(Hash.at(hashes, i * Hash.BYTES))) {
          String where = bundlePath + " entry " + i + " (index " + (path.first() + i) + ")";
          found.add(new Damage(where, "does not have the hash in " + path));
        }
      }
    }
    return new Read(hashes, found);
  }

  private byte[] fetch(TilePath path) throws IOException {
    try {
      return log.hashes(path);
    } catch (LogReader.NotThere | LogReader.Malformed e) {
      throw new Wrong(path.toString(), e.what());
    }
  }

  private static Read await(Future<Read> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /// What one level-0 tile holds and what is wrong with its entries.
  private static final class Read {
    private final byte[] hashes;
    private final List<Damage> damages;

    Read(byte[] hashes, List<Damage> damages) {
      this.hashes = hashes;
      this.damages = damages;
    }
  }

  /// What one tile of a level above 0 must hold, as far as it is known.
  private final class Row {
    private final int level;
    private final byte[] hashes = new byte[TilePath.FULL * Hash.BYTES];
    private long index;
    private int count;

    Row(int level) {
      this.level = level;
    }

    void add(Hash hash) {
      hash.copyTo(hashes, count++ * Hash.BYTES);
    }

    /// Compares the tile that was computed with the one that is served, and begins the next.
    void compare() throws IOException {
      if (count == 0) {
        return;
      }
      TilePath path = new TilePath(level, index, count);
      byte[] served = fetch(path);
      for (int i = 0; i < count; i++) {
        int at = i * Hash.BYTES;
        if (!Arrays.equals(hashes, at, at + Hash.BYTES, served, at, at + Hash.BYTES)
            && room(1) == 1) {
          TilePath below = new TilePath(level - 1, path.first() + i, TilePath.FULL);
          damages.add(new Damage(path + " hash " + i, "is not the root over " + below));
        }
      }
      tiles++;
      index++;
      count = 0;
    }
  }

  /// The log is not what it should be; nothing further can be read from it.
  private static final class Wrong extends IOException {
    private static final long serialVersionUID = 1;
    private final transient Damage damage;

    Wrong(String where, String what) {
      super(where + ": " + what);
      this.damage = new Damage(where, what);
    }
  }
}
