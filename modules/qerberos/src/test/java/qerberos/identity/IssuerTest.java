package qerberos.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.identity.Decision.Denied;
import qerberos.identity.Decision.Granted;
import qerberos.identity.Decision.Unavailable;
import qerberos.settings.IdentitySettings;
import qerberos.settings.IdentitySettings.SignedForm;
import qerberos.settings.IdentitySettings.SquidVerify;
import qerberos.settings.JwtSettings;
import qerberos.settings.JwtSettings.Algorithm;
import qerberos.settings.LimitSettings;
import qerberos.settings.StateSettings;
import qerberos.state.BlockedIdentity;
import qerberos.state.SettableClock;
import qerberos.state.State;
import qerberos.state.Telling;

/// The gate in front of an OpenID issuer, whose tokens are verified with the keys it publishes.
final class IssuerTest {
  private static final String CHECK = "POST /api/v1/qonsent/check";

  private final SettableClock clock = new SettableClock();
  @TempDir Path folder;
  private OwnIssuer issuer;
  private FakeService qonsent;
  private State state;
  private Gate gate;

  @BeforeEach
  void open() throws Exception {
    issuer = new OwnIssuer();
    for (String algorithm : List.of("RS256", "PS256", "ES256", "EdDSA")) {
      issuer.make(algorithm, algorithm);
    }
    issuer.publish("RS256", "PS256", "ES256", "EdDSA");
    qonsent = new FakeService();
    qonsent.on(CHECK, 200, "{\"status\":\"ok\",\"data\":{\"allowed\":true,\"reason\":\"r\"}}");
    state = State.open(StateSettings.in(folder), clock);
    gate = gate(settings(issuer.name(), null, "sub"));
  }

  @AfterEach
  void close() {
    gate.close();
    state.close();
    issuer.close();
    qonsent.close();
  }

  private static JwtSettings settings(String issuer, @Nullable URI keys, String claim) {
    return new JwtSettings(
        issuer,
        keys,
        "qerberos",
        Set.of(Algorithm.values()),
        claim,
        "subId",
        "https://q.network/dao",
        Duration.ofSeconds(30),
        Duration.ofHours(24));
  }

  private Gate gate(JwtSettings jwt) throws Exception {
    Files.createDirectories(folder.resolve("secrets"));
    var wide = new LimitSettings(1, 100_000, 100_000, 60_000, 1_000_000, 50, 500, 100, 50, 10, 9);
    var settings =
        new IdentitySettings(
            URI.create("http://localhost:3010"),
            qonsent.url(),
            SquidVerify.JWKS,
            SignedForm.CANONICAL,
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(5),
            false,
            false,
            0,
            0,
            "127.0.0.1",
            false,
            folder.resolve("none"),
            folder.resolve("none"),
            folder.resolve("secrets"),
            null,
            jwt);
    return Gate.open(
        settings,
        state,
        new Limits(wide, clock, new AtomicLong()::get),
        House.random(),
        clock,
        _ -> Telling.NOTHING);
  }

  private Decision decide(String token) throws Exception {
    return gate.access().decide(SettableRequest.get().bearer(token).build(), Permission.AUDIT_READ);
  }

  /// Claims of a good token; `more` goes in before, so that it can also say something twice.
  private String claims(String more) {
    return "{"
        + more
        + "\"iss\":\""
        + issuer.name()
        + "\",\"aud\":\"qerberos\",\"sub\":\"did:squid:a\",\"iat\":"
        + seconds(0)
        + ",\"exp\":"
        + seconds(600)
        + "}";
  }

  private long seconds(long fromNow) {
    return clock.instant().getEpochSecond() + fromNow;
  }

