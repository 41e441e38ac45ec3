package qerberos.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import qerberos.settings.TlsSettings;

/// A certificate for localhost and its key, made by the JDK's keytool, and how they are written
/// into files.
public record OwnPair(PrivateKey key, List<Certificate> chain) {
  /// `kind` is as keytool has it: `-keyalg EC -groupname secp256r1`; `more` other options.
  public static OwnPair make(Path folder, String kind, String... more) throws Exception {
    Path store = Files.createTempDirectory(folder, "pair").resolve("store.p12");
    keytool(store, "own", kind, more);
    return read(store);
  }

  /// One that another certificate signed, which itself is signed by a third.
  static OwnPair chained(Path folder) throws Exception {
    Path store = Files.createTempDirectory(folder, "pair").resolve("store.p12");
    keytool(store, "root", "-keyalg EC -groupname secp256r1", "-ext", "bc:c");
    keytool(store, "middle", "-keyalg EC -groupname secp256r1", "-ext", "bc:c", "-signer", "root");
    keytool(store, "own", "-keyalg EC -groupname secp256r1", "-signer", "middle");
    return read(store);
  }

  private static void keytool(Path store, String alias, String kind, String... more)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", alias, "-dname", "CN=localhost"));
    command.addAll(List.of("-ext", "san=dns:localhost,ip:127.0.0.1"));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", "changeit"));
    command.addAll(List.of(kind.split(" ")));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }

  private static OwnPair read(Path store) throws Exception {
    KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    return new OwnPair(
        (PrivateKey) keys.getKey("own", "changeit".toCharArray()),
        List.of(keys.getCertificateChain("own")));
  }

  /// Writes both beside each other, or over those that are there, in one step each.
  public TlsSettings into(Path folder) throws Exception {
    return into(folder, pem("PRIVATE KEY", key.getEncoded()));
  }

  TlsSettings into(Path folder, String keyText) throws Exception {
    StringBuilder text = new StringBuilder("a comment, as some tools write it\n");
    for (Certificate one : chain) {
      text.append(pem("CERTIFICATE", one.getEncoded()));
    }
    return new TlsSettings(
        replace(folder.resolve("cert.pem"), text.toString()),
        replace(folder.resolve("key.pem"), keyText));
  }

  static Path replace(Path file, String text) throws IOException {
    Path fresh = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), text);
    return Files.move(
        fresh,
        file,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  /// The key as older programs write it: what PKCS#8 wraps, which is its last element.
  byte[] unwrapped() {
    byte[] der = key.getEncoded();
    for (int at = 4; at < der.length; at++) {
      int length = der[at + 1] & 0xff;
      int head = length == 0x81 ? 3 : length == 0x82 ? 4 : 2;
      int content =
          length == 0x81
              ? der[at + 2] & 0xff
              : length == 0x82 ? ((der[at + 2] & 0xff) << 8) | (der[at + 3] & 0xff) : length;
      if (der[at] == 4 && at + head + content == der.length) {
        return Arrays.copyOfRange(der, at + head, der.length);
      }
    }
    throw new IllegalStateException("not PKCS#8");
  }

  static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  /// A client that trusts what is in this file now, and checks names as all clients do.
  static SSLContext client(Path certificates) {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      byte[] text =
          Files.readString(certificates)
              .replace("a comment, as some tools write it\n", "")
              .getBytes(StandardCharsets.UTF_8);
      int count = 0;
      for (Certificate one :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(text))) {
        trusted.setCertificateEntry("c" + count++, one);
      }
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
