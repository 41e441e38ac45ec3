package qerberos.trail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.zip.CRC32C;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import qerberos.event.SubjectKey;
import qerberos.state.WholeFile;

/// The one key that names subjects and wraps their keys, 32 random bytes in the file `master.key`,
/// mode 0600. What it makes of a subject's key is a record of 96 bytes:
///
///     name     32   HMAC-SHA256(master, "name", subject): the record itself names nobody
///     nonce    12   random
///     wrapped  48   the subject's key, AES-256-GCM under the wrapping key, name as AAD
///     check     4   CRC-32C of the 92 bytes before it
///
/// Safe for concurrent use.
final class MasterKey {
  static final int RECORD_BYTES = 96;

  private static final int KEY = 32;
  private static final int NAME = 32;
  private static final int NONCE = 12;
  private static final int WRAPPED = 48;
  private static final int CHECKED = NAME + NONCE + WRAPPED;

  /// What a subject is called in a record.
  static final class Name {
    private final byte[] bytes;

    private Name(byte[] bytes) {
      this.bytes = bytes;
    }

    /// The first 32 of its 256 bits.
    int fingerprint() {
      return ByteBuffer.wrap(bytes).getInt();
    }

    /// Whether a record is that of this name.
    boolean isOf(byte[] record) {
      return Arrays.equals(bytes, 0, NAME, record, 0, NAME);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Name name && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
      return fingerprint();
    }
  }

  private final SecretKeySpec naming;
  private final SecretKeySpec wrapping;

  private MasterKey(byte[] key) {
    this.naming = derived(key, "qerberos subject names 1");
    this.wrapping = derived(key, "qerberos subject wrapping 1");
  }

  /// Reads the file.
  ///
  /// @throws IOException it cannot be read, or does not hold 32 bytes
  static MasterKey read(Path path) throws IOException {
    byte[] key = Files.readAllBytes(path);
    if (key.length != KEY) {
      throw new IOException(path + ": " + key.length + " bytes, want " + KEY);
    }
    return new MasterKey(key);
  }

  /// Makes the file, which is durable on return.
  static MasterKey make(Path path, SecureRandom random) throws IOException {
    byte[] key = new byte[KEY];
    random.nextBytes(key);
    // The draft is nobody else's from its first moment on.
    Path draft = path.resolveSibling(path.getFileName() + WholeFile.DRAFT);
    Files.deleteIfExists(draft);
    Files.createFile(
        draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    WholeFile.replace(path, key);
    return new MasterKey(key);
  }

  Name name(String subject) {
    return new Name(hmac(naming, subject.getBytes(StandardCharsets.UTF_8)));
  }

  /// The record of a subject's key, with a fresh nonce.
  byte[] wrap(Name name, byte[] key, SecureRandom random) {
    byte[] nonce = new byte[NONCE];
    random.nextBytes(nonce);
    ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES);
    record.put(name.bytes).put(nonce).put(crypt(Cipher.ENCRYPT_MODE, name.bytes, nonce, key));
    return record.putInt(check(record.array(), 0)).array();
  }

  /// The key in a record that is whole.
  SubjectKey unwrap(byte[] record) {
    byte[] name = Arrays.copyOf(record, NAME);
    byte[] nonce = Arrays.copyOfRange(record, NAME, NAME + NONCE);
    byte[] wrapped = Arrays.copyOfRange(record, NAME + NONCE, CHECKED);
    return new SubjectKey(crypt(Cipher.DECRYPT_MODE, name, nonce, wrapped));
  }

  /// Whether the record that begins there passes its check.
  static boolean isWhole(byte[] bytes, int at) {
    return check(bytes, at) == ByteBuffer.wrap(bytes).getInt(at + CHECKED);
  }

  private static int check(byte[] bytes, int at) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, at, CHECKED);
    return (int) crc.getValue();
  }

  private byte[] crypt(int mode, byte[] name, byte[] nonce, byte[] text) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, wrapping, new GCMParameterSpec(128, nonce));
      cipher.updateAAD(name);
      return cipher.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "subject keys: a record does not open with this master key", e);
    }
  }

  private static SecretKeySpec derived(byte[] key, String label) {
    byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
    return new SecretKeySpec(hmac(new SecretKeySpec(key, "HmacSHA256"), bytes), "AES");
  }

  private static byte[] hmac(SecretKeySpec key, byte[] text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no HmacSHA256", e);
    }
  }
}
