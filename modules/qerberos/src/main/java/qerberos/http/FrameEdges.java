package qerberos.http;

/// Where frames of a WebSocket begin and end in bytes that pass, whoever made them ([SocketFrames]
/// says how they look). Used by one thread at a time.
final class FrameEdges {
  private static final int LONGEST_HEAD = 14;
  private static final int CLOSE = 8;

  private final byte[] head = new byte[LONGEST_HEAD];
  private int have;
  private long left;
  private boolean closed;

  /// These have passed.
  void pass(byte[] bytes, int length) {
    int at = 0;
    while (at < length) {
      if (left > 0) {
        int some = (int) Math.min(left, length - at);
        left -= some;
        at += some;
      } else {
        head[have++] = bytes[at++];
        if (have >= 2 && have == headLength()) {
          left = payloadLength();
          closed |= (head[0] & 0xf) == CLOSE;
          have = 0;
        }
      }
    }
  }

  /// Whether the next byte begins a frame.
  boolean between() {
    return have == 0 && left == 0;
  }

  /// Whether one that closes has passed, or has begun to.
  boolean closed() {
    return closed;
  }

  private int headLength() {
    return 2 + more() + ((head[1] & 0x80) == 0 ? 0 : 4);
  }

  /// How many bytes say the length, beyond the first one.
  private int more() {
    return switch (head[1] & 0x7f) {
      case 126 -> 2;
      case 127 -> 8;
      default -> 0;
    };
  }

  private long payloadLength() {
    int more = more();
    long length = more == 0 ? head[1] & 0x7f : 0;
    for (int i = 0; i < more; i++) {
      length = (length << 8) | (head[2 + i] & 0xff);
    }
    return length;
  }
}
