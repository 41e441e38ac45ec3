package qerberos.event;

import java.security.DigestException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/// The JDK's SHA-256, AES-GCM and deflate, made once and used again. Used by one thread at a time.
///
/// Every hash here is over parts, each preceded by its length in four bytes, the first of them a
/// label; so no two lists of parts give the same bytes.
final class Crypto {
  static final int HASH_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int BLOCK_BYTES = 64;
  private static final MessageDigest UNUSED = newSha256();

  final MessageDigest sha256;
  final CanonicalWriter parts = new CanonicalWriter(512);
  private final byte[] outer = new byte[BLOCK_BYTES + HASH_BYTES];
  private Cipher cipher;
  private final byte[] lastNonce = new byte[NONCE_BYTES];
  private @Nullable Deflater deflater;
  private @Nullable Inflater inflater;

  Crypto() {
    sha256 = sha256();
    cipher = aesGcm();
  }

  /// A fresh SHA-256. A copy of one that nobody feeds is three times cheaper than asking for one.
  static MessageDigest sha256() {
    try {
      return (MessageDigest) UNUSED.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
    }
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static Cipher aesGcm() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES/GCM/NoPadding", e);
    }
  }

  /// RFC 6962: SHA-256 over a zero byte and the leaf.
  byte[] leafHash(byte[] leaf) {
    sha256.update((byte) 0);
    return sha256.digest(leaf);
  }

  void part(byte[] bytes) {
    parts.int32(bytes.length);
    parts.raw(bytes);
  }

  void part(String text) {
    parts.int32(0);
    int from = parts.size;
    parts.utf8(text);
    int length = parts.size - from;
    parts.size = from - Integer.BYTES;
    parts.int32(length);
    parts.size = from + length;
  }

  /// HMAC-SHA-256 (RFC 2104) over the parts so far, of which the first 64 bytes are the key xored
  /// with 0x36; `outerPad` is the key xored with 0x5c.
  void hmac(byte[] outerPad, byte[] to) {
    try {
      System.arraycopy(outerPad, 0, outer, 0, BLOCK_BYTES);
      sha256.update(parts.buffer, 0, parts.size);
      sha256.digest(outer, BLOCK_BYTES, HASH_BYTES);
      sha256.update(outer, 0, outer.length);
      sha256.digest(to, 0, HASH_BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException("32 bytes hold a SHA-256", e);
    }
  }

  /// SHA-256 over the parts so far and then these bytes.
  void hash(byte[] last, int from, int length, byte[] to) {
    try {
      sha256.update(parts.buffer, 0, parts.size);
      sha256.update(last, from, length);
      sha256.digest(to, 0, HASH_BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException("32 bytes hold a SHA-256", e);
    }
  }

  /// Encrypts, behind the byte `first` in clear.
  byte[] encrypt(SecretKey key, byte[] leafHash, byte first, byte[] plain, int length)
      throws GeneralSecurityException {
    if (Arrays.equals(leafHash, 0, NONCE_BYTES, lastNonce, 0, NONCE_BYTES)) {
      // The JDK refuses a nonce twice in a row, rightly; here it is the same leaf once more.
      cipher = aesGcm();
    }
    begin(Cipher.ENCRYPT_MODE, key, leafHash);
    var out = new byte[1 + length + TAG_BITS / 8];
    out[0] = first;
    int written = cipher.doFinal(plain, 0, length, out, 1);
    assert written == out.length - 1;
    return out;
  }

  byte[] decrypt(SecretKey key, byte[] leafHash, byte[] sealed) throws GeneralSecurityException {
    begin(Cipher.DECRYPT_MODE, key, leafHash);
    return cipher.doFinal(sealed, 1, sealed.length - 1);
  }

  private void begin(int mode, SecretKey key, byte[] leafHash) throws GeneralSecurityException {
    System.arraycopy(leafHash, 0, lastNonce, 0, NONCE_BYTES);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, leafHash, 0, NONCE_BYTES));
    cipher.updateAAD(leafHash);
  }

  /// Deflates (RFC 1951) into `to`, or returns -1 when the result would not fit.
  int deflate(byte[] from, int start, int length, byte[] to, int at) {
    Deflater worker = deflater;
    if (worker == null) {
      worker = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
      deflater = worker;
    }
    worker.reset();
    worker.setInput(from, start, length);
    worker.finish();
    int written = worker.deflate(to, at, to.length - at);
    return worker.finished() ? written : -1;
  }

  /// Inflates all of it, at most `max` bytes.
  byte[] inflate(byte[] from, int start, int max) throws DataFormatException {
    Inflater worker = inflater;
    if (worker == null) {
      worker = new Inflater(true);
      inflater = worker;
    }
    worker.reset();
    worker.setInput(from, start, from.length - start);
    byte[] out = new byte[Math.min(max, (from.length - start) * 4 + 64)];
    int size = 0;
    while (!worker.finished()) {
      if (size == out.length) {
        if (size == max) {
          throw new DataFormatException("more than " + max + " bytes");
        }
        out = Arrays.copyOf(out, Math.min(max, size * 2));
      }
      int count = worker.inflate(out, size, out.length - size);
      if (count == 0 && !worker.finished()) {
        if (worker.needsInput() || worker.needsDictionary()) {
          throw new DataFormatException("cut short");
        }
      }
      size += count;
    }
    return Arrays.copyOf(out, size);
  }
}