  @Test
  void everyAllowedAlgorithm_andBothKindsOfToken_areTaken() throws Exception {
    for (String key : List.of("RS256", "PS256", "ES256", "EdDSA")) {
      assertThat(decide(issuer.token(key, claims("")))).as(key).isInstanceOf(Granted.class);
    }
    for (String type : List.of("\"typ\":\"at+jwt\"", "\"typ\":\"application/AT+JWT\"", "\"x\":1")) {
      Decision decision = decide(issuer.token("ES256", type, claims("")));
      assertThat(decision).as(type).isInstanceOf(Granted.class);
    }
    String several = claims("").replace("\"qerberos\"", "[\"other\",\"qerberos\"]");
    assertThat(decide(issuer.token("ES256", several)))
        .isInstanceOfSatisfying(
            Granted.class,
            granted -> {
              assertThat(granted.caller().source()).isEqualTo("did:squid:a");
              assertThat(granted.login()).as("a first use is a login").isPresent();
            });
    String known = "\"subId\":\"phone\",\"https://q.network/dao\":\"dao-1\",";
    assertThat(decide(issuer.token("EdDSA", claims(known))))
        .isInstanceOfSatisfying(
            Granted.class,
            granted -> {
              assertThat(granted.caller().identity())
                  .isEqualTo(new SquidIdentity("did:squid:a", "phone", "dao-1"));
            });
    assertThat(issuer.server.asked(OwnIssuer.KEYS)).as("one fetch serves all").isEqualTo(1);
  }

  /// Each of these would let somebody in somewhere; the reason says which part was wrong.
  @Test
  void badTokens_areRefusedWithTheirReason_andRecorded() throws Exception {
    String good = claims("");
    String header = "{\"alg\":\"RS256\",\"kid\":\"RS256\"}";
    var rsa = issuer.pair("RS256");
    String valid = issuer.token("ES256", good);
    String[] parts = valid.split("\\.");
    Map<String, String> bad = new LinkedHashMap<>();
    for (String none : List.of("none", "None", "NONE", "nOnE", "")) {
      String unsigned = "{\"alg\":\"" + none + "\",\"typ\":\"JWT\"}";
      bad.put(OwnIssuer.signed(unsigned, good, "", null), "header: alg");
    }
    for (String secret :
        List.of(
            "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(rsa.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n",
            issuer.jwk("RS256"),
            "")) {
      bad.put(hs256(good, secret), "header: alg");
    }
    bad.put("not.a.token", "header: not base64url");
    bad.put("one", "three parts");
    bad.put("a.b.c.d", "three parts");
    bad.put("a.b.c.d.e", "encrypted (JWE)");
    bad.put(parts[0] + "." + parts[1] + ".", "not signed by a key");
    bad.put(parts[0] + "." + parts[1] + "." + "A".repeat(86), "not signed by a key");
    bad.put(parts[0] + "." + parts[1] + "." + parts[2] + "=", "signature: not base64url");
    bad.put(parts[0] + "." + OwnIssuer.encode(good + " ") + "." + parts[2], "not signed by");
    bad.put(OwnIssuer.signed(header, good, "PS256", rsa.getPrivate()), "not signed by a key");
    bad.put(
        OwnIssuer.signed("{\"alg\":\"PS256\",\"kid\":\"RS256\"}", good, "PS256", rsa.getPrivate()),
        "not signed by a key");
    bad.put(
        OwnIssuer.signed("{\"alg\":\"RS256\",\"kid\":\"RS256\",\"alg\":\"none\"}", good, "", null),
        "header: not JSON");
    bad.put(issuer.token("ES256", "\"crit\":[\"exp\"]", good), "crit");
    bad.put(issuer.token("ES256", "\"b64\":false", good), "b64");
    bad.put(issuer.token("ES256", "\"zip\":\"DEF\"", good), "zip");
    bad.put(issuer.token("ES256", "\"cty\":\"JWT\"", good), "cty");
    for (String type : List.of("\"logout+jwt\"", "\"dpop+jwt\"", "\"secevent+jwt\"", "7", "null")) {
      bad.put(issuer.token("ES256", "\"typ\":" + type, good), "typ");
    }
    bad.put(issuer.token("ES256", "\"kid\":\"RS256\"", good), "header: not JSON");
    bad.put(
        OwnIssuer.signed("{\"alg\":\"RS256\",\"kid\":7}", good, "RS256", rsa.getPrivate()), "kid");
    bad.put(
        OwnIssuer.signed(
            "{\"alg\":\"RS256\",\"kid\":\"other\",\"jwk\":" + issuer.jwk("RS256") + "}",
            good,
            "RS256",
            rsa.getPrivate()),
        "not signed by a key");
    bad.put(issuer.token("ES256", claims("\"iss\":\"x\",")), "claims: not JSON");
    bad.put(issuer.token("ES256", claims("\"sub\":\"did:squid:b\",")), "claims: not JSON");
    bad.put(issuer.token("ES256", good.replace(issuer.name(), "http://127.0.0.1:1")), "iss");
    bad.put(issuer.token("ES256", good.replace(issuer.name(), issuer.name() + "/")), "iss");
    bad.put(issuer.token("ES256", good.replace("\"qerberos\"", "\"other\"")), "aud");
    bad.put(issuer.token("ES256", good.replace("\"qerberos\"", "[]")), "aud");
    bad.put(issuer.token("ES256", good.replace("\"aud\":\"qerberos\",", "")), "aud");
    bad.put(issuer.token("ES256", good.replace("\"sub\":\"did:squid:a\",", "")), "sub: missing");
    bad.put(issuer.token("ES256", good.replace("\"did:squid:a\"", "7")), "sub: want a text");
    bad.put(issuer.token("ES256", good.replaceAll(",\"exp\":\\d+", "")), "exp: missing");
    bad.put(
        issuer.token("ES256", good.replaceAll("\"exp\":\\d+", "\"exp\":\"9999999999\"")), "exp");
    bad.put(issuer.token("ES256", good.replaceAll("\"exp\":\\d+", "\"exp\":1e300")), "exp");
    bad.put(issuer.token("ES256", good.replaceAll("\"exp\":\\d+", "\"exp\":null")), "exp");
    bad.put(issuer.token("ES256", claims("\"nbf\":" + seconds(31) + ",")), "nbf");
    bad.put(
        issuer.token("ES256", good.replaceAll("\"iat\":\\d+", "\"iat\":" + seconds(31))), "iat");
    bad.put(issuer.token("ES256", "[" + good + "]"), "not a JSON object");
    bad.put(
        issuer.token("ES256", "{\"a\":".repeat(600) + "1" + "}".repeat(600)), "claims: not JSON");
    bad.put(issuer.token("ES256", claims("\"x\":\"" + "x".repeat(7_000) + "\",")), "8192");
    int recorded = 0;
    for (var one : bad.entrySet()) {
      Decision decision = decide(one.getKey());
      assertThat(decision)
          .as(one.getValue() + ": " + one.getKey())
          .isInstanceOfSatisfying(
              Denied.class,
              no -> {
                assertThat(no.code()).isEqualTo(AccessCode.INVALID_TOKEN);
                assertThat(no.message()).contains(one.getValue());
              });
      recorded += ((Denied) decision).record().isPresent() ? 1 : 0;
    }
    assertThat(recorded).as("the first at once, the others merged").isEqualTo(1);
    assertThat(gate.refusals().rest()).anyMatch(counted -> counted.toString().contains("INVALID"));
    assertThat(decide(valid)).isInstanceOf(Granted.class);
  }

