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
/// because the log is. Terms that end in a value of fixed size are on their own ([FixedTerms]).
///
/// The common way, which appends each document to the list of each of its terms at once, touches
/// three cold cache lines for each of sixty terms.
final class Unwritten {
  private final BytesRefHash terms = new BytesRefHash();
  private final FixedTerms fixed = new FixedTerms();
  private final SortedTerms sorted = new SortedTerms();
  private long termBytes;

  /// By the number of a term: 0, or it is the beginning of terms that end in so many bytes.
  private byte[] widths = new byte[1 << 10];

  private int[] log = new int[1 << 16];
  private int logged;

  /// Where the terms of a document end in the log.
  private int[] documentEnds = new int[1 << 10];

  private long[] times = new long[1 << 10];
  private long[] received = new long[1 << 10];
  private final BitSet empty = new BitSet();
  private int documents;

  // To make the lists: where those of a term begin and end, by its number, then by its rank.
  private int[] starts = new int[0];
  private int[] ends = new int[0];
  private int[] listStarts = new int[0];
  private int[] listEnds = new int[0];
  private int[] lists = new int[0];

  int documents() {
    return documents;
  }

  /// The number of a term, a new one when it is new.
  int number(BytesRef term) {
    int number = terms.add(term);
    if (number >= 0) {
      termBytes += term.length + 64;
      return number;
    }
    return -1 - number;
  }

  /// The number of the beginning of terms that all end in so many bytes. No whole term may be the
  /// same, nor begin so.
  int stem(BytesRef beginning, int width) {
    int number = number(beginning);
    if (number >= widths.length) {
      widths = Arrays.copyOf(widths, 2 * number);
    }
    widths[number] = (byte) width;
    return number;
  }

  /// Adds a term to the document that is being made, by its beginning and what it ends in.
  void add(int stem, long value) {
    fixed.add(stem, value, documents);
  }

  /// Adds terms to the document that is being made.
  void add(int[] numbers, int from, int count) {
    if (log.length - logged < count) {
      log = Arrays.copyOf(log, Math.max(2 * log.length, logged + count));
    }
    System.arraycopy(numbers, from, log, logged, count);
    logged += count;
  }

  void endDocument(long time, long receivedAt) {
    if (documents == documentEnds.length) {
      documentEnds = Arrays.copyOf(documentEnds, 2 * documents);
      times = Arrays.copyOf(times, 2 * documents);
      received = Arrays.copyOf(received, 2 * documents);
    }
    documentEnds[documents] = logged;
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
    return termBytes + fixed.memory() + 2L * Integer.BYTES * logged + 20L * documents;
  }

  /// Makes the posting lists. Nothing may be added afterwards, until [#clear].
  Postings postings() {
    int size = terms.size();
    sorted.sort(terms);
    if (starts.length < size) {
      starts = new int[size + size / 4];
      ends = new int[starts.length];
      listStarts = new int[starts.length];
      listEnds = new int[starts.length];
    }
    widths = Arrays.copyOf(widths, Math.max(size, widths.length));
    Arrays.fill(ends, 0, size, 0);
    for (int i = 0; i < logged; i++) {
      ends[log[i]]++;
    }
    fixed.count(ends);
    // The lists lie in the order of their terms, and so do the values of fixed size.
    int inLists = 0;
    int inFixed = 0;
    for (int rank = 0; rank < size; rank++) {
      int term = sorted.number(rank);
      int count = ends[term];
      if (widths[term] == 0) {
        starts[term] = inLists;
        inLists += count;
      } else {
        starts[term] = inFixed;
        inFixed += count;
      }
      ends[term] = starts[term];
    }
    fill();
    fixed.distribute(ends);
    for (int rank = 0; rank < size; rank++) {
      int term = sorted.number(rank);
      int start = starts[term];
      int end = ends[term];
      listStarts[rank] = start;
      listEnds[rank] = widths[term] == 0 ? end : fixed.sort(start, end);
    }
    return new Postings(sorted, widths, listStarts, listEnds, lists, fixed, documents);
  }

  private void fill() {
    if (lists.length < logged) {
      lists = new int[log.length];
    }
    int at = 0;
    for (int document = 0; document < documents; document++) {
      for (; at < documentEnds[document]; at++) {
        int term = log[at];
        int place = ends[term];
        // A document that has a term twice is once in its list.
        if (place == starts[term] || lists[place - 1] != document) {
          lists[place] = document;
          ends[term] = place + 1;
        }
      }
    }
  }

  /// Forgets all, and keeps the room for as much again.
  void clear() {
    terms.clear();
    terms.reinit();
    fixed.clear();
    termBytes = 0;
    Arrays.fill(widths, (byte) 0);
    logged = 0;
    empty.clear();
    documents = 0;
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
