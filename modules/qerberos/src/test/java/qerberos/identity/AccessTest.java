package qerberos.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.identity.Decision.Denied;
import qerberos.identity.Decision.Granted;
import qerberos.identity.Decision.TooMany;
import qerberos.identity.Decision.Unavailable;
import qerberos.settings.LimitSettings;
import qerberos.state.BlockedIdentity;
import qerberos.state.Telling;

/// Who gets in and who does not, against the real bundled pair over loopback.
final class AccessTest {
  private static final String USER = "did:squid:user123";

  @TempDir Path folder;
  private House house;

  @BeforeEach
  void open() throws Exception {
    house = new House(folder);
  }

  @AfterEach
  void close() {
    house.close();
  }

  // --- service tokens ---

  @Test
  void adminToken_mayEverythingAndSeesEverything() throws Exception {
    for (Permission permission : Permission.values()) {
      Granted granted = granted(get().bearer(house.secret("admin.token")), permission);
      assertThat(granted.caller().source()).isEqualTo("token:admin");
      assertThat(granted.caller().view()).isEqualTo(new View.Everything());
    }
  }

  @Test
  void metricsToken_mayMetricsAlone() throws Exception {
    String token = house.secret("metrics.token");

    assertThat(granted(get().bearer(token), Permission.METRICS).caller().source())
        .isEqualTo("token:metrics");
    Denied denied = denied(get().bearer(token), Permission.AUDIT_READ);
    assertThat(denied.code()).isEqualTo(AccessCode.QONSENT_DENIED);
    assertThat(denied.message())
        .isEqualTo("permission qerberos:audit:read denied: the token does not carry it");
  }

  @Test
  void rotatedToken_theOldOneHoldsOnlyWhileItIsKeptAsPrevious() throws Exception {
    String old = house.secret("admin.token");
    Path file = folder.resolve("secrets/admin.token");
    Path previous = folder.resolve("secrets/admin.token.previous");
    Files.move(file, previous);
    Files.setLastModifiedTime(
        previous, java.nio.file.attribute.FileTime.from(house.clock.instant()));
    Files.writeString(file, "qrb_new\n");
    house.clock.advance(Duration.ofSeconds(1));

    granted(get().bearer("qrb_new"), Permission.ADMIN);
    granted(get().bearer(old), Permission.ADMIN);
    house.clock.advance(Duration.ofHours(25));
    denied(get().bearer(old), Permission.ADMIN);
    granted(get().bearer("qrb_new"), Permission.ADMIN);
  }

  @Test
  void issuedToken_carriesItsPermissionsAndSeesWhatItSent() throws Exception {
    IssuedToken shop = issue("shop", null, Permission.AUDIT_WRITE, Permission.AUDIT_READ);

    Caller caller = granted(get().bearer(shop.text()), Permission.AUDIT_WRITE).caller();
    assertThat(caller.source()).isEqualTo("token:shop");
    assertThat(caller.view()).isEqualTo(new View.OfSource("token:shop"));
    assertThat(caller.credential()).isEqualTo(shop.stored().id());
    assertThat(denied(get().bearer(shop.text()), Permission.ADMIN).code())
        .isEqualTo(AccessCode.QONSENT_DENIED);
  }

