package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.cli.WitnessedCommands;
import qerberos.http.RunningService.Reply;
import qerberos.settings.HttpSettings;
import qerberos.settings.TlsSettings;

/// The door over TLS: what it speaks, what it shows, how it changes that, and who cannot hold it.
class TlsTest {
  private static final String EC = "-keyalg EC -groupname secp256r1";

  @TempDir Path folder;

  private RunningService serve(TlsSettings tls) throws Exception {
    return serve(http -> http.withTls(tls));
  }

  private RunningService serve(UnaryOperator<HttpSettings> http) throws Exception {
    return RunningService.in(folder, http, RunningService.WIDE, storage -> storage);
  }

  @Test
  void versions12And13_areSpokenAndNothingOlder() throws Exception {
    TlsSettings tls = OwnPair.chained(folder).into(folder);
    try (var service = serve(tls)) {
      for (String version : List.of("TLSv1.2", "TLSv1.3")) {
        try (SSLSocket socket = socket(service, tls, version)) {
          socket.startHandshake();
          assertThat(socket.getSession().getProtocol()).isEqualTo(version);
          assertThat(socket.getSession().getCipherSuite()).matches(".*(GCM|CHACHA20).*");
          assertThat(socket.getSession().getPeerCertificates()).hasSize(3);
          assertThat(ask(socket)).startsWith("HTTP/1.1 200");
        }
      }
      for (String version : List.of("TLSv1", "TLSv1.1")) {
        assertThatThrownBy(
                () -> {
                  try (SSLSocket socket = socket(service, tls, version)) {
                    socket.startHandshake();
                  }
                })
            .as(version)
            .isInstanceOf(SSLException.class);
      }
      Reply reply = service.get("/health/detailed", service.admin);
      assertThat(reply.header("Strict-Transport-Security")).contains("max-age=31536000");
      assertThat(reply.json().object("tls").text("expires")).isNotEmpty();
      Instant expires = Instant.parse(reply.json().object("tls").text("expires"));
      String name = "qerberos_tls_certificate_expiry_timestamp_seconds ";
      String line =
          service
              .get("/metrics", service.admin)
              .text()
              .lines()
              .filter(one -> one.startsWith(name))
              .findFirst()
              .orElseThrow();
      assertThat(Double.parseDouble(line.substring(name.length())))
          .isEqualTo((double) expires.getEpochSecond());
    }
  }

  @Test
  void everyFormOfKey_isTaken() throws Exception {
    OwnPair ec = OwnPair.make(folder, EC);
    OwnPair rsa = OwnPair.make(folder, "-keyalg RSA -keysize 2048");
    OwnPair ed = OwnPair.make(folder, "-keyalg Ed25519");
    Instant now = Instant.now();
    for (TlsSettings files :
        List.of(
            ec.into(at("1")),
            rsa.into(at("2")),
            ed.into(at("3")),
            ec.into(at("4"), OwnPair.pem("EC PRIVATE KEY", ec.unwrapped())),
            ec.into(
                at("6"),
                OwnPair.pem("EC PARAMETERS", HexFormat.of().parseHex("06082a8648ce3d030107"))
                    + OwnPair.pem("EC PRIVATE KEY", withCurve(ec.unwrapped()))),
            rsa.into(at("5"), OwnPair.pem("RSA PRIVATE KEY", rsa.unwrapped())))) {
      CertificatePair pair = CertificatePair.read(files, now);
      assertThat(pair.fingerprint()).hasSize(64);
      assertThat(pair.expires()).isAfter(now);
    }
  }

  /// As `openssl ecparam -genkey` writes it: with the name of its curve, P-256.
  private static byte[] withCurve(byte[] sec1) {
    byte[] curve = HexFormat.of().parseHex("a00a06082a8648ce3d030107");
    int secret = 2 + 3 + 2 + 32;
    byte[] all = Arrays.copyOf(sec1, sec1.length + curve.length);
    System.arraycopy(curve, 0, all, secret, curve.length);
    System.arraycopy(sec1, secret, all, secret + curve.length, sec1.length - secret);
    all[1] += (byte) curve.length;
    return all;
  }