  private static String hs256(String claims, String secret) throws Exception {
    String content = OwnIssuer.encode("{\"alg\":\"HS256\",\"kid\":\"RS256\"}");
    content += "." + OwnIssuer.encode(claims);
    byte[] key = secret.isEmpty() ? new byte[1] : secret.getBytes(StandardCharsets.UTF_8);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    byte[] tag = mac.doFinal(content.getBytes(StandardCharsets.US_ASCII));
    return content + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(tag);
  }

  @Test
  void timeCounts_withSomeForgiveness() throws Exception {
    String brief =
        issuer.token("ES256", claims("").replaceAll("\"exp\":\\d+", "\"exp\":" + seconds(60)));
    assertThat(decide(brief)).isInstanceOf(Granted.class);
    clock.advance(Duration.ofSeconds(89));
    assertThat(decide(brief)).isInstanceOf(Granted.class);
    clock.advance(Duration.ofSeconds(1));
    assertThat(decide(brief))
        .isInstanceOfSatisfying(
            Denied.class, no -> assertThat(no.code()).isEqualTo(AccessCode.TOKEN_EXPIRED));
    String soon = issuer.token("ES256", claims("\"nbf\":" + seconds(29) + ","));
    assertThat(decide(soon)).isInstanceOf(Granted.class);
  }

