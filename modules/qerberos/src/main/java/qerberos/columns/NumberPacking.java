package qerberos.columns;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Packs columns of numbers, each in the cheapest of five ways.
///
/// - `ALL`: one number, which all are;
/// - `PLAIN`: each minus the least of them;
/// - `STEPS`: the differences from one to the next, minus the least difference;
/// - `TURNS`: the differences, sign in the lowest bit (zigzag);
/// - `WORDS`: few different numbers, listed once, and for each its place in the list.
///
/// What remains of a number in the middle three ways is cut to the same count of bits for all, and
/// these are `raw`: nothing is gained by compressing them again. The few that need more bits are
/// written out apart, as in PFOR (Zukowski, Heman, Nes and Boncz, "Super-Scalar RAM-CPU Cache
/// Compression", ICDE 2006); the count of bits is the one that makes the sum least.
///
/// All arithmetic is modulo 2^64, so any numbers come back. Used by one thread at a time.
final class NumberPacking {
  static final int ALL = 0;
  static final int PLAIN = 1;
  static final int STEPS = 2;
  static final int TURNS = 3;
  static final int WORDS = 4;

  static final int MOST_WORDS = 256;

  /// Fewer numbers than this are not worth a list.
  private static final int LEAST_FOR_WORDS = 8;

  /// Bits that an exception costs besides its own.
  private static final int EXCEPTION = 12;

  /// Bits that a symbol costs in the compressed part more than alone, being coded together with
  /// others; and those of a run of the same.
  private static final float AMONG_OTHERS = 1.5f;

  private static final int RUN = 20;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// n times the binary logarithm of n.
  private static final float[] N_LOG_N = new float[2_048];

  static {
    for (int n = 1; n < N_LOG_N.length; n++) {
      N_LOG_N[n] = (float) (n * Math.log(n) / Math.log(2));
    }
  }

  private final int[] plain = new int[Long.SIZE + 1];
  private final int[] steps = new int[Long.SIZE + 1];
  private final int[] turns = new int[Long.SIZE + 1];
  private final Numbering words = new Numbering(MOST_WORDS);
  private final long[] list = new long[MOST_WORDS];
  private final int[] uses = new int[MOST_WORDS];
  private int[] places = new int[1_024];
  private long[] left = new long[1_024];
  private boolean compressed;
  private long total;

  /// Begins another bundle.
  void clear() {
    total = 0;
  }

  /// How many numbers were packed since.
  long total() {
    return total;
  }

  /// Packs numbers `from` to `to` of an array; there is at least one.
  void pack(long[] numbers, int from, int to, ByteSink rest, ByteSink raw) {
    int count = to - from;
    total += count;
    long least = numbers[from];
    long most = least;
    long leastStep = Long.MAX_VALUE;
    long before = least;
    for (int i = from + 1; i < to; i++) {
      long number = numbers[i];
      least = Math.min(least, number);
      most = Math.max(most, number);
      leastStep = Math.min(leastStep, number - before);
      before = number;
    }
    if (least == most) {
      rest.put(ALL);
      rest.varint(least);
      return;
    }
    measure(numbers, from, to, least, leastStep);
    int bits = bestBits(plain, count);
    long cost = cost(plain, count, bits);
    int way = PLAIN;
    int stepBits = bestBits(steps, count);
    long stepCost = cost(steps, count, stepBits) + Long.SIZE;
    if (stepCost < cost) {
      way = STEPS;
      bits = stepBits;
      cost = stepCost;
    }
    int turnBits = bestBits(turns, count);
    long turnCost = cost(turns, count, turnBits) + Long.SIZE;
    if (turnCost < cost) {
      way = TURNS;
      bits = turnBits;
      cost = turnCost;
    }
    if (count >= LEAST_FOR_WORDS && cost > count + 2L * Long.SIZE) {
      int different = list(numbers, from, to);
      if (different > 0) {
        long each = 8L * ((70 - Long.numberOfLeadingZeros(most | 1)) / 7);
        if (different * each + placesCost(count, different) < cost) {
          words(count, different, rest, raw);
          return;
        }
      }
    }
    room(count);
    rest.put(way);
    int first = from;
    long base = least;
    if (way != PLAIN) {
      rest.varint(numbers[from]);
      first++;
      base = way == STEPS ? leastStep : 0;
    }
    rest.varint(base);
    int n = 0;
    for (int i = first; i < to; i++) {
      long number = numbers[i];
      if (way == PLAIN) {
        left[n++] = number - base;
      } else {
        long step = number - numbers[i - 1];
        left[n++] = way == STEPS ? step - base : step << 1 ^ step >> 63;
      }
    }
    bits(n, bits, rest, raw);
  }

  /// Counts how many numbers need how many bits in each way.
  private void measure(long[] numbers, int from, int to, long least, long leastStep) {
    Arrays.fill(plain, 0);
    Arrays.fill(steps, 0);
    Arrays.fill(turns, 0);
    long before = numbers[from];
    plain[Long.SIZE - Long.numberOfLeadingZeros(before - least)]++;
    for (int i = from + 1; i < to; i++) {
      long number = numbers[i];
      long step = number - before;
      plain[Long.SIZE - Long.numberOfLeadingZeros(number - least)]++;
      steps[Long.SIZE - Long.numberOfLeadingZeros(step - leastStep)]++;
      turns[Long.SIZE - Long.numberOfLeadingZeros(step << 1 ^ step >> 63)]++;
      before = number;
    }
  }

