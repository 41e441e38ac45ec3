package qerberos.notice;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A certificate made by the JDK's keytool, for a server that shows it and a client that believes
/// it and no other.
///
/// @param store a PKCS#12 file whose password is [#PASSWORD]
record OwnCertificate(Path store) {
  static final String PASSWORD = "changeit";

  /// `names` as keytool has them: `dns:localhost,ip:127.0.0.1`.
  static OwnCertificate make(Path folder, String names) throws Exception {
    Path store = Files.createTempDirectory(folder, "own").resolve("store.p12");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "own",
                    "-dname",
                    "CN=own",
                    "-ext",
                    "san=" + names,
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    PASSWORD,
                    "-keyalg",
                    "EC",
                    "-groupname",
                    "secp256r1"))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("keytool: " + said);
    }
    return new OwnCertificate(store);
  }

  SSLContext server() throws Exception {
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  SSLContext client() throws Exception {
    KeyStore own = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    KeyStore believed = KeyStore.getInstance("PKCS12");
    believed.load(null, null);
    believed.setCertificateEntry("own", own.getCertificate("own"));
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(believed);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }
}
