package qerberos.ledger;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;

/// One signature line of a note: `— <name> <base64(key id ‖ signature)>`. Says who claims to have
/// signed; only [SignedNote#verify] finds out whether it is so.
///
/// Immutable.
public final class NoteSignature {
  private static final String DASH = "\u2014 ";

  private final String name;
  private final int keyId;
  private final byte[] signature;

  NoteSignature(String name, int keyId, byte[] signature) {
    this.name = KeyName.check("signature name", name);
    this.keyId = keyId;
    this.signature = signature;
    if (signature.length == 0) {
      throw new IllegalArgumentException("signature of " + name + ": empty");
    }
  }

  /// Reads one line without its newline.
  static NoteSignature parse(String line) {
    int space = line.indexOf(' ', DASH.length());
    if (!line.startsWith(DASH) || space < 0) {
      throw new IllegalArgumentException(
          "signature line: want an em dash, a name and base64, each after one space");
    }
    byte[] bytes = Base64Text.read("signature", line.substring(space + 1));
    if (bytes.length <= Integer.BYTES) {
      throw new IllegalArgumentException("signature: " + bytes.length + " bytes, want more than 4");
    }
    return new NoteSignature(
        line.substring(DASH.length(), space),
        ByteBuffer.wrap(bytes).getInt(),
        Arrays.copyOfRange(bytes, Integer.BYTES, bytes.length));
  }

  public String name() {
    return name;
  }

  public int keyId() {
    return keyId;
  }

  /// Whether this line claims to be by that key.
  boolean claims(VerifierKey key) {
    return keyId == key.id() && name.equals(key.name());
  }

  boolean verifies(VerifierKey key, String text) {
    return claims(key) && key.verifies(text, signature);
  }

  /// When it was made, as the signer says; 1970 for keys that sign no time.
  Instant time(VerifierKey key) {
    boolean timed = key.type().timed() && signature.length >= Long.BYTES;
    return Instant.ofEpochSecond(
        timed ? Math.min(ByteBuffer.wrap(signature).getLong(), Instant.MAX.getEpochSecond()) : 0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NoteSignature that
        && name.equals(that.name)
        && keyId == that.keyId
        && Arrays.equals(signature, that.signature);
  }

  @Override
  public int hashCode() {
    return keyId;
  }

  /// The line, without a newline.
  @Override
  public String toString() {
    byte[] bytes =
        ByteBuffer.allocate(Integer.BYTES + signature.length).putInt(keyId).put(signature).array();
    return DASH + name + " " + Base64Text.write(bytes);
  }
}
