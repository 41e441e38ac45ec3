package qerberos.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import qerberos.settings.TlsSettings;

/// A certificate, those that signed it, and the private key that belongs to it. Immutable.
///
/// [#read] takes the two files as any authority's client writes them: the key in PKCS#8, or in the
/// older forms of RSA (PKCS#1) and EC (SEC 1), which lack the name of the algorithm; it is the one
/// in the certificate, else the two do not belong together anyway.
record CertificatePair(List<X509Certificate> chain, PrivateKey key) {
  private static final String CERT = "QERBEROS_TLS_CERT_FILE: ";
  private static final String KEY = "QERBEROS_TLS_KEY_FILE: ";
  private static final int LEAST_RSA_BITS = 2048;

  CertificatePair {
    chain = List.copyOf(chain);
  }

  /// Reads and checks both.
  ///
  /// @throws IllegalArgumentException one sentence that names the setting, the file and what is
  ///     wrong: not there, not PEM, another's key, too short, expired, not valid yet, out of order
  static CertificatePair read(TlsSettings files, Instant now) {
    List<X509Certificate> chain = chain(files.certificate());
    X509Certificate own = chain.getFirst();
    String where = CERT + files.certificate() + ": ";
    if (now.isAfter(own.getNotAfter().toInstant())) {
      throw new IllegalArgumentException(
          where + "the certificate expired at " + own.getNotAfter().toInstant());
    }
    if (now.isBefore(own.getNotBefore().toInstant())) {
      throw new IllegalArgumentException(
          where + "the certificate is valid from " + own.getNotBefore().toInstant() + " only");
    }
    if (own.getPublicKey() instanceof RSAKey rsa && rsa.getModulus().bitLength() < LEAST_RSA_BITS) {
      throw new IllegalArgumentException(
          where
              + "the key has "
              + rsa.getModulus().bitLength()
              + " bits, want "
              + LEAST_RSA_BITS
              + " or more");
    }
    for (int i = 1; i < chain.size(); i++) {
      if (!signed(chain.get(i - 1), chain.get(i))) {
        throw new IllegalArgumentException(
            where
                + "certificate "
                + (i + 1)
                + " did not sign the one before it; want the server's first, then its signers");
      }
    }
    PrivateKey key = key(files.key(), own.getPublicKey());
    if (!belong(own.getPublicKey(), key)) {
      throw new IllegalArgumentException(
          KEY + files.key() + ": is not the key of the certificate in " + files.certificate());
    }
    return new CertificatePair(chain, key);
  }

  /// Until when clients take it: the first end in the chain.
  Instant expires() {
    Instant first = chain.getFirst().getNotAfter().toInstant();
    for (X509Certificate one : chain) {
      Instant end = one.getNotAfter().toInstant();
      first = end.isBefore(first) ? end : first;
    }
    return first;
  }

  /// SHA-256 of the server's certificate in hex: what our own commands know it by.
  String fingerprint() {
    try {
      byte[] der = chain.getFirst().getEncoded();
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<PemBlock> blocks(String setting, Path file) {
    try {
      return PemBlock.in(file);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(setting + file + ": " + e.getMessage(), e);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(setting + file + ": no such file", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(setting + file + ": cannot be read", e);
    }
  }

  private static List<X509Certificate> chain(Path file) {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      var factory = CertificateFactory.getInstance("X.509");
      for (PemBlock block : blocks(CERT, file)) {
        if (block.label().equals("CERTIFICATE")
            && factory.generateCertificate(new ByteArrayInputStream(block.der()))
                instanceof X509Certificate one) {
          chain.add(one);
        }
      }
    } catch (CertificateException e) {
      throw new IllegalArgumentException(
          CERT + file + ": holds a certificate that cannot be read: " + e.getMessage(), e);
    }
    if (chain.isEmpty()) {
      throw new IllegalArgumentException(
          CERT + file + ": holds no certificate, want PEM that begins with BEGIN CERTIFICATE");
    }
    return chain;
  }

  private static PrivateKey key(Path file, PublicKey belongsTo) {
    String where = KEY + file + ": ";
    for (PemBlock block : blocks(KEY, file)) {
      try {
        switch (block.label()) {
          case "PRIVATE KEY" -> {
            return privateKey(block.der(), belongsTo.getAlgorithm());
          }
          case "RSA PRIVATE KEY", "EC PRIVATE KEY" -> {
            byte[] named = named(algorithmOf(belongsTo), block.der());
            return privateKey(named, belongsTo.getAlgorithm());
          }
          default -> {
            // EC PARAMETERS and certificates may stand before the key
          }
        }
      } catch (InvalidKeySpecException e) {
        throw new IllegalArgumentException(
            where + "is not a key of the certificate's kind, " + belongsTo.getAlgorithm(), e);
      } catch (GeneralSecurityException e) {
        throw new IllegalArgumentException(where + "cannot be read: " + e.getMessage(), e);
      }
    }
    throw new IllegalArgumentException(
        where + "holds no private key, want PEM that begins with BEGIN PRIVATE KEY");
  }

  private static PrivateKey privateKey(byte[] pkcs8, String algorithm)
      throws GeneralSecurityException {
    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  /// A key of the older forms as PKCS#8 has it: version 0, the algorithm, the key.
  private static byte[] named(byte[] algorithm, byte[] key) {
    return element(0x30, joined(element(0x02, new byte[] {0}), algorithm, element(0x04, key)));
  }

  /// The algorithm's name as it stands in a public key: the first element of the outer one.
  private static byte[] algorithmOf(PublicKey key) {
    byte[] der = key.getEncoded();
    int inner = start(der, 0);
    return Arrays.copyOfRange(der, inner, start(der, inner) + length(der, inner));
  }

  /// Where the content of the element at this place begins.
  private static int start(byte[] der, int at) {
    int length = der[at + 1] & 0xff;
    return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
  }

  private static int length(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    int length = first < 0x80 ? first : 0;
    for (int i = at + 2; i < start(der, at); i++) {
      length = (length << 8) | (der[i] & 0xff);
    }
    return length;
  }

  private static byte[] element(int tag, byte[] content) {
    int length = content.length;
    byte[] head =
        length < 0x80
            ? new byte[] {(byte) tag, (byte) length}
            : length < 0x100
                ? new byte[] {(byte) tag, (byte) 0x81, (byte) length}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    return joined(head, content);
  }

  private static byte[] joined(byte[]... parts) {
    int all = 0;
    for (byte[] part : parts) {
      all += part.length;
    }
    byte[] whole = new byte[all];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    return whole;
  }

  private static boolean signed(X509Certificate one, X509Certificate by) {
    try {
      one.verify(by.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean belong(PublicKey open, PrivateKey secret) {
    if (open instanceof RSAKey one && secret instanceof RSAKey other) {
      return one.getModulus().equals(other.getModulus());
    }
    String how = open.getAlgorithm().equals("EC") ? "SHA256withECDSA" : open.getAlgorithm();
    try {
      byte[] text = "one key".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      Signature signing = Signature.getInstance(how);
      signing.initSign(secret);
      signing.update(text);
      byte[] signature = signing.sign();
      Signature verifying = Signature.getInstance(how);
      verifying.initVerify(open);
      verifying.update(text);
      return verifying.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
