package qerberos.query;

import java.util.Arrays;
import java.util.BitSet;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.BytesRefHash;

/// The newest documents of an index, not written yet. Used by one thread at a time.
///
/// While documents come in there are no posting lists: each document only appends the numbers of
/// its terms to one log, which is as fast as memory can be written. The lists are made when all is
/// written, by counting: how often each term is in the log says where its list begins, and a second
/// pass over the log puts every document into the lists of its terms. Lists come out in order,
/// because the log is.
///
/// The common way, which appends each document to the list of each of its terms at once, touches
/// three cold cache lines for each of sixty terms.
final class Unwritten {
  private final BytesRefHash terms = new BytesRefHash();
  private long termBytes;
  private int[] log = new int[1 << 16];
  private int logged;

  /// Where the terms of a document end in the log.
  private int[] ends = new int[1 << 10];

  private long[] times = new long[1 << 10];
  private long[] received = new long[1 << 10];
  private final BitSet empty = new BitSet();
  private int documents;

  int documents() {
    return documents;
  }

  /// The number of a term, a new one when it is new.
  int number(BytesRef term) {
    int number = terms.add(term);
    if (number >= 0) {
      termBytes += term.length + 32;
      return number;
    }
    return -1 - number;
  }

  /// Adds terms to the document that is being made.
  void add(int[] numbers, int count) {
    if (log.length - logged < count) {
      log = Arrays.copyOf(log, Math.max(2 * log.length, logged + count));
    }
    System.arraycopy(numbers, 0, log, logged, count);
    logged += count;
  }

  void endDocument(long time, long receivedAt) {
    if (documents == ends.length) {
      ends = Arrays.copyOf(ends, 2 * documents);
      times = Arrays.copyOf(times, 2 * documents);
      received = Arrays.copyOf(received, 2 * documents);
    }
    ends[documents] = logged;
    times[documents] = time;
    received[documents] = receivedAt;
    documents++;
  }

  /// Adds a document without anything.
  void endEmpty() {
    empty.set(documents);
    endDocument(0, 0);
  }

  /// About how many bytes of memory this takes, when it is written too.
  long memory() {
    return termBytes + 2L * Integer.BYTES * logged + 20L * documents;
  }

  /// Makes the posting lists. Nothing may be added afterwards.
  Postings postings() {
    int[] starts = new int[terms.size() + 1];
    for (int i = 0; i < logged; i++) {
      starts[log[i] + 1]++;
    }
    for (int term = 1; term < starts.length; term++) {
      starts[term] += starts[term - 1];
    }
    int[] lists = new int[logged];
    int[] filled = Arrays.copyOf(starts, starts.length);
    int at = 0;
    for (int document = 0; document < documents; document++) {
      for (; at < ends[document]; at++) {
        int term = log[at];
        int place = filled[term];
        // A document that has a term twice is once in its list.
        if (place == starts[term] || lists[place - 1] != document) {
          lists[place] = document;
          filled[term] = place + 1;
        }
      }
    }
    return new Postings(terms, terms.sort(), starts, filled, lists, documents);
  }

  /// The values of a column; not to be changed.
  long[] column(String field) {
    return switch (field) {
      case Generation.TIME -> times;
      case Generation.RECEIVED -> received;
      default -> throw new IllegalArgumentException("column: \"" + field + "\"");
    };
  }

  /// Whether a document has neither terms nor times.
  boolean isEmpty(int document) {
    return empty.get(document);
  }
}
