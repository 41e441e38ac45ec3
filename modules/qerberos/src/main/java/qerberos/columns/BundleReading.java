package qerberos.columns;

import java.io.IOException;
import java.util.Arrays;

/// Puts together again what [BundlePacking] took apart.
///
/// Nothing that is read is trusted. What can be checked when it is read is; the rest shows in an
/// `IndexOutOfBoundsException`, which becomes an `IOException` here. Work and memory are bounded by
/// the limits of [Shapes] and by [NumberReading#MOST], and whoever packs keeps within the same.
///
/// Used by one thread at a time.
final class BundleReading {
  private final NumberReading numbers = new NumberReading();
  private final ByteSource rest = new ByteSource();
  private final ByteSource raw = new ByteSource();

  private final int[] literalAt = new int[Shapes.MOST_SYMBOLS];
  private final int[] literalLength = new int[Shapes.MOST_SYMBOLS];

  /// The column of the value behind the literal, -1 at the end of a leaf.
  private final int[] column = new int[Shapes.MOST_SYMBOLS];

  private final int[] nodeSymbol = new int[Shapes.MOST_NODES];
  private final int[] nodeParent = new int[Shapes.MOST_NODES];

  /// The symbols of each shape, one shape behind the other.
  private int[] paths = new int[4 << 10];

  private int[] pathEnd = new int[256];
  private ColumnReading[] columns = {};

  /// Reads a bundle of exactly `length` bytes.
  ///
  /// @param packed has the raw bytes from `rawFrom` on
  /// @throws IOException when these are not bytes that [BundlePacking] made of so many
  void read(byte[] compressible, int restLength, byte[] packed, int rawFrom, byte[] to, int length)
      throws IOException {
    rest.set(compressible, 0, restLength);
    raw.set(packed, rawFrom, packed.length);
    numbers.clear();
    try {
      read(to, length);
    } catch (IndexOutOfBoundsException | NegativeArraySizeException e) {
      throw new IOException("columns: not what was packed", e);
    }
  }

  private void read(byte[] to, int length) throws IOException {
    int leaves = rest.count(Shapes.MOST_LEAVES);
    int columnCount = readSymbols();
    int shapes = readShapes();
    int leafShape = numbers.read(leaves, rest, raw);
    readColumns(columnCount);
    int at = 0;
    int steps = 0;
    for (int leaf = 0; leaf < leaves; leaf++) {
      long shape = numbers.all()[leafShape + leaf];
      if (shape < 0 || shape >= shapes) {
        throw new IOException("columns: shape " + shape + " of " + shapes);
      }
      int begin = at + Short.BYTES;
      int path = shape == 0 ? 0 : pathEnd[(int) shape - 1];
      int end = pathEnd[(int) shape];
      steps += end - path;
      if (steps > Shapes.MOST_STEPS) {
        throw new IOException("columns: more than " + Shapes.MOST_STEPS + " values");
      }
      at = begin;
      for (; path < end; path++) {
        int symbol = paths[path];
        int literal = literalLength[symbol];
        System.arraycopy(rest.array(), literalAt[symbol], to, at, literal);
        at += literal;
        if (column[symbol] >= 0) {
          at = columns[column[symbol]].next(to, at);
        }
      }
      int leafLength = at - begin;
      if (leafLength > 0xffff) {
        throw new IOException("columns: a leaf of " + leafLength + " bytes");
      }
      to[begin - 2] = (byte) (leafLength >> 8);
      to[begin - 1] = (byte) leafLength;
    }
    int lengths = numbers.read(leaves, rest, raw);
    for (int i = lengths; i < lengths + leaves; i++, at += Integer.BYTES) {
      long attachment = numbers.all()[i];
      to[at] = (byte) (attachment >> 24);
      to[at + 1] = (byte) (attachment >> 16);
      to[at + 2] = (byte) (attachment >> 8);
      to[at + 3] = (byte) attachment;
    }
    int left = length - at;
    if (rest.left() > 0 || raw.left() != left) {
      throw new IOException("columns: " + raw.left() + " bytes behind, want " + left);
    }
    System.arraycopy(raw.array(), raw.skip(left), to, at, left);
  }

  /// @return how many columns there are
  private int readSymbols() throws IOException {
    int symbols = rest.count(Shapes.MOST_SYMBOLS);
    int most = -1;
    for (int symbol = 0; symbol < symbols; symbol++) {
      literalLength[symbol] = rest.count(rest.left());
      column[symbol] = rest.count(Shapes.MOST_COLUMNS) - 1;
      most = Math.max(most, column[symbol]);
    }
    for (int symbol = 0; symbol < symbols; symbol++) {
      literalAt[symbol] = rest.skip(literalLength[symbol]);
    }
    Arrays.fill(literalLength, symbols, Shapes.MOST_SYMBOLS, -1);
    return most + 1;
  }

  /// @return how many shapes there are
  private int readShapes() throws IOException {
    int shapes = rest.count(Shapes.MOST_LEAVES);
    if (pathEnd.length < shapes) {
      pathEnd = new int[shapes];
    }
    int nodes = 1;
    int end = 0;
    for (int shape = 0; shape < shapes; shape++) {
      int back = rest.count(nodes);
      if (back == 0) {
        throw new IOException("columns: a node that follows itself");
      }
      int parent = nodes - back;
      int more = rest.count(Shapes.MOST_NODES - nodes);
      for (int i = 0; i < more; i++) {
        int symbol = rest.count(Shapes.MOST_SYMBOLS - 1);
        if (literalLength[symbol] < 0) {
          throw new IOException("columns: no symbol " + symbol);
        }
        nodeSymbol[nodes] = symbol;
        nodeParent[nodes] = parent;
        parent = nodes++;
      }
      int depth = 0;
      for (int node = parent; node != 0; node = nodeParent[node]) {
        depth++;
      }
      if (end + depth > Shapes.MOST_STEPS) {
        throw new IOException("columns: shapes of more than " + Shapes.MOST_STEPS + " values");
      }
      end += depth;
      if (end > paths.length) {
        paths = Arrays.copyOf(paths, 2 * end);
      }
      int at = end;
      for (int node = parent; node != 0; node = nodeParent[node]) {
        paths[--at] = nodeSymbol[node];
      }
      pathEnd[shape] = end;
    }
    return shapes;
  }

  private void readColumns(int count) throws IOException {
    if (columns.length < count) {
      int before = columns.length;
      columns = Arrays.copyOf(columns, count);
      for (int i = before; i < count; i++) {
        columns[i] = new ColumnReading();
      }
    }
    int values = 0;
    for (int i = 0; i < count; i++) {
      int more = rest.count(Shapes.MOST_STEPS - values);
      values += more;
      columns[i].read(more, numbers, rest, raw);
    }
  }
}