  @Test
  void whoIsNoSquidIdentity_isToldSo() throws Exception {
    String other = issuer.token("ES256", claims("").replace("did:squid:a", "auth0|7"));
    assertThat(decide(other))
        .isInstanceOfSatisfying(
            Denied.class,
            no -> {
              assertThat(no.code()).isEqualTo(AccessCode.SQUID_IDENTITY_INVALID);
              assertThat(no.message()).startsWith("token: sub: not a sQuid id");
            });
    gate.close();
    gate = gate(settings(issuer.name(), null, "squid"));
    assertThat(decide(issuer.token("ES256", claims("\"squid\":\"squid_3yZe7d\","))))
        .isInstanceOfSatisfying(
            Granted.class,
            granted -> assertThat(granted.caller().source()).isEqualTo("did:squid:3yZe7d"));
  }

  @Test
  void aBlockedIdentity_andSignedRequests_areOut() throws Exception {
    String token = issuer.token("ES256", claims(""));
    assertThat(decide(token)).isInstanceOf(Granted.class);
    assertThat(
            gate.blocks()
                .block(
                    new BlockedIdentity("did:squid:a", "left", "me", Instant.now()),
                    Telling.NOTHING))
        .isTrue();
    assertThat(decide(token)).isInstanceOf(Denied.class);
    var signed =
        SettableRequest.get()
            .header("x-squid-id", "did:squid:b")
            .header("x-sig", "c2ln")
            .header("x-ts", String.valueOf(clock.millis()));
    assertThat(gate.access().decide(signed.build(), Permission.AUDIT_READ))
        .isInstanceOfSatisfying(
            Denied.class, no -> assertThat(no.code()).isEqualTo(AccessCode.SIGNATURE_INVALID));
  }

  @Test
  void aNewKey_isKnownOnceItIsUsed_andOneTakenBackIsGone() throws Exception {
    assertThat(decide(issuer.token("ES256", claims("")))).isInstanceOf(Granted.class);
    issuer.make("next", "ES256");
    issuer.publish("next");
    clock.advance(Duration.ofSeconds(10));
    assertThat(decide(issuer.token("next", claims("")))).isInstanceOf(Granted.class);
    assertThat(issuer.server.asked(OwnIssuer.KEYS)).isEqualTo(2);
    String byOld = issuer.token("ES256", claims("\"x\":1,"));
    assertThat(decide(byOld)).isInstanceOf(Denied.class);
  }

  @Test
  void inventedKeyIds_doNotReachTheIssuer() throws Exception {
    assertThat(decide(issuer.token("ES256", claims("")))).isInstanceOf(Granted.class);
    var key = issuer.pair("ES256").getPrivate();
    for (int second = 0; second < 60; second++) {
      for (int i = 0; i < 20; i++) {
        String header = "{\"alg\":\"ES256\",\"kid\":\"k" + second + "-" + i + "\"}";
        assertThat(decide(OwnIssuer.signed(header, claims(""), "ES256", key)))
            .isInstanceOf(Denied.class);
      }
      clock.advance(Duration.ofSeconds(1));
    }
    assertThat(issuer.server.asked(OwnIssuer.KEYS)).isBetween(2L, 7L);
    assertThat(decide(issuer.token("EdDSA", claims("")))).isInstanceOf(Granted.class);
  }

  @Test
  void anIssuerThatIsDown_isDoneWithout_untilItsKeysAreTooOld() throws Exception {
    assertThat(decide(issuer.token("ES256", claims("")))).isInstanceOf(Granted.class);
    issuer.server.on(OwnIssuer.KEYS, 500, "");
    clock.advance(Duration.ofHours(23));
    assertThat(decide(issuer.token("ES256", claims("")))).isInstanceOf(Granted.class);
    assertThat(gate.squidHealth().status()).isEqualTo(UpstreamHealth.Status.DEGRADED);
    clock.advance(Duration.ofHours(1));
    assertThat(decide(issuer.token("ES256", claims(""))))
        .isInstanceOfSatisfying(
            Unavailable.class,
            down -> assertThat(down.code()).isEqualTo(AccessCode.SQUID_UNAVAILABLE));
    assertThat(gate.squidHealth().status()).isEqualTo(UpstreamHealth.Status.DOWN);
    issuer.publish("ES256");
    clock.advance(Duration.ofSeconds(10));
    assertThat(decide(issuer.token("ES256", claims("")))).isInstanceOf(Granted.class);
    assertThat(gate.squidHealth().status()).isEqualTo(UpstreamHealth.Status.UP);
  }

