package qerberos.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The bytes that are really signed, which differ by type of key: a note's text as it is, the text
/// behind a header and a time, or a binary structure of what the checkpoint says.
final class SignedMessage {
  private static final byte[] SUBTREE_LABEL = "subtree/v1\n\0".getBytes(StandardCharsets.UTF_8);

  private SignedMessage() {}

  /// @param name of the key that signs
  /// @param text of the note, its last newline included
  /// @param time seconds since 1970, 0..2^63-1; not used by keys that sign no time
  /// @throws IllegalArgumentException when such a key cannot sign this text at this time
  static byte[] of(KeyType type, String name, String text, long time) {
    if (time < 0) {
      throw new IllegalArgumentException("time: before 1970");
    }
    return switch (type) {
      case ED25519 -> text.getBytes(StandardCharsets.UTF_8);
      case COSIGNATURE -> {
        Checkpoint.parse(text);
        yield ("cosignature/v1\ntime " + time + "\n" + text).getBytes(StandardCharsets.UTF_8);
      }
      case ML_DSA_44 -> subtree(name, Checkpoint.parse(text), time);
    };
  }

  private static byte[] subtree(String name, Checkpoint checkpoint, long time) {
    byte[] cosigner = bytes("key name", name);
    byte[] origin = bytes("origin", checkpoint.origin());
    return ByteBuffer.allocate(
            SUBTREE_LABEL.length
                + (1 + cosigner.length)
                + Long.BYTES
                + (1 + origin.length)
                + (2 * Long.BYTES)
                + Hash.BYTES)
        .put(SUBTREE_LABEL)
        .put((byte) cosigner.length)
        .put(cosigner)
        .putLong(time)
        .put((byte) origin.length)
        .put(origin)
        .putLong(0)
        .putLong(checkpoint.size())
        .put(checkpoint.root().bytes())
        .array();
  }

  private static byte[] bytes(String field, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < 1 || bytes.length > 255) {
      throw new IllegalArgumentException(field + ": " + bytes.length + " bytes, want 1..255");
    }
    return bytes;
  }
}