  @Test
  void aPairThatIsNotGood_isOneSentence() throws Exception {
    OwnPair good = OwnPair.make(folder, EC);
    TlsSettings files = good.into(at("good"));
    TlsSettings other = OwnPair.make(folder, EC).into(at("other"));
    TlsSettings rsa = OwnPair.make(folder, "-keyalg RSA -keysize 2048").into(at("rsa"));
    Path none = folder.resolve("none.pem");
    fault(new TlsSettings(none, files.key()), "QERBEROS_TLS_CERT_FILE: " + none + ": no such file");
    fault(
        new TlsSettings(files.certificate(), none),
        "QERBEROS_TLS_KEY_FILE: " + none + ": no such file");
    fault(
        new TlsSettings(files.certificate(), other.key()),
        "QERBEROS_TLS_KEY_FILE: "
            + other.key()
            + ": is not the key of the certificate in "
            + files.certificate());
    fault(
        new TlsSettings(files.certificate(), rsa.key()),
        "QERBEROS_TLS_KEY_FILE: " + rsa.key() + ": is not a key of the certificate's kind, EC");
    fault(new TlsSettings(files.key(), files.key()), "holds no certificate");
    fault(new TlsSettings(files.certificate(), files.certificate()), "holds no private key");
    fault(
        good.into(at("sealed"), OwnPair.pem("ENCRYPTED PRIVATE KEY", new byte[9])),
        "the key is encrypted");
    fault(good.into(at("broken"), OwnPair.pem("PRIVATE KEY", new byte[9])), "is not a key of");
    fault(
        OwnPair.make(folder, EC, "-startdate", "-3d", "-validity", "2").into(at("old")),
        "the certificate expired at");
    fault(
        OwnPair.make(folder, EC, "-startdate", "+3d").into(at("young")),
        "the certificate is valid from");
    fault(OwnPair.make(folder, "-keyalg RSA -keysize 1024").into(at("short")), "1024 bits");
    OwnPair chain = OwnPair.chained(folder);
    fault(
        new OwnPair(chain.key(), List.of(chain.chain().get(0), chain.chain().get(2)))
            .into(at("gap")),
        "certificate 2 did not sign the one before it");
  }