  @Test
  void issuedToken_isStoredAsAHashAndItsUseIsNoted() throws Exception {
    IssuedToken shop = issue("shop", null, Permission.AUDIT_WRITE);
    granted(get().bearer(shop.text()), Permission.AUDIT_WRITE);

    assertThat(house.gate.tokens().list().getFirst().lastUsedAt()).isEqualTo(house.clock.instant());
    assertThat(shop.toString()).doesNotContain(shop.text());
    try (var files = Files.walk(folder.resolve("state"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .doesNotContain(shop.text());
      }
    }
  }

  @Test
  void revokedToken_isRefusedAtOnce() throws Exception {
    IssuedToken shop = issue("shop", null, Permission.AUDIT_WRITE);
    granted(get().bearer(shop.text()), Permission.AUDIT_WRITE);

    assertThat(house.gate.tokens().revoke(shop.stored().id(), Instant.now(), Telling.NOTHING))
        .isTrue();
    Denied denied = denied(get().bearer(shop.text()), Permission.AUDIT_WRITE);
    assertThat(denied.code()).isEqualTo(AccessCode.INVALID_TOKEN);
    assertThat(denied.message()).endsWith("revoked");
  }

  @Test
  void tokenRevokedByAnotherProcess_isRefusedWithinASecond() throws Exception {
    IssuedToken shop = issue("shop", null, Permission.AUDIT_WRITE);
    granted(get().bearer(shop.text()), Permission.AUDIT_WRITE);
    assertThat(house.state.tokens().revoke(shop.stored().id(), Instant.now(), Telling.NOTHING))
        .isTrue();
    house.clock.advance(Duration.ofSeconds(1));

    denied(get().bearer(shop.text()), Permission.AUDIT_WRITE);
  }

  @Test
  void expiredIssuedToken_isRefused() throws Exception {
    IssuedToken shop = issue("shop", house.clock.instant().plusSeconds(60), Permission.AUDIT_WRITE);
    granted(get().bearer(shop.text()), Permission.AUDIT_WRITE);
    house.clock.advance(Duration.ofSeconds(60));

    assertThat(denied(get().bearer(shop.text()), Permission.AUDIT_WRITE).code())
        .isEqualTo(AccessCode.TOKEN_EXPIRED);
  }

  // --- sQuid's tokens ---

  @Test
  void loggedIn_hasWhatTheGrantSaysAndNoMore() throws Exception {
    String token = house.accessToken("user123");

    Caller caller = granted(get().bearer(token), Permission.AUDIT_READ).caller();
    assertThat(caller.source()).isEqualTo(USER);
    assertThat(caller.scope()).isEqualTo(Scope.OWN);
    assertThat(caller.view()).isEqualTo(new View.OfActor(USER));
    assertThat(denied(get().bearer(token), Permission.ADMIN).message()).contains("qerberos:admin");
  }

  @Test
  void expiredToken_isRefusedEvenWhenRemembered() throws Exception {
    String token = house.accessToken("user123");
    granted(get().bearer(token), Permission.AUDIT_READ);
    house.clock.advance(SquidTokens.ACCESS);

    assertThat(denied(get().bearer(token), Permission.AUDIT_READ).code())
        .isEqualTo(AccessCode.TOKEN_EXPIRED);
  }

  @Test
  void forgedTokens_areRefused() throws Exception {
    String good = house.accessToken("user123");
    String[] parts = good.split("\\.");
    String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
    var stranger = new SquidTokens(Ed25519.generate(House.random()), House.random(), house.clock);
    List<String> forged =
        List.of(
            // no algorithm, no signature
            text("{\"alg\":\"none\",\"typ\":\"JWT\"}") + "." + parts[1] + ".",
            text("{\"alg\":\"none\"}") + "." + parts[1] + "." + parts[2],
            text("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + parts[1] + "." + parts[2],
            // another name, another end, another role under the old signature
            parts[0] + "." + text(claims.replace("user123", "admin456")) + "." + parts[2],
            parts[0] + "." + text(claims.replace("\"exp\":1", "\"exp\":2")) + "." + parts[2],
            parts[0] + "." + text(claims.replace("{", "{\"role\":\"admin\",")) + "." + parts[2],
            // somebody else's key
            stranger.issue(
                new SquidIdentity("did:squid:admin456", null, null), SquidTokens.Use.ACCESS),
            // the right key for another use
            String.valueOf(house.login("user123").text("refresh_token")),
            parts[0] + "." + parts[1] + ".",
            parts[0] + "." + parts[1],
            good + "x",
            "x",
            "qrb_" + "0".repeat(57));
    for (String token : forged) {
      assertThat(denied(get().bearer(token), Permission.AUDIT_READ).code())
          .as(token)
          .isEqualTo(AccessCode.INVALID_TOKEN);
    }
  }

  @Test
  void unusableAuthorization_isRefusedWithoutAskingSquid() throws Exception {
    for (String value :
        List.of("Basic YTpi", "Bearer", "Bearer ", "Bearer a b", "Bearer \u0000", "Bearer ü")) {
      assertThat(denied(get().header("authorization", value), Permission.AUDIT_READ).code())
          .as(value)
          .isEqualTo(AccessCode.INVALID_TOKEN);
    }
    denied(get().bearer("x".repeat(9000)), Permission.AUDIT_READ);
  }

  @Test
  void suspendedIdentity_cannotLogIn() throws Exception {
    assertThat(house.login("gone").text("code")).isEqualTo("INVALID_TOKEN");
  }

  @Test
  void wrongPassword_andARoleAskedFor_giveNothing() throws Exception {
    assertThat(
            house
                .squid("/auth/login", java.util.Map.of("username", "user123", "password", "x"))
                .text("code"))
        .isEqualTo("INVALID_TOKEN");
    Message sneaky =
        house.squid(
            "/auth/login",
            java.util.Map.of(
                "username", "nobody",
                "password", house.secret("identities/nobody.password"),
                "role", "super_admin",
                "scope", "all",
                "daoId", "dao-1"));
    String token = String.valueOf(sneaky.text("access_token"));
    assertThat(denied(get().bearer(token), Permission.AUDIT_READ).code())
        .isEqualTo(AccessCode.QONSENT_DENIED);
  }

  @Test
  void refreshToken_worksOnce() throws Exception {
    String refresh = String.valueOf(house.login("user123").text("refresh_token"));
    Message first = house.squid("/auth/refresh", java.util.Map.of("refresh_token", refresh));
    Message second = house.squid("/auth/refresh", java.util.Map.of("refresh_token", refresh));

    granted(get().bearer(String.valueOf(first.text("access_token"))), Permission.AUDIT_READ);
    assertThat(second.text("code")).isEqualTo("INVALID_TOKEN");
  }

  @Test
  void claimsBesideTheToken_mustBeConfirmed() throws Exception {
    String token = house.accessToken("user123");

    granted(get().bearer(token).header("x-dao-id", "dao-1"), Permission.AUDIT_READ);
    granted(get().bearer(token).header("x-squid-id", USER), Permission.AUDIT_READ);
    for (var claim :
        List.of(
            List.of("x-dao-id", "dao-2"),
            List.of("x-subid", "phone"),
            List.of("x-squid-id", "did:squid:admin456"))) {
      assertThat(
              denied(
                      get().bearer(token).header(claim.getFirst(), claim.getLast()),
                      Permission.AUDIT_READ)
                  .code())
          .as(claim.toString())
          .isEqualTo(AccessCode.SQUID_IDENTITY_INVALID);
    }
  }

  @Test
  void noCredential_isRefused() throws Exception {
    Denied denied = denied(get(), Permission.AUDIT_READ);
    assertThat(denied.code()).isEqualTo(AccessCode.SQUID_IDENTITY_MISSING);
    assertThat(denied.code().status()).isEqualTo(401);
  }

  // --- signed requests ---

  @Test
  void signedRequest_passesOnce() throws Exception {
    SettableRequest request = signed(new SettableRequest("POST", "/audit").body("{\"a\":1}"));

    Caller caller = granted(request, Permission.AUDIT_WRITE).caller();
    assertThat(caller.source()).isEqualTo(USER);
    assertThat(caller.identity()).isEqualTo(new SquidIdentity(USER, null, "dao-1"));
    Denied again = denied(request, Permission.AUDIT_WRITE);
    assertThat(again.code()).isEqualTo(AccessCode.SIGNATURE_INVALID);
    assertThat(again.message()).isEqualTo("x-sig: this signed request was used before");
  }

  @Test
  void signedRequest_inAnotherSpelling_isTheSameRequest() throws Exception {
    SettableRequest request = signed(get());
    granted(request, Permission.AUDIT_READ);
    String signature = String.valueOf(request.build().headers().value("x-sig"));
    byte[] bytes = Base64.getDecoder().decode(signature);

    for (String spelling :
        List.of(
            Base64.getUrlEncoder().withoutPadding().encodeToString(bytes),
            java.util.HexFormat.of().formatHex(bytes),
            java.util.HexFormat.of().withUpperCase().formatHex(bytes))) {
      assertThat(denied(request.header("x-sig", spelling), Permission.AUDIT_READ).message())
          .contains("used before");
    }
  }

  @Test
  void signedRequest_isNotReplayedAfterARestart() throws Exception {
    SettableRequest request = signed(get());
    granted(request, Permission.AUDIT_READ);
    house.close();
    house = new House(folder);

    denied(request, Permission.AUDIT_READ);
  }

  @Test
  void signedRequest_sentManyTimesAtOnce_passesOnce() throws Exception {
    AccessRequest request = signed(get()).build();
    var start = new CountDownLatch(1);
    List<Future<Decision>> answers = new ArrayList<>();
    try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 24; i++) {
        Callable<Decision> attempt =
            () -> {
              start.await();
              return house.gate.access().decide(request, Permission.AUDIT_READ);
            };
        answers.add(workers.submit(attempt));
      }
      start.countDown();
      int passed = 0;
      for (Future<Decision> answer : answers) {
        passed += answer.get() instanceof Granted ? 1 : 0;
      }
      assertThat(passed).isEqualTo(1);
    }
  }

