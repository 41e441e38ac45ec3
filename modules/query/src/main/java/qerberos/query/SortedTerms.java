package qerberos.query;

import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.BytesRefHash;
import org.apache.lucene.util.IntroSorter;

/// Terms in the order of their bytes, one behind the other. Used by one thread at a time.
///
/// Comparing two terms where they lie costs a cold cache line each. So each term is compared by a
/// key that lies beside its number: the next seven bytes, and how many are left, up to eight. Terms
/// with the same key, when more is left, are sorted again by the seven bytes that follow. This is
/// what Ng and Kakehi, "Cache efficient radix sort for string sorting" (2007), do for radix sort.
/// In the end the bytes are copied in order, so that whoever writes them reads straight on.
final class SortedTerms {
  private static final int KEY_BYTES = 7;

  private final BytesRef term = new BytesRef();
  private final ByKey byKey = new ByKey();
  private long[] keys = new long[0];
  private int[] numbers = new int[0];
  private int[] ends = new int[0];
  private byte[] bytes = new byte[0];
  private int size;

  /// Takes these terms in the place of those before.
  void sort(BytesRefHash terms) {
    size = terms.size();
    if (keys.length < size) {
      keys = new long[size + size / 4];
      numbers = new int[keys.length];
      ends = new int[keys.length];
    }
    long length = 0;
    for (int number = 0; number < size; number++) {
      numbers[number] = number;
      keys[number] = key(terms.get(number, term), 0);
      length += term.length;
    }
    sort(terms, 0, size, 0);
    if (bytes.length < length) {
      bytes = new byte[Math.toIntExact(length + length / 4)];
    }
    int end = 0;
    for (int rank = 0; rank < size; rank++) {
      terms.get(numbers[rank], term);
      System.arraycopy(term.bytes, term.offset, bytes, end, term.length);
      end += term.length;
      ends[rank] = end;
    }
  }

  int size() {
    return size;
  }

  /// The number, in the hash, of the term that comes at this place.
  int number(int rank) {
    return numbers[rank];
  }

  /// Points `term` at the bytes; not to be changed.
  void term(int rank, BytesRef term) {
    term.bytes = bytes;
    term.offset = rank == 0 ? 0 : ends[rank - 1];
    term.length = ends[rank] - term.offset;
  }

  /// Sorts terms that are the same up to there, and whose keys are of what follows.
  private void sort(BytesRefHash terms, int from, int to, int depth) {
    byKey.sort(from, to);
    for (int start = from; start < to; ) {
      int end = start + 1;
      while (end < to && keys[end] == keys[start]) {
        end++;
      }
      if (end - start > 1) {
        for (int i = start; i < end; i++) {
          keys[i] = key(terms.get(numbers[i], term), depth + KEY_BYTES);
        }
        sort(terms, start, end, depth + KEY_BYTES);
      }
      start = end;
    }
  }

  /// A number that compares as the bytes from there on do, as far as it reaches.
  private static long key(BytesRef term, int from) {
    int left = term.length - from;
    int some = Math.min(left, KEY_BYTES);
    int at = term.offset + from;
    long key = 0;
    for (int i = 0; i < some; i++) {
      key = (key << 8) | (term.bytes[at + i] & 255);
    }
    key <<= 8 * (KEY_BYTES - some);
    return ((key << 8) | Math.min(left, KEY_BYTES + 1)) ^ Long.MIN_VALUE;
  }

  /// Sorts keys together with their numbers.
  private final class ByKey extends IntroSorter {
    private long pivot;

    @Override
    protected void swap(int one, int other) {
      long key = keys[one];
      keys[one] = keys[other];
      keys[other] = key;
      int number = numbers[one];
      numbers[one] = numbers[other];
      numbers[other] = number;
    }

    @Override
    protected int compare(int one, int other) {
      return Long.compare(keys[one], keys[other]);
    }

    @Override
    protected void setPivot(int at) {
      pivot = keys[at];
    }

    @Override
    protected int comparePivot(int at) {
      return Long.compare(pivot, keys[at]);
    }
  }
}
