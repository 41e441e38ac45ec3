package qerberos.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The frames of a WebSocket (RFC 6455), as a server reads and writes them: no extensions, messages
/// of at most [#MOST_BYTES] from the client.
///
///     byte 0   FIN | RSV1 RSV2 RSV3 | opcode (4 bits)
///     byte 1   MASK | length (7 bits; 126: two bytes follow, 127: eight)
///     then     the length, four bytes of mask from a client, the payload XOR the mask
///
/// A message may come in several frames, and control frames between them. What breaks the rules
/// ends the connection with the code of section 7.4.1 that says which: 1002 for the protocol, 1003
/// for bytes, 1007 for what is not UTF-8, 1009 for too much. The length is looked at before
/// anything of a payload is read, so nobody makes us hold more than that.
///
/// Helidon has this too, but its upgrade answers before a request reaches our [Reception], and it
/// takes what is not UTF-8 for text; so it stays here, where the fuzz test can have it alone.
///
/// Used by one thread at a time.
final class SocketFrames {
  static final int MOST_BYTES = 4 << 10;

  static final int GOING_AWAY = 1001;
  static final int PROTOCOL = 1002;
  static final int NOT_TEXT = 1003;
  static final int NOT_UTF8 = 1007;
  static final int POLICY = 1008;
  static final int TOO_LARGE = 1009;
  static final int INTERNAL = 1011;
  static final int RESTART = 1012;

  private static final int NO_CODE = 1005;
  private static final int FIN = 0x80;
  private static final int MASK = 0x80;
  private static final int CONTINUED = 0x0;
  private static final int TEXT = 0x1;
  private static final int BINARY = 0x2;
  private static final int CLOSE = 0x8;
  private static final int PING = 0x9;
  private static final int PONG = 0xa;
  private static final int CONTROL_MOST = 125;
  private static final int SMALL = 126;
  private static final int LARGE = 127;

  /// What a client says.
  sealed interface Said {
    record Text(String text) implements Said {}

    record Ping(ByteBuffer payload) implements Said {}

    record Pong() implements Said {}

    /// @param code 1005 when it gave none
    record Close(int code) implements Said {}
  }

  /// The connection has to end with this code.
  static final class Broken extends Exception {
    @Serial private static final long serialVersionUID = 1L;
    private final int code;

    Broken(int code, String reason) {
      super(reason, null, false, false);
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  private record Head(boolean last, int opcode, int length, int mask) {}

  private final Wire wire;
  private final ByteArrayOutputStream message = new ByteArrayOutputStream();
  private boolean within;

  SocketFrames(Wire wire) {
    this.wire = wire;
  }

  /// The next whole message or control frame.
  ///
  /// @throws IOException the connection is gone
  Said next() throws IOException, Broken {
    while (true) {
      Head head = head();
      byte[] payload = wire.read(head.length());
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= (byte) (head.mask() >>> (24 - 8 * (i & 3)));
      }
      switch (head.opcode()) {
        case CLOSE -> {
          return new Said.Close(code(payload));
        }
        case PING -> {
          return new Said.Ping(ByteBuffer.wrap(payload));
        }
        case PONG -> {
          return new Said.Pong();
        }
        default -> {
          message.writeBytes(payload);
          within = !head.last();
          if (head.last()) {
            byte[] whole = message.toByteArray();
            message.reset();
            return new Said.Text(utf8(whole));
          }
        }
      }
    }
  }

  private Head head() throws IOException, Broken {
    int first = wire.read();
    int second = wire.read();
    int opcode = first & 0xf;
    boolean last = (first & FIN) != 0;
    if ((first & 0x70) != 0) {
      throw new Broken(PROTOCOL, "no extension was agreed on");
    }
    if ((second & MASK) == 0) {
      throw new Broken(PROTOCOL, "a client masks its frames");
    }
    int small = second & 0x7f;
    boolean control = opcode >= CLOSE;
    if (control && (!last || small > CONTROL_MOST || opcode > PONG)) {
      throw new Broken(PROTOCOL, "a control frame is one frame of 125 bytes at most");
    }
    if (!control && opcode > BINARY) {
      throw new Broken(PROTOCOL, "opcode " + opcode + " is not defined");
    }
    if (!control && within != (opcode == CONTINUED)) {
      throw new Broken(PROTOCOL, "a message goes on, or begins, where it does not");
    }
    if (opcode == BINARY) {
      throw new Broken(NOT_TEXT, "want text");
    }
    long length =
        switch (small) {
          case SMALL -> number(2);
          case LARGE -> number(8);
          default -> small;
        };
    if (length < 0 || length > MOST_BYTES - (control ? 0 : message.size())) {
      throw new Broken(TOO_LARGE, "want at most " + MOST_BYTES + " bytes");
    }
    return new Head(last, opcode, (int) length, (int) number(4));
  }

  private long number(int bytes) throws IOException {
    long number = 0;
    for (int i = 0; i < bytes; i++) {
      number = (number << 8) | wire.read();
    }
    return number;
  }

  private static int code(byte[] payload) throws Broken {
    if (payload.length == 0) {
      return NO_CODE;
    }
    int code = payload.length == 1 ? 0 : ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
    boolean ours = code >= 1000 && code < 1015 && code != 1004 && code != NO_CODE && code != 1006;
    if (!ours && (code < 3000 || code > 4999)) {
      throw new Broken(PROTOCOL, "this is no code to close with");
    }
    String _ = utf8(Arrays.copyOfRange(payload, 2, payload.length));
    return code;
  }

  private static String utf8(byte[] bytes) throws Broken {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new Broken(NOT_UTF8, "want UTF-8");
    }
  }

  /// A message in one frame.
  static byte[] text(byte[] utf8) {
    return frame(TEXT, utf8);
  }

  static byte[] ping() {
    return frame(PING, new byte[0]);
  }

  static byte[] pong(ByteBuffer payload) {
    byte[] same = new byte[payload.remaining()];
    ByteBuffer ignored = payload.duplicate().get(same);
    return frame(PONG, same);
  }

  /// @param code 1005 for none
  /// @param reason shortened, since it must fit into 123 bytes
  static byte[] close(int code, String reason) {
    if (code == NO_CODE) {
      return frame(CLOSE, new byte[0]);
    }
    byte[] ascii = reason.getBytes(StandardCharsets.US_ASCII);
    int length = Math.min(ascii.length, CONTROL_MOST - 2);
    byte[] payload = new byte[2 + length];
    payload[0] = (byte) (code >>> 8);
    payload[1] = (byte) code;
    System.arraycopy(ascii, 0, payload, 2, length);
    return frame(CLOSE, payload);
  }

  private static byte[] frame(int opcode, byte[] payload) {
    int length = payload.length;
    int more = length < SMALL ? 0 : length < 1 << 16 ? 2 : 8;
    byte[] frame = new byte[2 + more + length];
    frame[0] = (byte) (FIN | opcode);
    frame[1] = (byte) (more == 0 ? length : more == 2 ? SMALL : LARGE);
    for (int i = 0; i < more; i++) {
      frame[2 + i] = (byte) ((long) length >>> (8 * (more - 1 - i)));
    }
    System.arraycopy(payload, 0, frame, 2 + more, length);
    return frame;
  }
}
