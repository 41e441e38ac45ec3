package qerberos.columns;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Gives back what [NumberPacking] packed: all columns of numbers of a bundle, in one array.
///
/// Nothing that is read is trusted. Used by one thread at a time.
final class NumberReading {
  /// More numbers than this no bundle has.
  static final int MOST = 1 << 19;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private long[] numbers = new long[8 << 10];
  private int size;

  void clear() {
    size = 0;
  }

  /// All that was read, each column from where [#read] said. Until the next one is read.
  long[] all() {
    return numbers;
  }

  /// Reads one column.
  ///
  /// @return where its first number is in [#all]
  int read(int count, ByteSource rest, ByteSource raw) throws IOException {
    int at = grow(count);
    int way = rest.get();
    if (way == NumberPacking.ALL) {
      Arrays.fill(numbers, at, at + count, rest.varint());
      return at;
    }
    if (way == NumberPacking.WORDS) {
      long[] list = new long[rest.count(NumberPacking.MOST_WORDS)];
      for (int i = 0; i < list.length; i++) {
        list[i] = rest.varint();
      }
      readPlaces(at, count, list.length, rest, raw);
      for (int i = at; i < at + count; i++) {
        numbers[i] = list[(int) numbers[i]];
      }
      return at;
    }
    if (way == NumberPacking.PLAIN) {
      long base = rest.varint();
      readBits(at, count, rest, raw);
      for (int i = at; i < at + count; i++) {
        numbers[i] += base;
      }
      return at;
    }
    if (way != NumberPacking.STEPS && way != NumberPacking.TURNS) {
      throw new IOException("columns: numbers packed in way " + way);
    }
    long last = rest.varint();
    long base = rest.varint();
    readBits(at + 1, count - 1, rest, raw);
    numbers[at] = last;
    for (int i = at + 1; i < at + count; i++) {
      long left = numbers[i];
      last += way == NumberPacking.STEPS ? left + base : left >>> 1 ^ -(left & 1);
      numbers[i] = last;
    }
    return at;
  }

  /// Reads places in a list of this length. Each is less than that.
  ///
  /// @return where the first is in [#all]
  int readPlaces(int count, int different, ByteSource rest, ByteSource raw) throws IOException {
    int at = grow(count);
    readPlaces(at, count, different, rest, raw);
    return at;
  }

  private void readPlaces(int at, int count, int different, ByteSource rest, ByteSource raw)
      throws IOException {
    if (different < 1) {
      throw new IOException("columns: places in an empty list");
    }
    if (rest.get() == 0) {
      unpack(at, count, NumberPacking.bitsFor(different), raw);
    } else {
      int from = rest.skip(count);
      byte[] bytes = rest.array();
      for (int i = 0; i < count; i++) {
        numbers[at + i] = bytes[from + i] & 0xff;
      }
    }
    for (int i = at; i < at + count; i++) {
      if (numbers[i] >= different) {
        throw new IOException("columns: place " + numbers[i] + " in a list of " + different);
      }
    }
  }

  private void readBits(int at, int count, ByteSource rest, ByteSource raw) throws IOException {
    int bits = rest.get();
    if (bits > Long.SIZE) {
      throw new IOException("columns: numbers of " + bits + " bits");
    }
    int exceptions = rest.count(count);
    unpack(at, count, bits, raw);
    int place = 0;
    for (int i = 0; i < exceptions; i++) {
      place += rest.count(count - 1 - place);
      numbers[at + place] |= rest.varint() << bits;
    }
  }

  private void unpack(int at, int count, int bits, ByteSource raw) throws IOException {
    int length = NumberPacking.bytesFor(count, bits);
    int from = raw.skip(length);
    byte[] bytes = raw.array();
    if (bits == 0) {
      Arrays.fill(numbers, at, at + count, 0);
      return;
    }
    long mask = -1L >>> (Long.SIZE - bits);
    long bit = 0;
    for (int i = 0; i < count; i++, bit += bits) {
      int byteAt = from + (int) (bit >>> 3);
      int shift = (int) bit & 7;
      long word;
      if (byteAt <= bytes.length - Long.BYTES) {
        word = (long) WORD.get(bytes, byteAt) >>> shift;
      } else {
        word = 0;
        for (int b = 0; b < bytes.length - byteAt; b++) {
          word |= (bytes[byteAt + b] & 0xffL) << (b * Byte.SIZE);
        }
        word >>>= shift;
      }
      if (shift + bits > Long.SIZE) {
        word |= (bytes[byteAt + Long.BYTES] & 0xffL) << (Long.SIZE - shift);
      }
      numbers[at + i] = word & mask;
    }
  }

  private int grow(int count) throws IOException {
    if (count < 1 || count > MOST - size) {
      throw new IOException("columns: " + count + " numbers more");
    }
    if (numbers.length - size < count) {
      numbers = Arrays.copyOf(numbers, Math.max(numbers.length * 2, size + count));
    }
    size += count;
    return size - count;
  }
}