  @Test
  void anIssuerThatNeverAnswered_is503() throws Exception {
    issuer.server.on(OwnIssuer.DISCOVERY, 404, "");
    assertThat(decide(issuer.token("ES256", claims("")))).isInstanceOf(Unavailable.class);
    assertThat(gate.squidHealth().status()).isEqualTo(UpstreamHealth.Status.DOWN);
  }

  @Test
  void discoveryDocumentsThatCannotBeRight_areNotFollowed() throws Exception {
    for (String document :
        List.of(
            "{\"issuer\":\"https://other\",\"jwks_uri\":\"" + issuer.name() + "/keys\"}",
            "{\"issuer\":\"" + issuer.name() + "\",\"jwks_uri\":\"http://192.0.2.1/keys\"}",
            "{\"issuer\":\"" + issuer.name() + "\",\"jwks_uri\":\"file:///etc/passwd\"}",
            "{\"issuer\":\"" + issuer.name() + "\",\"jwks_uri\":\"no url at all\"}",
            "{\"issuer\":\"" + issuer.name() + "\"}",
            "[]")) {
      issuer.server.on(OwnIssuer.DISCOVERY, 200, document);
      assertThat(decide(issuer.token("ES256", claims(""))))
          .as(document)
          .isInstanceOf(Unavailable.class);
      clock.advance(Duration.ofSeconds(10));
    }
    assertThat(issuer.server.asked(OwnIssuer.KEYS)).isZero();
  }

  @Test
  void keysOfTheWrongKind_areNotUsed_andDoNotSpoilTheOthers() throws Exception {
    String rsa = issuer.jwk("RS256");
    String ec = issuer.jwk("ES256");
    List<String> refused = new java.util.ArrayList<>();
    List<String> keys =
        List.of(
            "{\"kty\":\"oct\",\"kid\":\"s\",\"k\":\"AAAA\"}",
            rsa.replace("\"e\":", "\"d\":\"AQ\",\"e\":"),
            rsa.replace("\"sig\"", "\"enc\""),
            rsa.replace("\"RS256\",\"n\"", "\"HS256\",\"n\"")
                .replace("\"alg\":\"RS256\"", "\"alg\":\"HS256\""),
            "{\"kty\":\"RSA\",\"kid\":\"short\",\"e\":\"AQAB\",\"n\":\"" + "_".repeat(171) + "\"}",
            rsa.replace("\"e\":\"AQAB\"", "\"e\":\"AQ\""),
            ec.replace("P-256", "P-384"),
            ec.replaceAll("\"x\":\"..", "\"x\":\"AA"),
            "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"AAAA\"}",
            "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}",
            "{}",
            "7");
    Message set =
        Message.read(
            ("{\"keys\":[" + String.join(",", keys) + "," + ec + "]}")
                .getBytes(StandardCharsets.UTF_8));
    assertThat(Jwk.of(set, refused::add)).hasSize(1);
    assertThat(refused).hasSize(keys.size()).allMatch(why -> why.matches("keys\\[\\d+]: .{5,}"));
    assertThatThrownBy(() -> Jwk.of(new Message(Map.of()), refused::add))
        .hasMessage("keys: missing, want a list");
  }

  @Test
  void settingsThatCannotBeRight_areNamed() {
    assertThatThrownBy(() -> settings("http://issuer.example", null, "sub"))
        .hasMessageStartingWith("squid.issuer: \"http://issuer.example\", want https");
    assertThatThrownBy(() -> settings("https://i", URI.create("http://k.example"), "sub"))
        .hasMessageStartingWith("squid.jwksUrl: ");
  }
}
