package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Finds entries by name. What it tells are candidates: entries whose name begins with the same 40
/// bits. Whoever asks reads the candidate and compares the whole name, so a short print costs at
/// worst a needless look, and nobody who edits these files can make one entry pass for another.
///
/// A name and its entry are one word of 64 bits: 40 bits of print, then 24 bits of offset from the
/// first index of the table or run it is in. The newest words are in memory, one [IdTable] for each
/// segment that is not full or not yet written down. A full segment becomes a sorted [IdRun], and
/// whenever four neighbouring runs of one size are there, aligned to four times that size, they are
/// merged: the logarithmic method (Bentley and Saxe, 1980). A word is written at most five times in
/// its life, and a look at 50 million names meets some ten runs.
///
/// Which files count needs no list of its own: a run's name says which entries it covers, it gets
/// that name when it is safe, and of two that cover the same entries the larger counts. Everything
/// here follows from the entries; what is missing is made anew at the next start.
///
/// Looking among many runs costs more than anything else the writing thread would do, so callers
/// look among all that is [#known] before they wait in the queue, and the writing thread looks only
/// among what has come since.
///
/// One thread puts, one settles; looking up is safe for concurrent use.
final class Ids implements Closeable {
  static final String FOLDER = "ids";
  static final int PRINT_BITS = 40;
  static final int OFFSET_BITS = 24;
  static final long LARGEST_OFFSET = (1L << OFFSET_BITS) - 1;

  /// How many runs are merged into one.
  private static final int FAN_IN = 4;

  /// The largest run; its offsets just fit.
  private static final int LARGEST_RUN = 1 << OFFSET_BITS;

  private final LogStorage storage;

  /// What is looked into, newest first. Replaced as a whole.
  private volatile View view = new View(List.of(), List.of());

  /// Every entry before this one can be found.
  private volatile long known;

  private record View(List<IdTable> tables, List<IdRun> runs) {}

  /// Is told of entries that may have the name that was asked for.
  @FunctionalInterface
  interface Candidates {
    void candidate(long index);
  }

  Ids(LogStorage storage) {
    this.storage = storage;
  }

  /// The first 40 bits of a name.
  static long print(byte[] name) {
    return (name[0] & 0xffL) << 32
        | (name[1] & 0xffL) << 24
        | (name[2] & 0xffL) << 16
        | (name[3] & 0xffL) << 8
        | (name[4] & 0xffL);
  }

  static long word(long print, long offset) {
    return print << OFFSET_BITS | offset;
  }

  static long printOf(long word) {
    return word >>> OFFSET_BITS;
  }

  static long offsetOf(long word) {
    return word & LARGEST_OFFSET;
  }

  /// Opens the runs that cover the first `size` entries without a gap, the largest first, and
  /// forgets others.
  ///
  /// @param repair whether to delete files that do not count
  /// @return up to which index names are known, a multiple of a segment; the caller puts the rest
  long start(long size, boolean repair) throws IOException {
    List<IdRun> runs = new ArrayList<>();
    List<String> left = new ArrayList<>(storage.list(FOLDER));
    long covered = 0;
    while (true) {
      int count = LARGEST_RUN;
      while (count >= Segment.ENTRIES && !fits(left, covered, count, size)) {
        count /= FAN_IN;
      }
      if (count < Segment.ENTRIES) {
        break;
      }
      left.remove(fileName(covered, count));
      runs.addFirst(IdRun.open(storage, covered, count));
      covered += count;
    }
    if (repair) {
      for (String name : left) {
        storage.delete(FOLDER + "/" + name);
      }
    }
    view = new View(List.of(), List.copyOf(runs));
    known = covered;
    return covered;
  }

  private static boolean fits(List<String> names, long first, int count, long size) {
    return first % count == 0 && first + count <= size && names.contains(fileName(first, count));
  }

  private static String fileName(long first, int count) {
    return IdRun.nameOf(first, count).substring(FOLDER.length() + 1);
  }

  /// Adds the entry behind the last one.
  void put(byte[] name, long index) {
    List<IdTable> tables = view.tables();
    if (tables.isEmpty() || index - tables.getFirst().first() >= Segment.ENTRIES) {
      openTable(index);
      tables = view.tables();
    }
    tables.getFirst().put(print(name), index);
    known = index + 1;
  }

  /// How many entries can be found: all before this index.
  long known() {
    return known;
  }

  private synchronized void openTable(long first) {
    List<IdTable> tables = new ArrayList<>(view.tables());
    tables.addFirst(new IdTable(first));
    view = new View(List.copyOf(tables), view.runs());
  }

