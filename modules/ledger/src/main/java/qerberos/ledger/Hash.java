package qerberos.ledger;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/// A SHA-256 value: the hash of a leaf, of a node or of a whole tree, always 32 bytes.
///
/// Immutable. Equality takes the same time wherever two hashes differ, so a comparison tells an
/// observer nothing about the hash it was compared with.
public final class Hash {
  /// How many bytes a hash has.
  public static final int BYTES = 32;

  private final byte[] bytes;

  private Hash(byte[] bytes) {
    this.bytes = bytes;
  }

  /// The hash that these 32 bytes are; the array is copied.
  ///
  /// @throws IllegalArgumentException unless there are exactly 32
  public static Hash of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("hash: " + bytes.length + " bytes, want " + BYTES);
    }
    return new Hash(bytes.clone());
  }

  /// The hash that stands at `offset` of a longer array, such as a tile.
  public static Hash at(byte[] from, int offset) {
    if (offset < 0 || offset > from.length - BYTES) {
      throw new IllegalArgumentException(
          "hash: no " + BYTES + " bytes at " + offset + " of " + from.length);
    }
    return new Hash(Arrays.copyOfRange(from, offset, offset + BYTES));
  }

  /// The SHA-256 of some bytes as they are, without the prefixes of a tree.
  public static Hash sha256(byte[] message) {
    return new Hash(newSha256().digest(message));
  }

  /// Reads standard base64 with its padding, 44 characters, and only the one spelling that
  /// [#base64] writes.
  ///
  /// @throws IllegalArgumentException for anything else
  public static Hash fromBase64(String text) {
    return of(Base64Text.read("hash", text));
  }

  /// Takes over an array that nobody else keeps.
  static Hash owning(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("hash: " + bytes.length + " bytes, want " + BYTES);
    }
    return new Hash(bytes);
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /// A copy of the 32 bytes.
  public byte[] bytes() {
    return bytes.clone();
  }

  /// Puts the 32 bytes at `offset` of a longer array.
  public void copyTo(byte[] to, int offset) {
    System.arraycopy(bytes, 0, to, offset, BYTES);
  }

  /// Feeds the 32 bytes to a digest without copying them.
  void addTo(MessageDigest digest) {
    digest.update(bytes);
  }

  /// Standard base64 with padding, 44 characters, as checkpoints and proofs write it.
  public String base64() {
    return Base64.getEncoder().encodeToString(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Hash that && MessageDigest.isEqual(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /// 64 lower-case hexadecimal digits.
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
