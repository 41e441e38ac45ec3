package qerberos.columns;

import java.io.IOException;

/// Bytes being read, from front to back. Nothing in them is trusted. Used by one thread at a time.
final class ByteSource {
  private byte[] bytes = {};
  private int at;
  private int end;

  void set(byte[] from, int begin, int newEnd) {
    bytes = from;
    at = begin;
    end = newEnd;
  }

  byte[] array() {
    return bytes;
  }

  int get() throws IOException {
    return bytes[skip(1)] & 0xff;
  }

  /// @return what [ByteSink#varint] wrote
  long varint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = get();
      value |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw new IOException("columns: a number of more than 64 bits");
  }

  /// A number that counts something.
  ///
  /// @throws IOException when it is more than `most`
  int count(long most) throws IOException {
    long value = varint();
    if (value < 0 || value > most) {
      throw new IOException("columns: " + value + ", want at most " + most);
    }
    return (int) value;
  }

  /// Steps over bytes that the caller reads from [#array] itself.
  ///
  /// @return where the first of them is
  int skip(long count) throws IOException {
    if (count < 0 || count > end - at) {
      throw new IOException("columns: ends early");
    }
    at += (int) count;
    return at - (int) count;
  }

  int left() {
    return end - at;
  }
}
