package qerberos.query;

import java.util.Arrays;

/// The values of one field that came before, with the numbers of their terms. Used by one thread at
/// a time.
///
/// Most fields have few values (a method, a team, an agent of twenty words), and then one look here
/// replaces making, hashing and comparing every term. A field whose values hardly ever repeat is
/// noticed and left alone for a while.
///
/// Values outlive the numbers of their terms, which [#clear] forgets: the next segment has much the
/// same values, and what stays is nothing for the garbage collector to do. The table is open, and a
/// value looks for its place in few slots only; without one it is not remembered. So nobody can
/// make this slow by values that have one hash.
final class Repeats {
  private static final int LENGTH_MAX = 512;

  /// After so many values it is judged whether remembering pays.
  private static final int TRIED = 4_096;

  /// How many segments a field is left alone for when it does not.
  private static final int ALONE = 16;

  private static final int PROBES = 16;
  private static final int SLOTS_MIN = 8;

  /// The hash of a value, and behind it its place in `values` plus 1; 0 is a free slot.
  private long[] slots = new long[0];

  private String[] values = new String[0];

  /// Where the terms of a value are in `terms`, plus 1; 0 when they are not known.
  private int[] starts = new int[0];

  private int size;

  /// How many terms, then their numbers, and so on.
  private int[] terms = new int[0];

  private int used;
  private long textBytes;
  private int hits;
  private int misses;
  private int alone;

  /// Where in [#terms] the number of the terms of this value is, their numbers behind it; -1 when
  /// they are not known.
  int of(String value) {
    int at = alone > 0 ? -1 : find(value);
    if (at < 0 || starts[at] == 0) {
      return -1;
    }
    hits++;
    return starts[at] - 1;
  }

  /// Not to be changed.
  int[] terms() {
    return terms;
  }

  /// Remembers a value that was not known, with the first `count` of these terms.
  void remember(String value, int[] numbers, int count) {
    if (!worthwhile() || value.length() > LENGTH_MAX) {
      return;
    }
    int at = find(value);
    if (at < 0) {
      at = put(value);
    }
    if (at < 0) {
      return;
    }
    if (terms.length - used <= count) {
      terms = Arrays.copyOf(terms, Math.max(2 * terms.length, used + count + 8));
    }
    starts[at] = used + 1;
    terms[used++] = count;
    System.arraycopy(numbers, 0, terms, used, count);
    used += count;
  }

  /// Takes note of a value whose terms cannot be had by number.
  void pass() {
    boolean ignored = worthwhile();
  }

  private boolean worthwhile() {
    if (alone > 0) {
      return false;
    }
    misses++;
    if (hits + misses >= TRIED && hits < misses / 4) {
      alone = ALONE;
      slots = new long[0];
      values = new String[0];
      starts = new int[0];
      terms = new int[0];
      size = 0;
      used = 0;
      textBytes = 0;
      return false;
    }
    return true;
  }

  private int find(String value) {
    int mask = slots.length - 1;
    int hash = hash(value);
    for (int probe = 0; probe < PROBES && probe <= mask; probe++) {
      long slot = slots[(hash + probe) & mask];
      if (slot == 0) {
        return -1;
      }
      int at = (int) slot - 1;
      if ((int) (slot >>> Integer.SIZE) == hash && values[at].equals(value)) {
        return at;
      }
    }
    return -1;
  }

  private int put(String value) {
    if (2 * size >= slots.length) {
      grow();
    }
    if (!place(hash(value), size)) {
      return -1;
    }
    values[size] = value;
    textBytes += value.length();
    return size++;
  }

  private void grow() {
    slots = new long[Math.max(SLOTS_MIN, 2 * slots.length)];
    values = Arrays.copyOf(values, slots.length / 2);
    starts = Arrays.copyOf(starts, slots.length / 2);
    for (int at = 0; at < size; at++) {
      // What finds no place is as if it had never come.
      boolean ignored = place(hash(values[at]), at);
    }
  }

  private boolean place(int hash, int at) {
    int mask = slots.length - 1;
    for (int probe = 0; probe < PROBES && probe <= mask; probe++) {
      int slot = (hash + probe) & mask;
      if (slots[slot] == 0) {
        slots[slot] = ((long) hash << Integer.SIZE) | (at + 1);
        return true;
      }
    }
    return false;
  }

  private static int hash(String value) {
    int hash = value.hashCode() * 0x9e3779b9;
    return hash ^ (hash >>> 15);
  }

  /// Forgets the numbers of all terms, not the values.
  void clear() {
    Arrays.fill(starts, 0, size, 0);
    used = 0;
    hits = 0;
    misses = 0;
    if (alone > 0) {
      alone--;
    }
  }

  /// About how many bytes all this takes in memory.
  long memory() {
    return textBytes + 48L * size + 12L * slots.length + 4L * used;
  }
}
