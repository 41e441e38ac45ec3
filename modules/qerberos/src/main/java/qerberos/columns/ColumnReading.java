package qerberos.columns;

import java.io.IOException;

/// Gives back the texts of one column, one after the other, as [ColumnPacking] packed them.
///
/// Nothing that is read is trusted: places in lists are checked when they are read, and what is
/// written beyond an array's end is an `IndexOutOfBoundsException`, which [BundleReading] expects.
///
/// Used by one thread at a time.
final class ColumnReading {
  private int way;

  /// Where the bytes of the next text are, in the compressed part or in the raw one.
  private int at;

  /// Where those of the last one end, in `ALL` and `TEXT`; how many there are in each, in `HEX`.
  private int extent;

  /// The number that the next text has or takes its pattern from.
  private int place;

  private byte[] rest = {};
  private byte[] raw = {};
  private NumberReading numbers = new NumberReading();
  private int[] patternEnd = new int[8];
  private int patterns;
  private final int[] runs = new int[ColumnPacking.MOST_RUNS];
  private final int[] widths = new int[ColumnPacking.MOST_RUNS];

  /// Reads what the texts are made of.
  void read(int count, NumberReading numbersTo, ByteSource restFrom, ByteSource rawFrom)
      throws IOException {
    numbers = numbersTo;
    rest = restFrom.array();
    raw = rawFrom.array();
    way = restFrom.get();
    switch (way) {
      case ColumnPacking.ALL, ColumnPacking.TEXT -> {
        long length = restFrom.varint();
        at = restFrom.skip(length);
        extent = at + (int) length;
      }
      case ColumnPacking.HASH -> at = rawFrom.skip((long) count * TextForms.HASH);
      case ColumnPacking.HEX -> {
        extent = restFrom.count(Short.MAX_VALUE);
        at = rawFrom.skip((long) count * extent);
      }
      case ColumnPacking.UUID -> {
        at = rawFrom.skip((long) count * (TextForms.UUID - ColumnPacking.UUID_TIME));
        place = numbers.read(count, restFrom, rawFrom);
      }
      case ColumnPacking.TIME -> place = numbers.read(count, restFrom, rawFrom);
      case ColumnPacking.PATTERN -> readPatterns(count, restFrom, rawFrom);
      default -> throw new IOException("columns: texts packed in way " + way);
    }
  }

  private void readPatterns(int count, ByteSource restFrom, ByteSource rawFrom) throws IOException {
    patterns = restFrom.count(NumberPacking.MOST_WORDS);
    if (patternEnd.length < 2 * patterns) {
      patternEnd = new int[4 * patterns];
    }
    int[] uses = new int[ColumnPacking.MOST_RUNS + 1];
    int[] runsOf = new int[patterns];
    for (int i = 0; i < patterns; i++) {
      int length = restFrom.count(restFrom.left());
      int begin = restFrom.skip(length);
      patternEnd[2 * i] = begin;
      patternEnd[2 * i + 1] = begin + length;
      for (int b = begin; b < begin + length; b++) {
        runsOf[i] += rest[b] == ColumnPacking.RUN ? 1 : 0;
      }
      if (runsOf[i] > ColumnPacking.MOST_RUNS) {
        throw new IOException("columns: a pattern of " + runsOf[i] + " numbers");
      }
    }
    if (patterns == 1) {
      uses[runsOf[0]] = count;
    } else {
      place = numbers.readPlaces(count, patterns, restFrom, rawFrom);
      for (int i = place; i < place + count; i++) {
        uses[runsOf[(int) numbers.all()[i]]]++;
      }
    }
    int with = count - uses[0];
    for (int run = 0; run < ColumnPacking.MOST_RUNS && with > 0; run++) {
      widths[run] = restFrom.get();
      runs[run] = numbers.read(with, restFrom, rawFrom);
      with -= uses[run + 1];
    }
  }

  /// Writes the next text.
  ///
  /// @return where it ends
  int next(byte[] to, int from) {
    return switch (way) {
      case ColumnPacking.ALL -> {
        System.arraycopy(rest, at, to, from, extent - at);
        yield from + extent - at;
      }
      case ColumnPacking.TEXT -> {
        int end = Shapes.stringEnd(rest, at, extent);
        System.arraycopy(rest, at, to, from, end - at);
        int written = from + end - at;
        at = Math.min(end + 1, extent);
        yield written;
      }
      case ColumnPacking.HASH -> {
        TextForms.writeHash(raw, at, to, from);
        at += TextForms.HASH;
        yield from + TextForms.HASH_TEXT;
      }
      case ColumnPacking.HEX -> {
        TextForms.writeHex(raw, at, extent, to, from);
        at += extent;
        yield from + 2 * extent;
      }
      case ColumnPacking.UUID -> {
        TextForms.writeUuid(numbers.all()[place++], raw, at, to, from);
        at += TextForms.UUID - ColumnPacking.UUID_TIME;
        yield from + TextForms.UUID_TEXT;
      }
      case ColumnPacking.TIME -> {
        TextForms.writeTime(numbers.all()[place++], to, from);
        yield from + TextForms.TIME_TEXT;
      }
      default -> nextOfPattern(to, from);
    };
  }

  private int nextOfPattern(byte[] to, int from) {
    long[] all = numbers.all();
    int pattern = patterns == 1 ? 0 : 2 * (int) all[place++];
    int end = patternEnd[pattern + 1];
    int out = from;
    int run = 0;
    for (int i = patternEnd[pattern]; i < end; i++) {
      byte next = rest[i];
      if (next != ColumnPacking.RUN) {
        to[out++] = next;
        continue;
      }
      long number = all[runs[run]++];
      int width = widths[run] == 0 ? TextForms.width(number) : widths[run];
      TextForms.writeDigits(number, width, to, out);
      out += width;
      run++;
    }
    return out;
  }
}