  private static int bestBits(int[] counts, int count) {
    int widest = Long.SIZE;
    while (widest > 0 && counts[widest] == 0) {
      widest--;
    }
    int best = widest;
    long bestCost = (long) widest * count;
    long exceptions = 0;
    for (int bits = widest - 1; bits >= 0 && exceptions < count; bits--) {
      exceptions += counts[bits + 1];
      long cost = (long) bits * count + exceptions * (EXCEPTION + widest);
      if (cost < bestCost) {
        best = bits;
        bestCost = cost;
      }
    }
    return best;
  }

  private static long cost(int[] counts, int count, int bits) {
    long exceptions = 0;
    int widest = bits;
    for (int more = bits + 1; more <= Long.SIZE; more++) {
      if (counts[more] > 0) {
        exceptions += counts[more];
        widest = more;
      }
    }
    return (long) bits * count + exceptions * (EXCEPTION + widest);
  }

  /// Numbers what is different among the numbers.
  ///
  /// @return how many there are, 0 when they are too many for a list
  private int list(long[] numbers, int from, int to) {
    int count = to - from;
    int most = Math.min(MOST_WORDS, count / 4);
    if (places.length < count) {
      places = new int[Math.max(count, places.length * 2)];
    }
    words.clear();
    for (int i = from; i < to; i++) {
      int place = words.of(numbers[i]);
      if (place < 0 || place >= most) {
        return 0;
      }
      list[place] = numbers[i];
      places[i - from] = place;
    }
    return words.size();
  }

  private void words(int count, int different, ByteSink rest, ByteSink raw) {
    rest.put(WORDS);
    rest.varint(different);
    for (int i = 0; i < different; i++) {
      rest.varint(list[i]);
    }
    places(places, count, different, rest, raw);
  }

  /// Packs places in a list.
  ///
  /// @param different how long the list is, at most [#MOST_WORDS]
  void packPlaces(int[] of, int count, int different, ByteSink rest, ByteSink raw) {
    if (places.length < count) {
      places = new int[Math.max(count, places.length * 2)];
    }
    total += count;
    System.arraycopy(of, 0, places, 0, count);
    placesCost(count, different);
    places(places, count, different, rest, raw);
  }

  /// Decides how places are written, and what that costs in bits.
  private long placesCost(int count, int different) {
    Arrays.fill(uses, 0, different, 0);
    int runs = 1;
    uses[places[0]]++;
    for (int i = 1; i < count; i++) {
      uses[places[i]]++;
      runs += places[i] != places[i - 1] ? 1 : 0;
    }
    float entropy = nLogN(count);
    for (int i = 0; i < different; i++) {
      entropy -= nLogN(uses[i]);
    }
    long packed = (long) count * bitsFor(different);
    long other = Math.min((long) (entropy + AMONG_OTHERS * count), (long) runs * RUN);
    compressed = other < packed;
    return Math.min(packed, other);
  }

  private void places(int[] of, int count, int different, ByteSink rest, ByteSink raw) {
    rest.put(compressed ? 1 : 0);
    if (compressed) {
      int at = rest.grow(count);
      byte[] bytes = rest.array();
      for (int i = 0; i < count; i++) {
        bytes[at + i] = (byte) of[i];
      }
      return;
    }
    room(count);
    for (int i = 0; i < count; i++) {
      left[i] = of[i];
    }
    pack(left, count, bitsFor(different), raw);
  }

  static int bitsFor(int different) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(different - 1);
  }

  static int bytesFor(int count, int bits) {
    return (int) (((long) count * bits + 7) / 8);
  }

  private static float nLogN(int n) {
    return n < N_LOG_N.length ? N_LOG_N[n] : (float) (n * Math.log(n) / Math.log(2));
  }

  private void bits(int count, int bits, ByteSink rest, ByteSink raw) {
    rest.put(bits);
    int exceptions = 0;
    long above = bits == Long.SIZE ? 0 : -1L << bits;
    for (int i = 0; i < count; i++) {
      exceptions += (left[i] & above) != 0 ? 1 : 0;
    }
    rest.varint(exceptions);
    int last = 0;
    for (int i = 0; exceptions > 0; i++) {
      if ((left[i] & above) != 0) {
        rest.varint(i - last);
        rest.varint(left[i] >>> bits);
        left[i] &= ~above;
        last = i;
        exceptions--;
      }
    }
    pack(left, count, bits, raw);
  }

  /// Writes the lowest bits of numbers one behind the other, those of the first one lowest.
  private static void pack(long[] numbers, int count, int bits, ByteSink raw) {
    int at = raw.grow(bytesFor(count, bits));
    byte[] bytes = raw.array();
    long word = 0;
    int filled = 0;
    for (int i = 0; i < count; i++) {
      long number = numbers[i];
      word |= number << filled;
      filled += bits;
      if (filled >= Long.SIZE) {
        WORD.set(bytes, at, word);
        at += Long.BYTES;
        filled -= Long.SIZE;
        word = filled == 0 ? 0 : number >>> (bits - filled);
      }
    }
    for (; filled > 0; filled -= Byte.SIZE) {
      bytes[at++] = (byte) word;
      word >>>= Byte.SIZE;
    }
  }

  private void room(int count) {
    if (left.length < count) {
      left = new long[Math.max(count, left.length * 2)];
    }
  }
}
