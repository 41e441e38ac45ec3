package qerberos.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/// A public key with its name, written `<name>+<key id>+<base64(type ‖ key)>`. Whoever has got it
/// by a way they trust can check everything that its owner signed.
///
/// Immutable.
public final class VerifierKey {
  /// Longer than the longest key with the longest name.
  private static final int LONGEST_TEXT = 4096;

  private final String name;
  private final KeyType type;
  private final byte[] raw;
  private final int id;
  private final PublicKey key;

  private VerifierKey(String name, KeyType type, byte[] raw) {
    this.name = KeyName.check("key name", name);
    this.type = type;
    this.raw = raw;
    this.id = idOf(name, type, raw);
    this.key = publicKey(type, raw);
  }

  /// The key with these raw bytes: 32 for Ed25519, 1,312 for ML-DSA-44.
  ///
  /// @throws IllegalArgumentException when the name or the bytes cannot be those of a key
  public static VerifierKey of(String name, KeyType type, byte[] raw) {
    if (raw.length != type.keyBytes()) {
      throw new IllegalArgumentException(
          "key: " + raw.length + " bytes, want " + type.keyBytes() + " for " + type);
    }
    return new VerifierKey(name, type, raw.clone());
  }

  /// Reads the text form. The key id in it must be the one that follows from the rest.
  ///
  /// @throws IllegalArgumentException saying which part is wrong
  public static VerifierKey parse(String text) {
    if (text.length() > LONGEST_TEXT) {
      throw new IllegalArgumentException("verifier key: longer than " + LONGEST_TEXT);
    }
    String[] parts = text.split("\\+", 3);
    if (parts.length != 3) {
      throw new IllegalArgumentException("verifier key: want <name>+<key id>+<base64>");
    }
    byte[] typed = Base64Text.read("verifier key", parts[2]);
    if (typed.length == 0) {
      throw new IllegalArgumentException("verifier key: no key in it");
    }
    KeyType type = KeyType.of(typed[0] & 0xff);
    VerifierKey key = of(parts[0], type, Arrays.copyOfRange(typed, 1, typed.length));
    if (!key.idText().equals(parts[1])) {
      throw new IllegalArgumentException(
          "verifier key: its id should be " + key.idText() + "; it was changed or mistyped");
    }
    return key;
  }

  public String name() {
    return name;
  }

  public KeyType type() {
    return type;
  }

  /// The four bytes by which signature lines name this key, big-endian.
  public int id() {
    return id;
  }

  /// The id as eight lower-case hexadecimal digits.
  public String idText() {
    return HexFormat.of().toHexDigits(id);
  }

  /// A short way to say which key this is: `<name>+<key id>`.
  public String shortName() {
    return name + "+" + idText();
  }

  /// Whether both are the same public key, whatever their names and types.
  boolean sameKeyAs(VerifierKey other) {
    return Arrays.equals(raw, other.raw);
  }

  /// Whether `signature` (what follows the key id in a signature line) is this key's over `text`.
  /// Keys that sign checkpoints only say no to any other text.
  boolean verifies(String text, byte[] signature) {
    if (signature.length != type.signatureBytes()) {
      return false;
    }
    try {
      long time = type.timed() ? ByteBuffer.wrap(signature).getLong() : 0;
      int skip = type.timed() ? Long.BYTES : 0;
      Signature algorithm = Signature.getInstance(type.algorithm());
      algorithm.initVerify(key);
      algorithm.update(SignedMessage.of(type, name, text, time));
      return algorithm.verify(signature, skip, signature.length - skip);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false; // what cannot even be read as a signature, or is over no checkpoint
    }
  }

  private static int idOf(String name, KeyType type, byte[] raw) {
    MessageDigest digest = Hash.newSha256();
    digest.update(name.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) '\n');
    digest.update((byte) type.code());
    return ByteBuffer.wrap(digest.digest(raw)).getInt();
  }

  private static PublicKey publicKey(KeyType type, byte[] raw) {
    byte[] prefix = HexFormat.of().parseHex(type.spkiPrefix());
    byte[] encoded = Arrays.copyOf(prefix, prefix.length + raw.length);
    System.arraycopy(raw, 0, encoded, prefix.length, raw.length);
    try {
      PublicKey key =
          KeyFactory.getInstance(type.algorithm()).generatePublic(new X509EncodedKeySpec(encoded));
      Signature.getInstance(type.algorithm()).initVerify(key);
      return key;
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("key: not a public key of " + type.algorithm(), e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifierKey that
        && name.equals(that.name)
        && type == that.type
        && Arrays.equals(raw, that.raw);
  }

  @Override
  public int hashCode() {
    return id;
  }

  /// The text form, which [#parse] reads.
  @Override
  public String toString() {
    byte[] typed = new byte[1 + raw.length];
    typed[0] = (byte) type.code();
    System.arraycopy(raw, 0, typed, 1, raw.length);
    return shortName() + "+" + Base64Text.write(typed);
  }
}
