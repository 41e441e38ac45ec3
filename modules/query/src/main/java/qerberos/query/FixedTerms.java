package qerberos.query;

import java.util.Arrays;

/// The terms that end in a value of fixed size, of what is not written yet: ids and other opaque
/// values, addresses, numbers. Used by one thread at a time.
///
/// Such a value hardly ever repeats, so that a hash table would be nothing but memory that is not
/// in the cache. Here a term is its beginning, which it shares with all values at its place and
/// which has a number like any whole term, and up to 8 bytes as a number. It is appended with its
/// document and not looked at again until all are sorted: by beginning, which is counting, then
/// byte by byte from the last to the first, which is counting too (LSD radix sort). Bytes that all
/// values of a beginning have in common are passed over. Since documents come in order and no step
/// changes the order of equals, the documents of a value end up in order.
///
/// Nobody can make this slow by choosing values, which is why it is not bucket sort or quicksort.
final class FixedTerms {
  /// So few are sorted by inserting.
  private static final int FEW = 48;

  // As they came.
  private long[] values = new long[1 << 12];
  private int[] stems = new int[1 << 12];
  private int[] documents = new int[1 << 12];
  private int count;

  // In order.
  private long[] sortedValues = new long[0];
  private int[] sortedDocuments = new int[0];
  private final int[] places = new int[256];
  private long distinct;

  /// @param stem the number of the term's beginning
  void add(int stem, long value, int document) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
      stems = Arrays.copyOf(stems, 2 * count);
      documents = Arrays.copyOf(documents, 2 * count);
    }
    values[count] = value;
    stems[count] = stem;
    documents[count] = document;
    count++;
  }

  /// Adds how many values each beginning has.
  void count(int[] counts) {
    for (int i = 0; i < count; i++) {
      counts[stems[i]]++;
    }
  }

  /// Puts the values of each beginning together.
  ///
  /// @param next where those of a beginning go, by its number; afterwards where they end
  void distribute(int[] next) {
    if (sortedValues.length < count) {
      sortedValues = new long[values.length];
      sortedDocuments = new int[values.length];
    }
    for (int i = 0; i < count; i++) {
      int place = next[stems[i]]++;
      sortedValues[place] = values[i];
      sortedDocuments[place] = documents[i];
    }
  }

  /// Sorts the values of one beginning and keeps each once for each document.
  ///
  /// @return where they end now
  int sort(int from, int to) {
    if (to - from <= FEW) {
      insert(from, to);
    } else {
      long differing = 0;
      for (int i = from; i < to; i++) {
        differing |= sortedValues[i] ^ sortedValues[from];
      }
      for (int shift = 0; shift < Long.SIZE; shift += 8) {
        if (((differing >>> shift) & 255) != 0) {
          byByte(from, to, shift);
        }
      }
    }
    return onceEach(from, to);
  }

  private void insert(int from, int to) {
    for (int i = from + 1; i < to; i++) {
      long value = sortedValues[i];
      int document = sortedDocuments[i];
      int at = i;
      for (; at > from && Long.compareUnsigned(sortedValues[at - 1], value) > 0; at--) {
        sortedValues[at] = sortedValues[at - 1];
        sortedDocuments[at] = sortedDocuments[at - 1];
      }
      sortedValues[at] = value;
      sortedDocuments[at] = document;
    }
  }

  /// Sorts by one byte. What is as it came is no longer needed, and makes room.
  private void byByte(int from, int to, int shift) {
    Arrays.fill(places, 0);
    for (int i = from; i < to; i++) {
      places[(int) (sortedValues[i] >>> shift) & 255]++;
    }
    int before = from;
    for (int i = 0; i < places.length; i++) {
      int here = places[i];
      places[i] = before;
      before += here;
    }
    for (int i = from; i < to; i++) {
      long value = sortedValues[i];
      int place = places[(int) (value >>> shift) & 255]++;
      values[place] = value;
      documents[place] = sortedDocuments[i];
    }
    System.arraycopy(values, from, sortedValues, from, to - from);
    System.arraycopy(documents, from, sortedDocuments, from, to - from);
  }

  private int onceEach(int from, int to) {
    int end = from;
    for (int i = from; i < to; i++) {
      boolean same = end > from && sortedValues[end - 1] == sortedValues[i];
      if (same && sortedDocuments[end - 1] == sortedDocuments[i]) {
        continue;
      }
      if (!same) {
        distinct++;
      }
      sortedValues[end] = sortedValues[i];
      sortedDocuments[end] = sortedDocuments[i];
      end++;
    }
    return end;
  }

  /// How many different terms were sorted.
  long distinct() {
    return distinct;
  }

  /// The values in order; not to be changed.
  long[] values() {
    return sortedValues;
  }

  /// The documents of the values in order; not to be changed.
  int[] documents() {
    return sortedDocuments;
  }

  /// About how many bytes of memory this takes, when it is written too.
  long memory() {
    return (2L * Long.BYTES + 3L * Integer.BYTES) * count;
  }

  /// Forgets all, and keeps the room.
  void clear() {
    count = 0;
    distinct = 0;
  }
}
