package qerberos.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A WebSocket client that sends whatever bytes it is given. Used by one thread at a time.
final class RawSocket implements AutoCloseable {
  /// The example of RFC 6455.
  static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  private final Socket socket;
  private final InputStream in;

  /// A frame as it came.
  record Frame(int opcode, String payload) {
    int code() {
      return payload.length() < 2 ? 0 : payload.charAt(0) << 8 | payload.charAt(1);
    }
  }

  /// Connects and sends this head.
  RawSocket(int port, String head) throws IOException {
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
    this.socket.setSoTimeout(60_000);
    this.in = new BufferedInputStream(socket.getInputStream());
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
  }

  static RawSocket open(int port, String path, String token) throws IOException {
    var raw =
        new RawSocket(
            port,
            "GET "
                + path
                + " HTTP/1.1\r\n"
                + "Host: x\r\n"
                + "Upgrade: websocket\r\n"
                + "Connection: keep-alive, Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: "
                + KEY
                + "\r\nAuthorization: Bearer "
                + token
                + "\r\n\r\n");
    String answer = raw.head();
    if (!answer.startsWith("HTTP/1.1 101 ")) {
      throw new AssertionError(answer);
    }
    return raw;
  }

  /// Status line and headers of the answer.
  String head() throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the answer broke off: " + head);
      }
      head.append((char) next);
    }
    return head.toString();
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /// A masked frame.
  ///
  /// @param first FIN, reserved bits and opcode
  static byte[] frame(int first, byte[] payload) {
    var bytes = new ByteArrayOutputStream();
    bytes.write(first);
    if (payload.length < 126) {
      bytes.write(0x80 | payload.length);
    } else {
      bytes.write(0x80 | 126);
      bytes.write(payload.length >>> 8);
      bytes.write(payload.length);
    }
    byte[] mask = {1, 2, 3, (byte) 0x84};
    bytes.writeBytes(mask);
    for (int i = 0; i < payload.length; i++) {
      bytes.write(payload[i] ^ mask[i & 3]);
    }
    return bytes.toByteArray();
  }

  Frame next() throws IOException {
    int first = need();
    long length = need();
    int more = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (more > 0) {
      length = 0;
      for (int i = 0; i < more; i++) {
        length = length << 8 | need();
      }
    }
    byte[] payload = in.readNBytes((int) length);
    return new Frame(first & 0xf, new String(payload, StandardCharsets.ISO_8859_1));
  }

  /// The next frame of that kind.
  Frame next(int opcode) throws IOException {
    while (true) {
      Frame frame = next();
      if (frame.opcode() == opcode) {
        return frame;
      }
    }
  }

  private int need() throws IOException {
    int next = in.read();
    if (next < 0) {
      throw new EOFException("closed without a frame that says so");
    }
    return next;
  }

  /// Whether the server closes the connection, when all that came is thrown away.
  boolean ends() throws IOException {
    return in.transferTo(java.io.OutputStream.nullOutputStream()) >= 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