  /// Tells every entry from an index on that may have this name, in no particular order, possibly
  /// more than once, and possibly some from before.
  void candidates(byte[] name, long from, Candidates found) throws IOException {
    long print = print(name);
    while (true) {
      View now = view;
      try {
        for (IdTable table : now.tables()) {
          if (table.first() + Segment.ENTRIES > from) {
            table.candidates(print, found);
          }
        }
        for (IdRun run : now.runs()) {
          if (run.first() + run.count() > from) {
            run.candidates(print, found);
          }
        }
        return;
      } catch (ClosedChannelException | NoSuchFileException e) {
        // A run was merged away while it was read; the larger one is in the new view.
        if (view.equals(now)) {
          throw e;
        }
      }
    }
  }

  /// Writes the oldest full table down as a run, then merges what can be merged. A crash anywhere
  /// in here loses nothing that a start does not make anew.
  ///
  /// @param hurry asked now and then whether to give up, as when the ledger closes
  void settle(BooleanSupplier hurry) throws IOException {
    IdTable table = view.tables().getLast();
    long[] words = table.sorted();
    int[] at = {0};
    IdRun run = IdRun.write(storage, table.first(), words.length, () -> words[at[0]++]);
    synchronized (this) {
      List<IdRun> runs = new ArrayList<>(view.runs());
      runs.addFirst(run);
      List<IdTable> tables = view.tables().subList(0, view.tables().size() - 1);
      view = new View(List.copyOf(tables), List.copyOf(runs));
    }
    merge(hurry);
  }

  /// Merges the newest four runs while they are of one size and begin where a run of four times
  /// that size does.
  void merge(BooleanSupplier hurry) throws IOException {
    while (!hurry.getAsBoolean()) {
      List<IdRun> runs = view.runs();
      if (runs.size() < FAN_IN) {
        return;
      }
      List<IdRun> newest = runs.subList(0, FAN_IN);
      IdRun oldest = newest.getLast();
      int count = oldest.count();
      boolean same = newest.stream().allMatch(run -> run.count() == count);
      if (!same || count == LARGEST_RUN || oldest.first() % ((long) count * FAN_IN) != 0) {
        return;
      }
      IdRun merged =
          IdRun.write(storage, oldest.first(), count * FAN_IN, new Merge(newest.reversed()));
      synchronized (this) {
        List<IdRun> others = new ArrayList<>(view.runs());
        others.removeAll(newest);
        others.addFirst(merged);
        view = new View(view.tables(), List.copyOf(others));
      }
      for (IdRun old : newest) {
        storage.delete(old.name());
        retired.add(old);
      }
      while (retired.size() > 8 * FAN_IN) {
        retired.removeFirst().close();
      }
    }
  }

  /// Runs that were merged away; readers that began before may still look into them, so they are
  /// closed only when many more have come.
  private final List<IdRun> retired = new ArrayList<>();

  /// The runs that are looked into, newest first.
  List<IdRun> runs() {
    return view.runs();
  }

  @Override
  public synchronized void close() throws IOException {
    for (IdRun run : view.runs()) {
      run.close();
    }
    for (IdRun run : retired) {
      run.close();
    }
    view = new View(List.of(), List.of());
  }

  /// The words of neighbouring runs in one ascending order, with offsets from the first run's
  /// beginning.
  private static final class Merge implements IdRun.Words {
    private final IdRun[] runs;
    private final LongBuffer[] blocks;
    private final int[] nextBlock;
    private final long[] heads;

    /// Which runs have a word left; a head of a run without one means nothing.
    private final boolean[] live;

    Merge(List<IdRun> oldestFirst) throws IOException {
      runs = oldestFirst.toArray(IdRun[]::new);
      blocks = new LongBuffer[runs.length];
      nextBlock = new int[runs.length];
      heads = new long[runs.length];
      live = new boolean[runs.length];
      for (int i = 0; i < runs.length; i++) {
        blocks[i] = LongBuffer.allocate(0);
        advance(i);
      }
    }

    @Override
    public long next() throws IOException {
      int least = -1;
      for (int i = 0; i < runs.length; i++) {
        if (live[i] && (least < 0 || Long.compareUnsigned(heads[i], heads[least]) < 0)) {
          least = i;
        }
      }
      long word = heads[least];
      advance(least);
      return word;
    }

    private void advance(int i) throws IOException {
      if (!blocks[i].hasRemaining()) {
        if (nextBlock[i] == runs[i].blocks()) {
          live[i] = false;
          return;
        }
        blocks[i] = runs[i].block(nextBlock[i]++);
      }
      live[i] = true;
      heads[i] = blocks[i].get() + (runs[i].first() - runs[0].first());
    }
  }
}