  @Test
  void signedRequest_withAnythingChanged_isRefused() throws Exception {
    long now = house.clock.millis();
    KeyPair key = house.key("user123");
    List<SettableRequest> changed =
        List.of(
            copy(new SettableRequest("POST", "/audit").signed(USER, key, now), "PUT", "/audit"),
            copy(new SettableRequest("GET", "/a?x=1").signed(USER, key, now), "GET", "/a?x=2"),
            new SettableRequest("POST", "/audit").body("1").signed(USER, key, now).body("2"),
            signed(get()).header("x-ts", String.valueOf(now + 1)),
            signed(get()).header("x-squid-id", "did:squid:admin456"),
            signed(get()).header("x-sig", "AAAA"),
            signed(get()).header("x-sig", "not base64 at all"),
            get().signed(USER, Ed25519.generate(House.random()), now));
    for (SettableRequest request : changed) {
      assertThat(denied(request, Permission.AUDIT_READ).code())
          .isEqualTo(AccessCode.SIGNATURE_INVALID);
    }
  }

  @Test
  void signedRequest_lackingAHeader_isRefusedByItsName() throws Exception {
    long now = house.clock.millis();
    assertThat(denied(get().header("x-squid-id", USER), Permission.AUDIT_READ).code())
        .isEqualTo(AccessCode.SIGNATURE_MISSING);
    assertThat(denied(get().header("x-sig", "AAAA"), Permission.AUDIT_READ).code())
        .isEqualTo(AccessCode.SQUID_IDENTITY_MISSING);
    assertThat(
            denied(get().header("x-squid-id", USER).header("x-sig", "AAAA"), Permission.AUDIT_READ)
                .code())
        .isEqualTo(AccessCode.TIMESTAMP_INVALID);
    assertThat(denied(signed(get()).header("x-squid-id", "user"), Permission.AUDIT_READ).code())
        .isEqualTo(AccessCode.SQUID_IDENTITY_INVALID);
    for (long off : List.of(-300_001L, 300_001L)) {
      assertThat(
              denied(get().signed(USER, house.key("user123"), now + off), Permission.AUDIT_READ)
                  .code())
          .isEqualTo(AccessCode.TIMESTAMP_INVALID);
    }
    for (long off : List.of(-300_000L, 300_000L)) {
      granted(get().signed(USER, house.key("user123"), now + off), Permission.AUDIT_READ);
    }
  }

