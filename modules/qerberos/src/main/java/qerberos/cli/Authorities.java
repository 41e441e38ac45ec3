package qerberos.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Whose signature under a server's certificate is taken instead of those that the machine trusts:
/// the certificates in a PEM file, which may be the server's own.
final class Authorities {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----");

  private Authorities() {}

  /// A context for clients.
  static SSLContext in(Path file) throws Failure {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate certificate : certificates(file)) {
        store.setCertificateEntry("ca-" + number++, certificate);
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Collection<? extends Certificate> certificates(Path file) throws Failure {
    var pem = new StringBuilder();
    try {
      // Some tools write about each certificate before it, which the JDK does not pass over.
      Matcher blocks = BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
      while (blocks.find()) {
        pem.append(blocks.group()).append('\n');
      }
    } catch (IOException e) {
      throw new Failure(Exit.USAGE, "--ca: " + Reasons.of(e));
    }
    try {
      if (!pem.isEmpty()) {
        return CertificateFactory.getInstance("X.509")
            .generateCertificates(
                new ByteArrayInputStream(pem.toString().getBytes(StandardCharsets.US_ASCII)));
      }
    } catch (CertificateException _) {
      // said below
    }
    throw new Failure(Exit.USAGE, "--ca: " + file + ": holds no certificate in PEM");
  }
}
