package qerberos.event;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.spec.SecretKeySpec;

/// The key of one subject: 32 random bytes. From it come the salts of the commitments and the key
/// that encrypts the values, each under its own label. Safe for concurrent use.
///
/// Salts need no store: whoever has the key can make them again, and once it is destroyed nobody
/// can test a guess against a commitment.
public final class SubjectKey {
  /// Length of a key, 32.
  public static final int BYTES = 32;

  private static final int BLOCK_BYTES = 64;
  private static final byte[] SALT_LABEL = label("qerberos/salt/v1");
  private static final byte[] COMMITMENT_LABEL = label("qerberos/commitment/v1");
  private static final byte[] VALUE_KEY_LABEL = label("qerberos/value-key/v1");

  private final byte[] innerPad;
  private final byte[] outerPad;
  private final SecretKeySpec valueKey;

  /// @throws IllegalArgumentException when these are not 32 bytes
  public SubjectKey(byte[] key) {
    if (key.length != BYTES) {
      throw new IllegalArgumentException("key: " + key.length + " bytes, want " + BYTES);
    }
    innerPad = pad(key, 0x36);
    outerPad = pad(key, 0x5c);
    var crypto = new Crypto();
    crypto.parts.raw(innerPad);
    crypto.part(VALUE_KEY_LABEL);
    var derived = new byte[Crypto.HASH_BYTES];
    crypto.hmac(outerPad, derived);
    valueKey = new SecretKeySpec(derived, "AES");
  }

  private static byte[] label(String label) {
    return label.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] pad(byte[] key, int with) {
    byte[] pad = Arrays.copyOf(key, BLOCK_BYTES);
    for (int i = 0; i < BLOCK_BYTES; i++) {
      pad[i] ^= (byte) with;
    }
    return pad;
  }

  /// The salt of the value at one path of one event, 32 bytes. To disclose a value is to give it
  /// away together with this; no other value is disclosed by it.
  public byte[] salt(String source, String id, String path) {
    var crypto = new Crypto();
    var salt = new byte[Crypto.HASH_BYTES];
    salt(crypto, saltBegin(crypto, source, id), path, salt);
    return salt;
  }

  /// Puts what the salts of one event begin with into `crypto.parts`, and says how much that is.
  int saltBegin(Crypto crypto, String source, String id) {
    crypto.parts.clear();
    crypto.parts.raw(innerPad);
    crypto.part(SALT_LABEL);
    crypto.part(source);
    crypto.part(id);
    return crypto.parts.size;
  }

  /// The salt of one path, as the next thing after `saltBegin` or another salt of the same event.
  void salt(Crypto crypto, int begin, String path, byte[] to) {
    crypto.parts.size = begin;
    crypto.part(path);
    crypto.hmac(outerPad, to);
  }

  /// The commitment to a value, 32 bytes: what the leaf holds in its place. Anybody who was given
  /// salt, path and value can compute it and compare.
  ///
  /// @param value the canonical JSON of the value; of `/original` the text itself in UTF-8
  public static byte[] commitment(byte[] salt, String path, byte[] value) {
    var commitment = new byte[Crypto.HASH_BYTES];
    commitment(new Crypto(), salt, path, value, 0, value.length, commitment);
    return commitment;
  }

  static void commitment(
      Crypto crypto, byte[] salt, String path, byte[] value, int from, int length, byte[] to) {
    crypto.parts.clear();
    crypto.part(COMMITMENT_LABEL);
    crypto.part(salt);
    crypto.part(path);
    crypto.parts.int32(length);
    crypto.hash(value, from, length, to);
  }

  /// AES-256-GCM under the key derived for values, behind a first byte in clear.
  byte[] encrypt(Crypto crypto, byte[] leafHash, byte first, byte[] plain, int length) {
    try {
      return crypto.encrypt(valueKey, leafHash, first, plain, length);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// @throws GeneralSecurityException when ciphertext, leaf or key do not belong together
  byte[] decrypt(Crypto crypto, byte[] leafHash, byte[] sealed) throws GeneralSecurityException {
    return crypto.decrypt(valueKey, leafHash, sealed);
  }

  /// Whether both are the same key, in constant time.
  @Override
  public boolean equals(Object other) {
    return other instanceof SubjectKey key && MessageDigest.isEqual(innerPad, key.innerPad);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(valueKey.getEncoded());
  }

  /// Never the key.
  @Override
  public String toString() {
    return "SubjectKey[***]";
  }
}
