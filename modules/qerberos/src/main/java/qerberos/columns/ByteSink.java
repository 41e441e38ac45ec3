package qerberos.columns;

import java.util.Arrays;

/// Bytes being written, in an array that grows and is used again. Used by one thread at a time.
final class ByteSink {
  private byte[] bytes = new byte[4 << 10];
  private int length;

  /// The array that holds them, from its beginning on, until the next byte is written.
  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  /// Forgets what was written behind the first bytes.
  void cut(int newLength) {
    length = newLength;
  }

  void put(int value) {
    room(1);
    bytes[length++] = (byte) value;
  }

  /// Seven bits a byte, the lowest first; all but the last byte have their highest bit set.
  void varint(long value) {
    room(10);
    long left = value;
    while ((left & ~0x7fL) != 0) {
      bytes[length++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    bytes[length++] = (byte) left;
  }

  void put(byte[] from, int begin, int end) {
    int more = end - begin;
    room(more);
    System.arraycopy(from, begin, bytes, length, more);
    length += more;
  }

  /// Makes room for bytes that the caller writes into [#array] itself, and counts them as written.
  ///
  /// @return where the first of them is to be written
  int grow(int more) {
    room(more);
    length += more;
    return length - more;
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
