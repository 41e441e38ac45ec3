package qerberos.query;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;

/// The event times of a segment in blocks of some thousand documents, each with its earliest and
/// latest time, so that most blocks need not be read. Used by one thread at a time.
final class Times {
  /// Stands for a document without a time.
  static final long NONE = Long.MIN_VALUE;

  private static final int CHUNK = 4_096;

  private final LeafReader reader;
  private final int[] docs = new int[CHUNK];
  private final long[] values = new long[CHUNK];
  private int[] ends = new int[16];
  private long[] earliest = new long[16];
  private long[] latest = new long[16];
  private int blocks;

  Times(LeafReader reader) throws IOException {
    this.reader = reader;
    DocValuesSkipper skipper = reader.getDocValuesSkipper(Generation.TIME);
    int read = 0;
    while (skipper != null && read < reader.maxDoc()) {
      skipper.advance(read);
      if (skipper.minDocID(0) >= reader.maxDoc()) {
        break;
      }
      int first = skipper.minDocID(0);
      int end = skipper.maxDocID(0) + 1;
      boolean dense = first == read && skipper.docCount(0) == end - first;
      block(end, dense ? skipper.minValue(0) : NONE, skipper.maxValue(0));
      read = end;
    }
    if (read < reader.maxDoc()) {
      block(reader.maxDoc(), NONE, NONE);
    }
  }

  private void block(int end, long min, long max) {
    if (blocks == ends.length) {
      ends = Arrays.copyOf(ends, 2 * blocks);
      earliest = Arrays.copyOf(earliest, 2 * blocks);
      latest = Arrays.copyOf(latest, 2 * blocks);
    }
    ends[blocks] = end;
    earliest[blocks] = min;
    latest[blocks++] = max;
  }

  int blocks() {
    return blocks;
  }

  int start(int block) {
    return block == 0 ? 0 : ends[block - 1];
  }

  int end(int block) {
    return ends[block];
  }

  /// The earliest time in the block, [#NONE] when a document has none.
  long earliest(int block) {
    return earliest[block];
  }

  long latest(int block) {
    return latest[block];
  }

  /// Receives a document and its time.
  interface Reader {
    void time(int doc, long time);
  }

  /// Reads the times of the documents from `start` to before `end`.
  void read(int start, int end, Reader to) throws IOException {
    NumericDocValues times = reader.getNumericDocValues(Generation.TIME);
    for (int from = start; from < end; from += CHUNK) {
      int size = Math.min(CHUNK, end - from);
      for (int i = 0; i < size; i++) {
        docs[i] = from + i;
      }
      if (times == null) {
        Arrays.fill(values, 0, size, NONE);
      } else {
        times.longValues(size, docs, values, NONE);
      }
      for (int i = 0; i < size; i++) {
        to.time(from + i, values[i]);
      }
    }
  }
}
