package qerberos.ledger;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/// One open file of a [LogStorage].
///
/// Safe for concurrent use; overlapping writes are the caller's affair. A thread that is
/// interrupted while it reads neither fails nor disturbs others. After [#close], reads and writes
/// throw [java.nio.channels.ClosedChannelException].
public interface StoredFile extends Closeable {
  /// Its name in the store.
  String name();

  /// How many bytes it has.
  long size() throws IOException;

  /// Reads at a position until the buffer is full or the file ends.
  ///
  /// @return how many bytes were read, 0 at or beyond the end
  int read(ByteBuffer to, long position) throws IOException;

  /// Writes all that remains in the buffer, making the file longer where needed.
  void write(ByteBuffer from, long position) throws IOException;

  /// Drops everything from `size` on; a shorter file is left alone.
  void truncate(long size) throws IOException;

  /// Returns once everything written so far, and the file's length, survive a power cut. After it
  /// has failed nobody knows which bytes are safe, and asking again would not tell.
  void force() throws IOException;

  @Override
  void close() throws IOException;

  /// Reads exactly this many bytes.
  ///
  /// @throws EOFException when the file ends before
  default byte[] readFully(long position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    if (read(bytes, position) < length) {
      throw new EOFException(
          name() + ": ends at " + size() + ", want " + length + " bytes at " + position);
    }
    return bytes.array();
  }

  /// Reads a whole small file.
  default byte[] readAll() throws IOException {
    return readFully(0, Math.toIntExact(size()));
  }
}