  private void fault(TlsSettings files, String sentence) {
    assertThatThrownBy(() -> CertificatePair.read(files, Instant.now()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence)
        .hasMessageStartingWith("QERBEROS_TLS_");
  }

  private Path at(String name) throws Exception {
    return Files.createDirectories(folder.resolve(name));
  }

  @Test
  void aNewPair_isServedWithoutARestart_andABadOneIsRefused() throws Exception {
    TlsSettings tls = OwnPair.make(folder, EC).into(folder);
    String first = CertificatePair.read(tls, Instant.now()).fingerprint();
    List<String> told = new ArrayList<>();
    try (var service = serve(tls);
        SSLSocket before = socket(service, tls, "TLSv1.3");
        var errors = new Errors()) {
      service.api.onCertificate(told::add);
      assertThat(ask(before)).startsWith("HTTP/1.1 200");

      OwnPair next = OwnPair.make(folder, "-keyalg RSA -keysize 2048");
      Path kept = Files.copy(tls.key(), folder.resolve("kept.pem"));
      next.into(folder, Files.readString(kept));
      await(() -> errors.contain("QERBEROS_TLS_KEY_FILE"));
      assertThat(errors.contain("the former certificate stays in force")).isTrue();
      assertThat(service.get("/health/detailed", service.admin).json().object("tls").text("error"))
          .contains("is not a key of the certificate's kind");
      assertThat(service.api.certificate()).contains(first);
      try (SSLSocket meanwhile = socket(service, tls, "TLSv1.3")) {
        // Trusts the new one alone, and is shown the old.
        assertThatThrownBy(meanwhile::startHandshake).isInstanceOf(SSLException.class);
      }

      next.into(folder);
      String second = CertificatePair.read(tls, Instant.now()).fingerprint();
      await(() -> service.api.certificate().orElse("").equals(second));
      assertThat(told).containsExactly(second);
      for (String version : List.of("TLSv1.2", "TLSv1.3")) {
        try (SSLSocket after = socket(service, tls, version)) {
          after.startHandshake();
          X509Certificate shown = (X509Certificate) after.getSession().getPeerCertificates()[0];
          assertThat(shown).isEqualTo(next.chain().getFirst());
          assertThat(ask(after)).startsWith("HTTP/1.1 200");
        }
      }
      assertThat(ask(before)).as("a connection of before").startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void handshakesThatNeverEnd_andStrangersWithoutTls_areLetGoWhileOthersAreServed()
      throws Exception {
    TlsSettings tls = OwnPair.make(folder, EC).into(folder);
    try (var service = serve(http -> impatient(http).withTls(tls));
        var errors = new Errors()) {
      List<Socket> stuck = new ArrayList<>();
      byte[] hello = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
      for (int i = 0; i < 60; i++) {
        Socket one = new Socket(InetAddress.getLoopbackAddress(), service.port());
        one.setSoTimeout(20_000);
        one.getOutputStream().write(hello, 0, i % hello.length);
        stuck.add(one);
      }
      Thread drip =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 200; i++) {
                        stuck.getFirst().getOutputStream().write(i == 0 ? 22 : 3);
                        Thread.sleep(50);
                      }
                    } catch (Exception e) {
                      // let go, as it should be
                    }
                  });
      for (int i = 0; i < 5; i++) {
        assertThat(service.get("/health", "").status()).isEqualTo(200);
      }
      for (Socket one : stuck) {
        assertThat(gone(one)).isTrue();
        one.close();
      }
      drip.join();
      for (String words : List.of("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\0\0\0\0", "SSH-2.0-x\n")) {
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
          plain.setSoTimeout(20_000);
          plain.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
          assertThat(gone(plain)).isTrue();
        }
      }
      for (int i = 0; i < 5; i++) {
        assertThat(service.get("/health", "").status()).isEqualTo(200);
      }
      assertThat(errors.all()).as("strangers fill no log").isEmpty();
    }
  }

  @Test
  void slowSendersOverTls_getA408() throws Exception {
    TlsSettings tls = OwnPair.make(folder, EC).into(folder);
    try (var service = serve(http -> impatient(http).withTls(tls))) {
      for (String version : List.of("TLSv1.2", "TLSv1.3")) {
        try (SSLSocket slow = socket(service, tls, version)) {
          slow.getOutputStream()
              .write("GET /health HTTP/1.1\r\nHo".getBytes(StandardCharsets.UTF_8));
          String answer = head(slow);
          assertThat(answer).startsWith("HTTP/1.1 408").contains("Strict-Transport-Security");
        }
      }
      assertThat(service.get("/health", "").status()).isEqualTo(200);
    }
  }

  @Test
  void hugeAndDeepRequestsOverTls_areRefusedWhileOthersAreServed() throws Exception {
    TlsSettings tls = OwnPair.make(folder, EC).into(folder);
    try (var service = serve(tls)) {
      String deep = "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000);
      String huge = "{\"a\":\"" + "x".repeat(3 << 20) + "\"}";
      for (int i = 0; i < 5; i++) {
        assertThat(service.post("/audit", service.admin, deep).status()).isEqualTo(413);
        Reply large = service.post("/audit", service.admin, huge);
        assertThat(large.status()).isEqualTo(413);
        assertThat(large.code()).isEqualTo("PAYLOAD_TOO_LARGE");
        assertThat(service.get("/health", "").status()).isEqualTo(200);
      }
      String event = RunningService.event("after", "t.tls", "did:squid:alice");
      assertThat(service.post("/audit", service.admin, event).status()).isEqualTo(201);
    }
  }

  /// A test's own patience: half a second for a request, two between them, at most 64 at once.
  private static HttpSettings impatient(HttpSettings usual) {
    return usual
        .withMaxConnections(64)
        .withPatience(Duration.ofMillis(500))
        .withMinBytesPerSecond(1 << 20)
        .withIdleTimeout(Duration.ofSeconds(2));
  }

  @Test
  void verify_takesACertificateThatNobodyKnows_fromAFile_andSaysHow() throws Exception {
    TlsSettings own = OwnPair.make(folder, EC).into(folder);
    Path other = Files.createDirectories(folder.resolve("other"));
    TlsSettings others = OwnPair.make(other, EC).into(other);
    try (var service = serve(own)) {
      String key = service.trail.ledger().keys().getFirst().toString();
      String url = "https://localhost:" + service.port();
      var commands = new WitnessedCommands(folder);
      assertThat(commands.verify(3, url, "--key", key))
          .contains("its certificate is signed by nobody known here", "with --ca FILE");
      assertThat(commands.verify(0, url, "--key", key, "--ca", own.certificate().toString()))
          .contains("holds");
      assertThat(commands.verify(3, url, "--key", key, "--ca", others.certificate().toString()))
          .contains("nor by one in --ca ");
      assertThat(commands.verify(2, url, "--key", key, "--ca", own.key().toString()))
          .contains("--ca: ", "holds no certificate in PEM");
      assertThat(commands.verify(2, url, "--key", key, "--ca", "nowhere.pem"))
          .contains("--ca: ", "nowhere.pem: no such file or folder");
    }
  }

  @Test
  void httpsEnforced_refusesWhatCameWithoutTls_butNeverTheInternalPlane() throws Exception {
    try (var service = serve(http -> http.withHttps(true, true))) {
      String[] byProxy = {"X-Forwarded-For", "192.0.2.7", "X-Forwarded-Proto", "http"};
      Reply refused = service.get("/audit?limit=1", service.admin, byProxy);
      assertThat(refused.status()).isEqualTo(426);
      assertThat(refused.code()).isEqualTo("HTTPS_REQUIRED");
      assertThat(refused.header("Upgrade")).contains("TLS/1.2");
      assertThat(refused.header("Strict-Transport-Security")).isEmpty();
      assertThat(service.get("/log/checkpoint", "", byProxy).status()).isEqualTo(426);
      for (String internal : List.of("/health", "/health/ready", "/health/live", "/metrics")) {
        assertThat(service.get(internal, service.admin, byProxy).status())
            .as(internal)
            .isLessThan(400);
      }
      byProxy[3] = "https";
      Reply served = service.get("/audit?limit=1", service.admin, byProxy);
      assertThat(served.status()).isEqualTo(200);
      assertThat(served.header("Strict-Transport-Security")).isNotEmpty();
      // What the client itself wrote stands before what our proxy added.
      byProxy[3] = "https, http";
      assertThat(service.get("/audit?limit=1", service.admin, byProxy).status()).isEqualTo(426);
      assertThat(service.get("/audit?limit=1", service.admin).status())
          .as("own commands")
          .isEqualTo(200);
    }
    try (var service = serve(http -> http.withHttps(false, true))) {
      assertThat(
              service.get("/audit?limit=1", service.admin, "X-Forwarded-Proto", "https").status())
          .as("anybody can write that header")
          .isEqualTo(426);
    }
  }

  @Test
  void addressesAreNotAskedForTheirName() throws Exception {
    assertThat(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}).getHostName())
        .isEqualTo("127.0.0.1");
    assertThat(InetAddress.getByName("localhost").isLoopbackAddress()).isTrue();
  }

  private static SSLSocket socket(RunningService service, TlsSettings trusted, String version)
      throws Exception {
    SSLSocket socket =
        (SSLSocket)
            OwnPair.client(trusted.certificate())
                .getSocketFactory()
                .createSocket("localhost", service.port());
    socket.setSoTimeout(20_000);
    socket.setEnabledProtocols(new String[] {version});
    return socket;
  }

  /// The head of an answer to `GET /health`, whose body is read away.
  private static String ask(SSLSocket socket) throws Exception {
    socket
        .getOutputStream()
        .write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.UTF_8));
    String head = head(socket);
    String length = head.replaceAll("(?is).*content-length: (\\d+).*", "$1");
    byte[] ignored = socket.getInputStream().readNBytes(Integer.parseInt(length));
    return head;
  }

  private static String head(Socket socket) throws Exception {
    StringBuilder head = new StringBuilder();
    InputStream in = socket.getInputStream();
    int next;
    while (head.indexOf("\r\n\r\n") < 0 && (next = in.read()) >= 0) {
      head.append((char) next);
    }
    return head.toString();
  }

  /// Whether the other end closes, whatever it says before.
  private static boolean gone(Socket socket) throws Exception {
    try {
      while (socket.getInputStream().read() >= 0) {
        // an alert
      }
    } catch (java.net.SocketException e) {
      // reset
    }
    return true;
  }

  private static void await(BooleanSupplier holds) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!holds.getAsBoolean() && System.nanoTime() < deadline) {
      Thread.sleep(50);
    }
    assertThat(holds.getAsBoolean()).isTrue();
  }

  /// What is logged as a warning or worse meanwhile.
  private static final class Errors extends Handler implements AutoCloseable {
    private final List<String> all = new java.util.concurrent.CopyOnWriteArrayList<>();
    private final Logger root = Logger.getLogger("");

    Errors() {
      root.addHandler(this);
    }

    boolean contain(String words) {
      return all.stream().anyMatch(one -> one.contains(words));
    }

    List<String> all() {
      return all;
    }

    @Override
    public void publish(LogRecord line) {
      if (line.getLevel().intValue() >= java.util.logging.Level.WARNING.intValue()) {
        all.add(String.valueOf(line.getMessage()));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      root.removeHandler(this);
    }
  }
}
