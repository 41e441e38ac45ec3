package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.http.RunningService.Reply;
import qerberos.identity.NewToken;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.settings.HttpSettings;

/// Nobody gets in, nothing breaks, and others are served meanwhile.
class IntrudersTest {
  @TempDir static Path folder;
  private static RunningService service;

  @BeforeAll
  static void start() throws Exception {
    service =
        RunningService.in(
            folder, IntrudersTest::impatient, RunningService.WIDE, storage -> storage);
  }

  private static HttpSettings impatient(HttpSettings usual) {
    return usual
        .withMaxConnections(64)
        .withMaxHeaderBytes(4 << 10)
        .withMaxRequestLineBytes(2 << 10)
        .withPatience(Duration.ofMillis(500))
        .withMinBytesPerSecond(1 << 20)
        .withIdleTimeout(Duration.ofSeconds(2))
        .withDrain(Duration.ofSeconds(5));
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
  }

  @Test
  void noTokenOrABadOne_is401AndSaysHow() throws Exception {
    Reply none = service.get("/audit", "");
    assertThat(none.status()).isEqualTo(401);
    assertThat(none.code()).isEqualTo("SQUID_IDENTITY_MISSING");
    assertThat(none.header("WWW-Authenticate")).startsWith("Bearer");
    for (String token :
        List.of(
            "x",
            service.admin + "x",
            service.admin.substring(1),
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkaWQ6c3F1aWQ6YWxpY2UifQ.",
            "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJyb2xlIjoic3VwZXJfYWRtaW4ifQ.x")) {
      Reply reply = service.get("/audit", token);
      assertThat(reply.status()).as(token).isEqualTo(401);
      assertThat(reply.text()).doesNotContain("Exception", "\tat ");
    }
    Reply twice =
        service.get("/audit", "", "Authorization", "Bearer a", "Authorization", "Bearer b");
    assertThat(twice.status()).isEqualTo(400);
  }

  @Test
  void anExpiredOrRevokedToken_andABlockedIdentity_areOut() throws Exception {
    String brief =
        service.token(
            new NewToken(
                "brief", Set.of(Permission.AUDIT_READ), Scope.ALL, Instant.now().plusMillis(400)));
    assertThat(service.get("/audit?limit=1", brief).status()).isEqualTo(200);
    Thread.sleep(600);
    Reply expired = service.get("/audit?limit=1", brief);
    assertThat(expired.status()).isEqualTo(401);
    assertThat(expired.code()).isEqualTo("TOKEN_EXPIRED");
    String carol = service.login("carol");
    assertThat(service.get("/audit?limit=1", carol).status()).isEqualTo(200);
    service.send(
        service
            .request("/admin/blocks/did:squid:carol", service.admin)
            .PUT(java.net.http.HttpRequest.BodyPublishers.ofString("{\"reason\":\"test\"}")));
    assertThat(service.get("/audit?limit=1", carol).status()).isEqualTo(401);
  }

  @Test
  void aRoleOneGivesOneself_isNoRole() throws Exception {
    String alice = service.login("alice");
    for (String[] header :
        List.of(
            new String[] {"X-Role", "super_admin"},
            new String[] {"x-dao-id", "dao:blue"},
            new String[] {"x-subid", "admin"},
            new String[] {"x-squid-id", "did:squid:admin"})) {
      int status = service.get("/admin/tokens", alice, header[0], header[1]).status();
      assertThat(status).as(header[0]).isIn(401, 403);
    }
  }

  @Test
  void refusals_areRecordedMerged() throws Exception {
    for (int i = 0; i < 20; i++) {
      service.get("/audit", "nobody-" + i);
    }
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    String found = "";
    while (!found.contains("INVALID_TOKEN") && System.nanoTime() < deadline) {
      found = service.get("/audit?type=auth.login&verdict=DENY", service.admin).text();
      Thread.sleep(50);
    }
    assertThat(found).contains("INVALID_TOKEN");
    assertThat(found.split("INVALID_TOKEN", -1).length - 1).isLessThan(5);
  }

  @Test
  void pathTricks_findNothing() throws Exception {
    for (String path :
        List.of(
            "/log/tile/0/../../../secrets/admin.token",
            "/log/tile/../keys",
            "/log/tile/0/%2e%2e/keys",
            "/log/tile/entries/%30%30%30",
            "/log//checkpoint",
            "/log/checkpoint/",
            "/log/tile/00/000",
            "/log/tile/0/0",
            "/log/tile/0/000.p/0",
            "/log/tile/0/000.p/01",
            "/log/tile/0/000.p/256",
            "/log/tile/0/000.p/255x",
            "/log/tile/0/x000/000",
            "/log/tile/0/999",
            "/log/tile/63/000",
            "/log/tile/64/000",
            "/log/tile/-1/000",
            "/log/tile/0/000?x=1",
            "/log/tile/",
            "/log/tile",
            "/log/lock",
            "/log/key",
            "/audit/..%2f..%2fsecrets")) {
      int status = raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      assertThat(status).as(path).isIn(400, 401, 404);
    }
  }

  @Test
  void brokenHttp_isAnsweredInTheEnvelopeAndNever500() throws Exception {
    for (String head :
        List.of(
            "GET\r\n\r\n",
            "GET / HTTP/1.0\r\n\r\n",
            "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
            "G\u0000T / HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "POST /audit HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
            "POST /audit HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
            "POST /audit HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "GET /audit?q=" + "a".repeat(5_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(20_000) + "\r\n\r\n",
            "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /audit/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /<script> HTTP/1.1\r\nHost: x\r\n\r\n")) {
      int status = raw(head);
      assertThat(status).as(head.substring(0, Math.min(60, head.length()))).isNotEqualTo(500);
    }
  }

