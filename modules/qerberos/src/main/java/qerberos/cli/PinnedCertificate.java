package qerberos.cli;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// Takes one certificate and no other, whoever signed it and whatever name it bears: the one that
/// the server of a folder wrote into that folder. The administrator's token goes to nobody else.
/// Immutable.
final class PinnedCertificate extends X509ExtendedTrustManager {
  private final byte[] sha256;

  private PinnedCertificate(byte[] sha256) {
    this.sha256 = sha256.clone();
  }

  /// A context for clients.
  static SSLContext only(String sha256InHex) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      var trust = new PinnedCertificate(HexFormat.of().parseHex(sha256InHex));
      context.init(null, new TrustManager[] {trust}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    try {
      byte[] shown = MessageDigest.getInstance("SHA-256").digest(chain[0].getEncoded());
      if (!MessageDigest.isEqual(shown, sha256)) {
        throw new CertificateException(
            "the server shows another certificate than server.json names; is it the server of"
                + " this folder?");
      }
    } catch (GeneralSecurityException e) {
      throw e instanceof CertificateException one ? one : new CertificateException(e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("we are no server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw new CertificateException("we are no server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("we are no server");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
