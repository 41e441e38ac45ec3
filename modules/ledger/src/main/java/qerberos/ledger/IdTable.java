package qerberos.ledger;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/// The names of one segment's entries while it fills: an open-addressed hash table of words (see
/// [Ids]) in memory.
///
/// One thread puts; looking up is safe for concurrent use.
final class IdTable {
  /// A power of two, twice as many as there can be words.
  private static final int SLOTS = 2 * Segment.ENTRIES;

  private final long first;

  /// 0 is empty; a word is stored plus one, and no word has all bits set.
  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);

  /// Of the putting thread; whoever sorts has been handed the full table by it.
  private int count;

  /// @param first index of the segment's first entry
  IdTable(long first) {
    this.first = first;
  }

  long first() {
    return first;
  }

  /// Adds the next entry of the segment.
  void put(long print, long index) {
    long word = Ids.word(print, index - first);
    int at = slot(print);
    while (slots.getPlain(at) != 0) {
      at = (at + 1) % SLOTS;
    }
    slots.setRelease(at, word + 1);
    count++;
  }

  /// Tells every entry whose name may have this print.
  void candidates(long print, Ids.Candidates found) {
    for (int at = slot(print); ; at = (at + 1) % SLOTS) {
      long stored = slots.getAcquire(at);
      if (stored == 0) {
        return;
      }
      long word = stored - 1;
      if (Ids.printOf(word) == print) {
        found.candidate(first + Ids.offsetOf(word));
      }
    }
  }

  /// All words, in their order.
  long[] sorted() {
    long[] words = new long[count];
    int n = 0;
    for (int at = 0; at < SLOTS; at++) {
      long stored = slots.getAcquire(at);
      if (stored != 0) {
        words[n++] = (stored - 1) ^ Long.MIN_VALUE;
      }
    }
    Arrays.sort(words); // signed, of words whose highest bit is turned: unsigned order
    for (int i = 0; i < n; i++) {
      words[i] ^= Long.MIN_VALUE;
    }
    return words;
  }

  private static int slot(long print) {
    return (int) (print & (SLOTS - 1));
  }
}
