package qerberos.event;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// What the ledger needs to know of a leaf: its name, and what makes two of them the same.
/// Immutable.
///
/// Both are found by running over the bytes, without building a tree, because the ledger asks for
/// every entry; neither looks at anything but the leaf, so they can always be computed again.
public final class Leaf {
  /// The most a leaf may have, which is what a C2SP entry bundle can hold.
  public static final int BYTES_MAX = 65_535;

  private static final byte[] LABEL = "qerberos/name/v1".getBytes(StandardCharsets.US_ASCII);

  private Leaf() {}

  /// The name under which an event is known, 32 bytes: SHA-256 over a label, source and id, each
  /// preceded by its length. Equal for two leaves exactly when source and id are.
  ///
  /// @throws IllegalArgumentException when these bytes are no leaf
  public static byte[] name(byte[] leaf) {
    var members = new LeafMembers(leaf);
    int idFrom = -1;
    int idTo = -1;
    while (members.next()) {
      if (members.is(LeafMembers.ID)) {
        idFrom = members.from + 1;
        idTo = members.to - 1;
      } else if (members.is(LeafMembers.SOURCE)) {
        if (idFrom < 0) {
          break;
        }
        return name(members.text(members.from + 1, members.to - 1), members.text(idFrom, idTo));
      }
    }
    throw new IllegalArgumentException("leaf: no id or no source");
  }

  /// The name of the event with this source and id.
  public static byte[] name(String source, String id) {
    return name(source.getBytes(StandardCharsets.UTF_8), id.getBytes(StandardCharsets.UTF_8));
  }

  /// The same with what is at hand.
  static byte[] name(Crypto crypto, String source, String id) {
    crypto.parts.clear();
    crypto.part(LABEL);
    crypto.part(source);
    crypto.part(id);
    crypto.sha256.update(crypto.parts.buffer, 0, crypto.parts.size);
    return crypto.sha256.digest();
  }

  private static byte[] name(byte[] source, byte[] id) {
    var input = new CanonicalWriter(12 + LABEL.length + source.length + id.length);
    input.int32(LABEL.length);
    input.raw(LABEL);
    input.int32(source.length);
    input.raw(source);
    input.int32(id.length);
    input.raw(id);
    MessageDigest sha256 = Crypto.sha256();
    sha256.update(input.buffer, 0, input.size);
    return sha256.digest();
  }

  /// The digest on which duplicates are decided, 32 bytes: SHA-256 over the leaf without its
  /// `receivedAt` member (and the comma before it), which alone is ours and differs from try to
  /// try.
  ///
  /// @throws IllegalArgumentException when these bytes are no leaf
  public static byte[] senderPart(byte[] leaf) {
    var members = new LeafMembers(leaf);
    while (members.next()) {
      if (members.is(LeafMembers.RECEIVED_AT)) {
        MessageDigest sha256 = Crypto.sha256();
        sha256.update(leaf, 0, members.start - 1);
        sha256.update(leaf, members.to, leaf.length - members.to);
        return sha256.digest();
      }
    }
    throw new IllegalArgumentException("leaf: no receivedAt");
  }
}
