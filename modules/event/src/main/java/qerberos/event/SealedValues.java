package qerberos.event;

import java.util.Arrays;
import java.util.zip.DataFormatException;

/// The sealed values of one event as one run of bytes, which is then encrypted. Stateless.
///
/// Ciphertext cannot be compressed, so it happens before. There are two ways, and the first byte of
/// what is stored says which: every value in few bytes, or all of them through deflate.
///
///     abbreviated = value ...             value = head, a varint, and behind it
///        head 0   4 bytes: a JSON string that is an IPv4 address, see [WholeText]
///        head 1   16 bytes: a JSON string that is an IPv6 address
///        head 2   16 bytes: a JSON string that is a UUID
///        head 3, 5, ...   (head - 3) / 2 bytes: a JSON string, its quotes left out, abbreviated
///        head 4, 6, ...   (head - 4) / 2 bytes: anything else, abbreviated
///
///     deflated = deflate(value ...)       value = its length, a varint, and the value
///
/// A varint has seven bits in each byte, the lowest first; all but the last have the top bit set.
final class SealedValues {
  static final byte ABBREVIATED = 1;
  static final byte DEFLATED = 2;

  /// From so many bytes on, before they are abbreviated, deflate is tried.
  static final int DEFLATE_FROM = 192;

  /// Heads of a string and of anything else, when there is nothing in it; below are those of
  /// [WholeText].
  private static final int STRING = 3;

  private static final int OTHER = 4;

  private SealedValues() {}

  /// Writes the values of the bench in the order of their paths into `out`, which is empty, and
  /// returns the way.
  static byte write(Sealing bench, CanonicalWriter out) {
    int size = 0;
    bench.values.ensure(Long.BYTES);
    byte[] values = bench.values.buffer;
    for (int i = 0; i < bench.sealedCount; i++) {
      int from = bench.sealedFrom[i];
      int end = bench.sealedTo[i];
      size += end - from;
      abbreviate(values, from, end, out);
    }
    if (size < DEFLATE_FROM) {
      return ABBREVIATED;
    }
    CanonicalWriter plain = bench.crypto.parts;
    plain.clear();
    for (int i = 0; i < bench.sealedCount; i++) {
      int length = bench.sealedTo[i] - bench.sealedFrom[i];
      plain.varint(length);
      plain.raw(values, bench.sealedFrom[i], length);
    }
    var smaller = new byte[out.size - 1];
    int written = bench.crypto.deflate(plain.buffer, 0, plain.size, smaller, 0);
    if (written < 0) {
      return ABBREVIATED;
    }
    out.size = 0;
    out.raw(smaller, 0, written);
    return DEFLATED;
  }

  private static void abbreviate(byte[] values, int from, int end, CanonicalWriter out) {
    boolean string = end - from >= 2 && values[from] == '"' && values[end - 1] == '"';
    int head = out.size;
    out.raw((char) 0);
    if (string) {
      WholeText whole = WholeText.write(values, from + 1, end - 1, out);
      if (whole != null) {
        out.buffer[head] = (byte) whole.head;
        return;
      }
      Abbreviation.write(values, from + 1, end - 1, out);
    } else {
      Abbreviation.write(values, from, end, out);
    }
    int length = out.size - head - 1;
    int first = 2 * length + (string ? STRING : OTHER);
    int more = CanonicalWriter.varintBytes(first) - 1;
    if (more > 0) {
      out.ensure(more);
      System.arraycopy(out.buffer, head + 1, out.buffer, head + 1 + more, length);
    }
    out.size = head;
    out.varint(first);
    out.size += length;
  }

  /// The values that `write` wrote.
  ///
  /// @param count how many there must be
  /// @param max how many bytes they have at most together, with what is between them
  /// @throws SealBroken when it is not that many, or these are no such bytes
  static byte[][] read(byte way, byte[] bytes, int count, int max, Crypto crypto) {
    return switch (way) {
      case ABBREVIATED -> abbreviated(bytes, count, max);
      case DEFLATED -> deflated(bytes, count, max, crypto);
      default -> throw new SealBroken("sealed values written in a way that nobody knows: " + way);
    };
  }

  private static byte[][] abbreviated(byte[] bytes, int count, int max) {
    var cursor = new Cursor(bytes);
    var out = new CanonicalWriter(256);
    var values = new byte[count][];
    for (int i = 0; i < count; i++) {
      int from = out.size;
      int head = cursor.varint();
      if (head < STRING) {
        WholeText whole = WholeText.of(head);
        out.raw('"');
        whole.read(bytes, cursor.pass(whole.bytes), out);
        out.raw('"');
      } else {
        boolean string = (head - STRING) % 2 == 0;
        int length = (head - (string ? STRING : OTHER)) / 2;
        int at = cursor.pass(length);
        if (string) {
          out.raw('"');
        }
        Abbreviation.read(bytes, at, at + length, out, max);
        if (string) {
          out.raw('"');
        }
      }
      values[i] = Arrays.copyOfRange(out.buffer, from, out.size);
    }
    cursor.end();
    return values;
  }

  private static byte[][] deflated(byte[] bytes, int count, int max, Crypto crypto) {
    byte[] plain;
    try {
      plain = crypto.inflate(bytes, 0, max);
    } catch (DataFormatException e) {
      throw new SealBroken("sealed values that cannot be inflated", e);
    }
    var cursor = new Cursor(plain);
    var values = new byte[count][];
    for (int i = 0; i < count; i++) {
      int length = cursor.varint();
      int at = cursor.pass(length);
      values[i] = Arrays.copyOfRange(plain, at, at + length);
    }
    cursor.end();
    return values;
  }

  /// Goes through bytes that may be anything. Used by one thread at a time.
  private static final class Cursor {
    private final byte[] bytes;
    private int at;

    Cursor(byte[] bytes) {
      this.bytes = bytes;
    }

    int varint() {
      int value = 0;
      for (int shift = 0; shift < 28; shift += 7) {
        byte next = bytes[pass(1)];
        value |= (next & 0x7f) << shift;
        if (next >= 0) {
          return value;
        }
      }
      throw new SealBroken("sealed values with a length beyond all limits");
    }

    /// Goes on by so many bytes and returns where it was.
    int pass(int length) {
      if (length > bytes.length - at) {
        throw new SealBroken("sealed values cut short");
      }
      int before = at;
      at += length;
      return before;
    }

    void end() {
      if (at != bytes.length) {
        throw new SealBroken("more sealed values than commitments");
      }
    }
  }
}