  @Test
  void signedByASuspendedOrUnknownIdentity_isRefused() throws Exception {
    long now = house.clock.millis();
    denied(get().signed("did:squid:gone", house.key("gone"), now), Permission.AUDIT_READ);
    denied(get().signed("did:squid:x", house.key("user123"), now), Permission.AUDIT_READ);
  }

  @Test
  void garbageInAnyHeader_isRefusedWithACodeAndNeverAnException() throws Exception {
    house.close();
    var limits =
        new LimitSettings(50_000, 100, 200, 60_000, 1_000_000, 50, 500, 100, 50, 10, 12_000);
    house = new House(folder, limits);
    long seed = System.nanoTime();
    var random = new Random(seed);
    String token = house.accessToken("user123");
    String[] names = {"authorization", "x-squid-id", "x-sig", "x-ts", "x-subid", "x-dao-id"};
    for (int round = 0; round < 400; round++) {
      SettableRequest request = random.nextBoolean() ? get() : signed(get());
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "Bearer " + token : "");
      for (int i = random.nextInt(40); i >= 0; i--) {
        text.insert(random.nextInt(text.length() + 1), (char) random.nextInt(300));
      }
      request.header(names[random.nextInt(names.length)], text.toString());
      assertThat(house.decide(request, Permission.ADMIN))
          .as("seed " + seed + " round " + round)
          .isInstanceOf(Denied.class);
    }
  }

  // --- blocks, logins, refusals, limits ---

  @Test
  void blockedIdentity_isRefusedAtOnceAndLetInWhenUnblocked() throws Exception {
    String token = house.accessToken("user123");
    granted(get().bearer(token), Permission.AUDIT_READ);

    assertThat(
            house
                .gate
                .blocks()
                .block(
                    new BlockedIdentity(USER, "left", "token:admin", Instant.now()),
                    Telling.NOTHING))
        .isTrue();
    Denied denied = denied(get().bearer(token), Permission.AUDIT_READ);
    assertThat(denied.code()).isEqualTo(AccessCode.SQUID_IDENTITY_INVALID);
    denied(signed(get()), Permission.AUDIT_READ);
    assertThat(house.gate.blocks().unblock(USER, Telling.NOTHING)).isTrue();
    granted(get().bearer(token), Permission.AUDIT_READ);
  }

  @Test
  void identityBlockedByAnotherProcess_isRefusedWithinASecond() throws Exception {
    String token = house.accessToken("user123");
    granted(get().bearer(token), Permission.AUDIT_READ);
    assertThat(
            house
                .state
                .blocked()
                .block(
                    new BlockedIdentity(USER, "left", "token:admin", Instant.now()),
                    Telling.NOTHING))
        .isTrue();
    house.clock.advance(Duration.ofSeconds(1));

    denied(get().bearer(token), Permission.AUDIT_READ);
  }

  @Test
  void firstUse_bringsALoginOnce_alsoAfterARestart() throws Exception {
    String token = house.accessToken("user123");
    Login login = granted(get().bearer(token), Permission.AUDIT_READ).login().orElseThrow();

    assertThat(login.caller().principal()).isEqualTo(USER);
    assertThat(login.address()).isEqualTo("192.0.2.7");
    assertThat(login.agent()).isEqualTo("test/1");
    assertThat(granted(get().bearer(token), Permission.AUDIT_READ).login()).isEmpty();
    house.gate.access().recorded(login);
    house.close();
    house = new House(folder);
    assertThat(granted(get().bearer(token), Permission.AUDIT_READ).login()).isEmpty();
    // once the token is dead, nothing of it need be kept
    house.clock.advance(Duration.ofDays(2));
    assertThat(house.gate.prune()).isEqualTo(1);
  }

  @Test
  void loginThatWasNotRecorded_comesAgainWithTheSameEventId() throws Exception {
    String token = house.accessToken("user123");
    Login login = granted(get().bearer(token), Permission.AUDIT_READ).login().orElseThrow();
    house.gate.access().notRecorded(login);

    assertThat(granted(get().bearer(token), Permission.AUDIT_READ).login().orElseThrow().eventId())
        .isEqualTo(login.eventId());
    house.close();
    house = new House(folder);
    assertThat(granted(get().bearer(token), Permission.AUDIT_READ).login().orElseThrow().eventId())
        .isEqualTo(login.eventId());
  }

  @Test
  void signedSession_bringsOneLoginADayAndNetwork() throws Exception {
    assertThat(granted(signed(get()), Permission.AUDIT_READ).login()).isPresent();
    house.clock.advance(Duration.ofSeconds(1));
    assertThat(granted(signed(get()), Permission.AUDIT_READ).login()).isEmpty();
    house.clock.advance(Duration.ofSeconds(1));
    assertThat(granted(signed(get().from("198.51.100.1")), Permission.AUDIT_READ).login())
        .isPresent();
    house.clock.advance(Duration.ofDays(1));
    assertThat(granted(signed(get()), Permission.AUDIT_READ).login()).isPresent();
  }

  @Test
  void refusals_theFirstAtOnce_thenOneAMinuteWithACount() throws Exception {
    String token = house.accessToken("user123");
    Refusal first = denied(get().bearer(token), Permission.ADMIN).record().orElseThrow();
    assertThat(first.identity()).isEqualTo(USER);
    assertThat(first.permission()).isEqualTo(Permission.ADMIN);
    assertThat(first.network()).isEqualTo("192.0.2.0/24");
    assertThat(first.type()).isEqualTo("permission.denied");
    assertThat(first.count()).isEqualTo(1);
    for (int i = 0; i < 5; i++) {
      assertThat(denied(get().bearer(token).from("192.0.2." + i), Permission.ADMIN).record())
          .isEmpty();
    }
    assertThat(house.gate.refusals().due()).isEmpty();
    house.clock.advance(Duration.ofMinutes(1));
    assertThat(house.gate.refusals().due())
        .singleElement()
        .satisfies(merged -> assertThat(merged.count()).isEqualTo(5));
  }

  @Test
  void strangerWhoGuesses_isStoppedWhileOthersGoOn() throws Exception {
    String good = house.accessToken("user123");
    granted(get().bearer(good), Permission.AUDIT_READ);
    IssuedToken shop = issue("shop", null, Permission.AUDIT_WRITE);
    int refused = 0;
    while (house.decide(get().bearer("guess" + refused), Permission.AUDIT_READ) instanceof Denied) {
      refused++;
    }
    // one of the 120 was the login of the test itself, from another address
    assertThat(refused).isEqualTo(120);
    assertThat(house.decide(get().bearer("more"), Permission.AUDIT_READ))
        .isInstanceOf(TooMany.class);
    granted(get().bearer(good), Permission.AUDIT_READ);
    granted(get().bearer(shop.text()), Permission.AUDIT_WRITE);
    granted(get().bearer(house.secret("admin.token")), Permission.ADMIN);
    denied(get().bearer("guess").from("203.0.113.5"), Permission.AUDIT_READ);
    house.nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    denied(get().bearer("guess"), Permission.AUDIT_READ);
  }

  // --- when the state is down ---

  @Test
  void stateDown_tokensSeenBeforeGoOn_newOnesAndSignedRequestsWait() throws Exception {
    IssuedToken seen = issue("shop", null, Permission.AUDIT_WRITE);
    IssuedToken unseen = issue("other", null, Permission.AUDIT_WRITE);
    String user = house.accessToken("user123");
    granted(get().bearer(seen.text()), Permission.AUDIT_WRITE);
    granted(get().bearer(user), Permission.AUDIT_READ);
    house.state.close();
    house.clock.advance(Duration.ofSeconds(5));

    granted(get().bearer(seen.text()), Permission.AUDIT_WRITE);
    granted(get().bearer(user), Permission.AUDIT_READ);
    granted(get().bearer(house.secret("admin.token")), Permission.ADMIN);
    assertThat(unavailable(get().bearer(unseen.text())).code())
        .isEqualTo(AccessCode.SERVICE_UNAVAILABLE);
    assertThat(unavailable(signed(get())).code()).isEqualTo(AccessCode.SERVICE_UNAVAILABLE);
  }

  @Test
  void stateNeverUp_serviceTokensOfTheFilesGoOn_identitiesWait() throws Exception {
    house.close();
    Files.writeString(folder.resolve("state/state.db"), "damaged".repeat(1000));
    house = new House(folder);
    String user = house.accessToken("user123");

    granted(get().bearer(house.secret("admin.token")), Permission.AUDIT_WRITE);
    assertThat(unavailable(get().bearer(user)).code()).isEqualTo(AccessCode.SERVICE_UNAVAILABLE);
  }

  private static String text(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  private static SettableRequest get() {
    return SettableRequest.get();
  }

  private SettableRequest signed(SettableRequest request) throws IOException {
    return request.signed(USER, house.key("user123"), house.clock.millis());
  }

  private static SettableRequest copy(SettableRequest signed, String method, String target) {
    var copy = new SettableRequest(method, target);
    for (String name : List.of("x-squid-id", "x-sig", "x-ts")) {
      copy.header(name, String.valueOf(signed.build().headers().value(name)));
    }
    return copy;
  }

  private IssuedToken issue(
      String name, java.time.@org.jspecify.annotations.Nullable Instant end, Permission... what)
      throws Exception {
    TokenIssuer tokens = house.gate.tokens();
    IssuedToken made = tokens.make(new NewToken(name, Set.of(what), Scope.OWN, end), "token:admin");
    tokens.issue(made, Telling.NOTHING);
    return made;
  }

  private Granted granted(SettableRequest request, Permission permission) throws IOException {
    Decision decision = house.decide(request, permission);
    assertThat(decision).isInstanceOf(Granted.class);
    return (Granted) decision;
  }

  private Denied denied(SettableRequest request, Permission permission) throws IOException {
    Decision decision = house.decide(request, permission);
    assertThat(decision).isInstanceOf(Denied.class);
    return (Denied) decision;
  }

  private Unavailable unavailable(SettableRequest request) throws IOException {
    Decision decision = house.decide(request, Permission.AUDIT_WRITE);
    assertThat(decision).isInstanceOf(Unavailable.class);
    assertThat(((Unavailable) decision).retryAfter()).isPositive();
    return (Unavailable) decision;
  }
}
