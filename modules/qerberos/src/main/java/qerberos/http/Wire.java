package qerberos.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import java.io.EOFException;
import java.io.IOException;

/// What is left of a connection when HTTP is over: bytes both ways, until one end closes.
///
/// One thread reads, the one that served the request. Any may write, and sees to it that no other
/// does meanwhile. Who takes nothing of what is written is cut off by [PatientContext].
final class Wire {
  private final DataReader in;
  private final DataWriter out;
  private final Thread reading;

  Wire(DataReader in, DataWriter out, Thread reading) {
    this.in = in;
    this.out = out;
    this.reading = reading;
  }

  /// The next byte, 0..255.
  ///
  /// @throws EOFException the other end closed
  int read() throws IOException {
    return read(1)[0] & 0xff;
  }

  /// As many bytes; nothing is taken from the connection before they are asked for.
  ///
  /// @throws EOFException the other end closed before that
  byte[] read(int length) throws IOException {
    byte[] bytes = new byte[length];
    int have = 0;
    while (have < length) {
      have += some(bytes, have);
    }
    return bytes;
  }

  /// Whatever has come, at least one byte.
  ///
  /// @throws EOFException the other end closed
  int some(byte[] bytes) throws IOException {
    return some(bytes, 0);
  }

  private int some(byte[] bytes, int offset) throws IOException {
    try {
      in.ensureAvailable();
      int length = Math.min(bytes.length - offset, in.available());
      System.arraycopy(in.readBytes(length), 0, bytes, offset, length);
      return length;
    } catch (DataReader.InsufficientDataAvailableException e) {
      throw new EOFException("the other end closed");
    } catch (RuntimeException e) {
      throw new IOException("the connection broke: " + e.getMessage(), e);
    }
  }

  /// Returns when the system has them.
  void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.writeNow(BufferData.create(bytes, offset, length));
    } catch (RuntimeException e) {
      throw new IOException("the connection broke: " + e.getMessage(), e);
    }
  }

  void write(byte[] bytes) throws IOException {
    write(bytes, 0, bytes.length);
  }

  /// Ends the connection, whatever its own thread waits for.
  void cutOff() {
    reading.interrupt();
  }
}
