package qerberos.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.settings.IdentitySettings;
import qerberos.settings.LimitSettings;
import qerberos.settings.StateSettings;
import qerberos.state.SettableClock;
import qerberos.state.State;
import qerberos.state.Telling;

/// The bundled sQuid and Qonsent as their callers see them.
final class StandalonePairTest {
  @TempDir Path folder;

  @Test
  void secrets_areMadeOnceAndReadableByTheirOwnerAlone() throws Exception {
    String admin;
    String password;
    try (House house = new House(folder)) {
      admin = house.secret("admin.token");
      password = house.secret("identities/user123.password");
    }
    try (House house = new House(folder);
        var files = Files.walk(folder.resolve("secrets"))) {
      assertThat(house.secret("admin.token")).isEqualTo(admin);
      assertThat(house.secret("identities/user123.password")).isEqualTo(password);
      for (Path file : files.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(file.toString())
            .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------");
      }
    }
    try (var files = Files.list(folder.resolve("secrets"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "admin.token",
              "metrics.token",
              "alerts.token",
              "health.token",
              "qonsent.token",
              "squid-signing.key",
              "identities");
    }
  }

  @Test
  void twoHouses_shareNoSecret() throws Exception {
    try (House one = new House(folder.resolve("1"));
        House two = new House(folder.resolve("2"))) {
      assertThat(one.secret("admin.token")).isNotEqualTo(two.secret("admin.token"));
      assertThat(one.secret("identities/admin456.password"))
          .isNotEqualTo(two.secret("identities/admin456.password"));
      String token = one.accessToken("admin456");
      assertThat(two.decide(SettableRequest.get().bearer(token), Permission.ADMIN))
          .isInstanceOf(Decision.Denied.class);
    }
  }

  @Test
  void health_hasTheRunbooksShape() throws Exception {
    try (House house = new House(folder)) {
      for (int port :
          List.of(house.gate.squidPort().orElseThrow(), house.gate.qonsentPort().orElseThrow())) {
        Message health = get("http://127.0.0.1:" + port + "/health");
        assertThat(health.members().keySet())
            .containsExactlyInAnyOrder("status", "timestamp", "version", "dependencies");
        assertThat(health.text("status")).isEqualTo("healthy");
        assertThat(health.text("version")).isEqualTo("1.0.0");
        assertThat(Instant.parse(String.valueOf(health.text("timestamp"))))
            .isEqualTo(house.clock.instant());
      }
      assertThat(house.gate.squidHealth().status()).isEqualTo(UpstreamHealth.Status.UP);
      assertThat(house.gate.qonsentHealth().status()).isEqualTo(UpstreamHealth.Status.UP);
    }
  }

  @Test
  void squid_answersInTheAgreedShapes() throws Exception {
    try (House house = new House(folder)) {
      String base = "http://127.0.0.1:" + house.gate.squidPort().orElseThrow();
      String token = house.accessToken("user123");
      Message verified = House.post(base + "/api/v1/auth/verify", token, Map.of());
      assertThat(verified.flag("valid")).isTrue();
      assertThat(verified.at("identity"))
          .isEqualTo(Map.of("squidId", "did:squid:user123", "daoId", "dao-1"));
      assertThat(verified.text("expiresAt"))
          .isEqualTo(house.clock.instant().plus(SquidTokens.ACCESS).toString());
      Message refused = House.post(base + "/api/v1/auth/verify", "x", Map.of());
      assertThat(refused.flag("valid")).isFalse();
      assertThat(refused.text("error")).isEqualTo("not a token");

      Message known = get(base + "/api/v1/identity/did:squid:user123");
      assertThat(known.flag("exists")).isTrue();
      assertThat(known.text("status")).isEqualTo("ACTIVE");
      assertThat(get(base + "/api/v1/identity/did:squid:x").text("code")).isEqualTo("NOT_FOUND");
      assertThat(get(base + "/api/v1/identity/user123").text("code")).isEqualTo("NOT_FOUND");
    }
  }

  @Test
  void squid_putsOnlyTheIdentitysOwnSubidentityIntoAToken() throws Exception {
    try (House house = new House(folder)) {
      Map<String, Object> wanted = new LinkedHashMap<>();
      wanted.put("username", "did:squid:user123");
      wanted.put("password", house.secret("identities/user123.password"));
      wanted.put("subId", "phone");
      String token = String.valueOf(house.squid("/auth/login", wanted).text("access_token"));
      assertThat(house.decide(SettableRequest.get().bearer(token), Permission.AUDIT_READ))
          .isInstanceOfSatisfying(
              Decision.Granted.class,
              granted ->
                  assertThat(granted.caller().identity())
                      .isEqualTo(new SquidIdentity("did:squid:user123", "phone", "dao-1")));
      wanted.put("subId", "somebody");
      assertThat(house.squid("/auth/login", wanted).text("code"))
          .isEqualTo("SQUID_IDENTITY_INVALID");
    }
  }

  @Test
  void squid_stopsWhoGuessesPasswords() throws Exception {
    var limits = new LimitSettings(50_000, 100, 200, 60_000, 5, 50, 500, 100, 50, 10, 12_000);
    try (House house = new House(folder, limits)) {
      Map<String, String> guess = Map.of("username", "admin456", "password", "letmein");
      for (int i = 0; i < 5; i++) {
        assertThat(house.squid("/auth/login", guess).text("code")).isEqualTo("INVALID_TOKEN");
      }
      assertThat(house.squid("/auth/login", guess).text("code")).isEqualTo("RATE_LIMIT_EXCEEDED");
    }
  }

  @Test
  void squid_refusesBadBodiesWithAReason() throws Exception {
    try (House house = new House(folder)) {
      String base = "http://127.0.0.1:" + house.gate.squidPort().orElseThrow();
      for (String body : List.of("", "{", "[]", "{\"a\":1,\"a\":2}", "{}{}")) {
        for (String path :
            List.of("/auth/login", "/auth/refresh", "/api/v1/auth/verify-signature")) {
          HttpResponse<byte[]> answer = send(base + path, body);
          assertThat(answer.statusCode()).as(path + " " + body).isEqualTo(400);
          assertThat(Message.read(answer.body()).text("message")).startsWith("body: ");
        }
      }
      // Still sending when the refusal comes, and hears it all the same.
      for (int size : new int[] {70_000, 900_000}) {
        String large = "{\"a\":\"" + "x".repeat(size) + "\"}";
        assertThat(send(base + "/auth/login", large).statusCode()).as("%d", size).isEqualTo(400);
      }
    }
  }

  @Test
  void qonsent_checksItsCallerAndThePatterns() throws Exception {
    try (House house = new House(folder)) {
      String url =
          "http://127.0.0.1:" + house.gate.qonsentPort().orElseThrow() + "/api/v1/qonsent/check";
      String ours = house.secret("qonsent.token");
      Map<String, String> good =
          Map.of(
              "resource", "qerberos:audit:some-id_1",
              "identity", "did:squid:user123",
              "action", "read");
      Message allowed = House.post(url, ours, good);
      assertThat(allowed.text("status")).isEqualTo("ok");
      assertThat(allowed.flag("data", "allowed")).isTrue();
      assertThat(allowed.text("data", "conditions", "scope")).isEqualTo("own");
      assertThat(allowed.text("data", "auditTrail", "checkId")).isNotBlank();
      assertThat(House.post(url, null, good).text("code")).isEqualTo("INVALID_TOKEN");
      assertThat(House.post(url, house.secret("admin.token"), good).text("code"))
          .isEqualTo("INVALID_TOKEN");

      for (var wrong :
          Map.of(
                  "resource", "qerberos:audit",
                  "identity", "user123",
                  "action", "own")
              .entrySet()) {
        Map<String, String> bad = new LinkedHashMap<>(good);
        bad.put(wrong.getKey(), wrong.getValue());
        Message refused = House.post(url, ours, bad);
        assertThat(refused.text("code")).isEqualTo("VALIDATION_ERROR");
        assertThat(refused.text("message")).startsWith(wrong.getKey() + ": want ");
      }
      Map<String, String> unlisted = new LinkedHashMap<>(good);
      unlisted.put("identity", "did:squid:stranger");
      assertThat(House.post(url, ours, unlisted).flag("data", "allowed")).isFalse();
    }
  }

  @Test
  void otherThanLoopback_needsAllowInsecure() throws Exception {
    assertThatThrownBy(() -> open("0.0.0.0", 0, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the bundled sQuid hands out access over plain HTTP and listens on loopback addresses"
                + " only; 0.0.0.0 needs --allow-insecure");
    open("0.0.0.0", 0, true).close();
    open("::1", 0, false).close();
    open("localhost", 0, false).close();
  }

  @Test
  void busyPort_isRefusedWithTheFlagToUse() throws Exception {
    try (var taken = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"))) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> open("127.0.0.1", port, false))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "port "
                  + port
                  + " on 127.0.0.1 cannot be had (Address already in use), and the bundled sQuid"
                  + " wants it; choose another with --squid-port, 0 takes a free one");
    }
  }

  private Gate open(String bind, int squidPort, boolean allowInsecure) throws IOException {
    Path config = Files.createDirectories(folder.resolve("config"));
    Files.writeString(config.resolve("identities.yaml"), House.IDENTITIES);
    Files.writeString(config.resolve("grants.yaml"), House.GRANTS);
    IdentitySettings usual = House.settings(folder);
    var settings =
        new IdentitySettings(
            usual.squidUrl(),
            usual.qonsentUrl(),
            usual.verify(),
            usual.signedForm(),
            usual.timeout(),
            usual.keepAllowed(),
            usual.keepDenied(),
            true,
            true,
            squidPort,
            0,
            bind,
            allowInsecure,
            usual.identities(),
            usual.grants(),
            usual.secrets(),
            null,
            null);
    var clock = new SettableClock();
    try (State state = State.open(StateSettings.in(folder), clock)) {
      var limits = new Limits(LimitSettings.defaults(), clock, System::nanoTime);
      return Gate.open(settings, state, limits, House.random(), clock, _ -> Telling.NOTHING);
    }
  }

  private static Message get(String url) throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      return Message.read(
          client
              .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray())
              .body());
    }
  }

  private static HttpResponse<byte[]> send(String url, String body) throws Exception {
    try (var client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(url))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofByteArray());
    }
  }
}