  @Test
  void fuzzedBodies_areNever500() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("fuzzedBodies seed " + seed);
    Random random = new Random(seed);
    String event = RunningService.event("fuzz", "t.fuzz", "did:squid:alice");
    for (int i = 0; i < 400; i++) {
      byte[] body = event.getBytes(StandardCharsets.UTF_8);
      for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
        body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      }
      if (random.nextInt(4) == 0) {
        body = java.util.Arrays.copyOf(body, random.nextInt(body.length));
      }
      String path = random.nextBoolean() ? "/audit" : "/audit/batch";
      String[] headers =
          random.nextInt(8) == 0
              ? new String[] {"Content-Encoding", "gzip"}
              : new String[] {"Idempotency-Key", "k" + i};
      Reply reply = service.post(path, service.admin, body, headers);
      assertThat(reply.status())
          .as("seed " + seed + " round " + i + " " + new String(body, StandardCharsets.ISO_8859_1))
          .isIn(200, 201, 400, 409, 413);
      assertThat(reply.text()).doesNotContain("Exception", "\tat ");
    }
    for (int i = 0; i < 200; i++) {
      StringBuilder query = new StringBuilder();
      for (int length = random.nextInt(30); length > 0; length--) {
        query.append("%").append("%02x".formatted(1 + random.nextInt(127)));
      }
      Reply reply = service.get("/audit?q=" + query, service.admin);
      assertThat(reply.status()).as("seed " + seed + " " + query).isIn(200, 400);
    }
  }

  @Test
  void slowSenders_getA408AndOthersAreServedMeanwhile() throws Exception {
    String head =
        "POST /audit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + service.admin
            + "\r\nContent-Length: 1000\r\n\r\n{";
    try (Socket inBody = socket();
        Socket inHead = socket();
        Socket silent = socket()) {
      inBody.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      inHead
          .getOutputStream()
          .write("GET /health HTTP/1.1\r\nHo".getBytes(StandardCharsets.US_ASCII));
      long begin = System.nanoTime();
      Thread drip =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 100; i++) {
                        Thread.sleep(50);
                        inHead.getOutputStream().write('x');
                        inBody.getOutputStream().write('x');
                      }
                    } catch (Exception e) {
                      // refused, as it should be
                    }
                  });
      for (int i = 0; i < 10; i++) {
        assertThat(service.get("/health", "").status()).isEqualTo(200);
      }
      assertThat(status(inBody)).isEqualTo(408);
      assertThat(status(inHead)).isEqualTo(408);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
      silent.setSoTimeout(10_000);
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
      drip.join();
    }
  }

  /// The answer has 12 MB; what nobody takes is not kept, and neither is who waits to hand it over.
  @Test
  void slowReaders_areNotWaitedFor() throws Exception {
    String text = "x".repeat(1_900);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 1_000; i++) {
      lines
          .append("{\"type\":\"slow.reader\",\"ref\":\"r\",\"layer\":\"l\",\"verdict\":\"ALLOW\",")
          .append("\"actor\":{\"squidId\":\"a\"},\"details\":{");
      for (int field = 0; field < 6; field++) {
        lines.append(field == 0 ? "" : ",").append("\"f").append(field).append("\":\"");
        lines.append(text).append('"');
      }
      lines.append("}}\n");
    }
    assertThat(service.post("/audit/batch?wait=indexed", service.admin, lines.toString()).status())
        .isEqualTo(200);
    try (Socket slow = new Socket()) {
      slow.setReceiveBufferSize(4_096);
      slow.setSoTimeout(20_000);
      slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), service.port()));
      String request =
          "GET /audit?type=slow.reader&limit=1000 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
              + service.admin
              + "\r\n\r\n";
      slow.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      assertThat(status(slow)).isEqualTo(200);
      // Takes a byte now and then, and finds that the rest never comes.
      Thread.sleep(2_000);
      assertThat(allThatComes(slow)).isLessThan(11_000_000);
      assertThat(service.get("/health", "").status()).isEqualTo(200);
    }
    try (Socket quick = socket()) {
      String request =
          "GET /audit?type=slow.reader&limit=1000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
              + "Authorization: Bearer "
              + service.admin
              + "\r\n\r\n";
      quick.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      assertThat(allThatComes(quick)).isGreaterThan(11_000_000);
    }
  }

  private static long allThatComes(Socket socket) throws Exception {
    long all = 0;
    byte[] some = new byte[1 << 16];
    try {
      int read;
      while ((read = socket.getInputStream().read(some)) >= 0) {
        all += read;
      }
    } catch (SocketException e) {
      // closed in the middle
    }
    return all;
  }

  private static Socket socket() throws Exception {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  /// The status that a request made of these bytes gets; 0 when the connection is just closed.
  private static int raw(String request) throws Exception {
    try (Socket socket = socket()) {
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      return status(socket);
    }
  }

  private static int status(Socket socket) throws Exception {
    try {
      InputStream in = socket.getInputStream();
      byte[] line = in.readNBytes(12);
      String text = new String(line, StandardCharsets.US_ASCII);
      return text.startsWith("HTTP/1.1 ") ? Integer.parseInt(text.substring(9, 12)) : 0;
    } catch (SocketException e) {
      return 0;
    }
  }
}
