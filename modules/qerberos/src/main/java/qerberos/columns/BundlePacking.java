package qerberos.columns;

import java.util.Arrays;

/// Turns a bundle of leaves into columns: what each shape is, then the values, column by column,
/// then what follows the leaves.
///
/// Two lots of bytes come of it. What looks random is `raw`; all else, `rest`, is worth
/// compressing. [BundleReading] is the way back.
///
/// Used by one thread at a time.
final class BundlePacking {
  private final ByteSink rest = new ByteSink();
  private final ByteSink raw = new ByteSink();
  private final Shapes shapes = new Shapes();
  private final NumberPacking numbers = new NumberPacking();
  private final ColumnPacking columns = new ColumnPacking(numbers, rest, raw);
  private final int[] columnEnd = new int[Shapes.MOST_COLUMNS];
  private int[] from = new int[8 << 10];
  private int[] to = new int[8 << 10];
  private final long[] lengths = new long[Shapes.MOST_LEAVES];

  /// Packs a bundle.
  ///
  /// @param plain of each leaf its length (2 bytes) and itself, up to `leaves`; then, up to
  ///     `length`, of each leaf the length of its attachment (4 bytes), then anything
  /// @return whether it can be done and pays; what has been written is of use to nobody otherwise
  boolean pack(byte[] plain, int leaves, int length) {
    if (leaves <= Short.BYTES || plain[Short.BYTES] != '{') {
      return false;
    }
    rest.cut(0);
    raw.cut(0);
    numbers.clear();
    shapes.clear(plain);
    int at = 0;
    while (at < leaves) {
      if (leaves - at < Short.BYTES) {
        return false;
      }
      int begin = at + Short.BYTES;
      at = begin + ((plain[at] & 0xff) << 8 | (plain[at + 1] & 0xff));
      if (at > leaves || !shapes.add(begin, at)) {
        return false;
      }
    }
    int count = shapes.leaves();
    if (count == 0 || length - leaves < count * Integer.BYTES) {
      return false;
    }
    shapes.writeTo(numbers, rest, raw);
    sort();
    columns.texts(plain, from, to);
    int begin = 0;
    for (int column = 0; column < shapes.columns(); column++) {
      rest.varint(columnEnd[column] - begin);
      columns.pack(begin, columnEnd[column]);
      begin = columnEnd[column];
    }
    for (int i = 0; i < count; i++, at += Integer.BYTES) {
      lengths[i] =
          (plain[at] & 0xffL) << 24
              | (plain[at + 1] & 0xff) << 16
              | (plain[at + 2] & 0xff) << 8
              | (plain[at + 3] & 0xff);
    }
    numbers.pack(lengths, 0, count, rest, raw);
    raw.put(plain, at, length);
    return numbers.total() <= NumberReading.MOST;
  }

  /// Puts the values in the order of their columns, those of one column in the order of the leaves.
  private void sort() {
    int count = shapes.values();
    if (from.length < count) {
      from = new int[Math.max(count, from.length * 2)];
      to = new int[from.length];
    }
    int columnCount = shapes.columns();
    Arrays.fill(columnEnd, 0, columnCount, 0);
    for (int value = 0; value < count; value++) {
      columnEnd[shapes.valueColumn(value)]++;
    }
    int end = 0;
    for (int column = 0; column < columnCount; column++) {
      int size = columnEnd[column];
      columnEnd[column] = end;
      end += size;
    }
    for (int value = 0; value < count; value++) {
      int place = columnEnd[shapes.valueColumn(value)]++;
      from[place] = shapes.valueFrom(value);
      to[place] = shapes.valueTo(value);
    }
  }

  ByteSink rest() {
    return rest;
  }

  ByteSink raw() {
    return raw;
  }
}
