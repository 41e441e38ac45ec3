package qerberos.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
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
import qerberos.settings.LimitSettings;
import qerberos.settings.StateSettings;
import qerberos.state.BlockedIdentity;
import qerberos.state.SettableClock;
import qerberos.state.State;
import qerberos.state.Telling;

/// The gate in front of a sQuid and a Qonsent that are not ours: their shapes, and their failures.
final class OtherSquidTest {
  private static final String VERIFY = "POST /api/v1/auth/verify";
  private static final String SIGNATURE = "POST /api/v1/auth/verify-signature";
  private static final String CHECK = "POST /api/v1/qonsent/check";
  private static final String ALLOWED =
      "{\"status\":\"ok\",\"data\":{\"allowed\":true,\"reason\":\"r\"}}";

  private final SettableClock clock = new SettableClock();
  @TempDir Path folder;
  private FakeService squid;
  private FakeService qonsent;
  private State state;
  private Gate gate;

  @BeforeEach
  void open() throws Exception {
    squid = new FakeService();
    qonsent = new FakeService();
    state = State.open(StateSettings.in(folder), clock);
    gate = gate(SquidVerify.AUTH, SignedForm.CANONICAL);
    qonsent.on(CHECK, 200, ALLOWED);
  }

  @AfterEach
  void close() {
    gate.close();
    state.close();
    squid.close();
    qonsent.close();
  }

  private Gate gate(SquidVerify verify, SignedForm form) throws Exception {
    Files.createDirectories(folder.resolve("secrets"));
    Path key = Files.writeString(folder.resolve("qonsent.key"), "our-own-credential\n");
    var settings =
        new IdentitySettings(
            URI.create(squid.url() + "/"),
            qonsent.url(),
            verify,
            form,
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
            key,
            null);
    var limits = new Limits(LimitSettings.defaults(), clock, new AtomicLong()::get);
    return Gate.open(settings, state, limits, new SecureRandom(), clock, _ -> Telling.NOTHING);
  }

  private void squidKnows(String squidId, Duration life) {
    squid.on(
        VERIFY,
        200,
        "{\"valid\":true,\"identity\":{\"squidId\":\""
            + squidId
            + "\"},\"expiresAt\":\""
            + clock.instant().plus(life)
            + "\",\"added\":\"later\"}");
  }

  private Decision decide() throws Exception {
    return gate.access().decide(SettableRequest.get().bearer("t1").build(), Permission.AUDIT_READ);
  }

  @Test
  void verifiedAndAllowed_isAskedOnceThenRemembered() throws Exception {
    squidKnows("did:squid:a", Duration.ofHours(1));
    for (int i = 0; i < 5; i++) {
      assertThat(decide()).isInstanceOf(Granted.class);
    }
    assertThat(squid.asked(VERIFY)).isEqualTo(1);
    assertThat(squid.asked.getFirst().authorization()).isEqualTo("Bearer t1");
    assertThat(squid.asked.getFirst().body()).isEmpty();
    assertThat(qonsent.asked(CHECK)).isEqualTo(1);
    assertThat(qonsent.asked.getFirst().authorization()).isEqualTo("Bearer our-own-credential");
    assertThat(qonsent.asked.getFirst().body())
        .contains("\"resource\":\"qerberos:audit:all\"")
        .contains("\"action\":\"read\"")
        .contains("\"clientIp\":\"192.0.2.7\"");

    clock.advance(Duration.ofSeconds(61));
    assertThat(decide()).isInstanceOf(Granted.class);
    assertThat(squid.asked(VERIFY)).isEqualTo(2);
    assertThat(qonsent.asked(CHECK)).isEqualTo(2);
  }

  @Test
  void refusal_isRememberedForFiveSeconds() throws Exception {
    squid.on(VERIFY, 401, "{\"valid\":false,\"error\":\"bad\"}");
    assertThat(decide()).isInstanceOf(Denied.class);
    assertThat(decide()).isInstanceOf(Denied.class);
    assertThat(squid.asked(VERIFY)).isEqualTo(1);
    clock.advance(Duration.ofSeconds(5));
    squidKnows("did:squid:a", Duration.ofHours(1));
    assertThat(decide()).isInstanceOf(Granted.class);
  }

  @Test
  void validFalseWith200_andExpired_areRefused() throws Exception {
    squid.on(VERIFY, 200, "{\"valid\":false,\"error\":\"jwt expired\"}");
    assertThat(((Denied) decide()).code()).isEqualTo(AccessCode.TOKEN_EXPIRED);
  }

  @Test
  void answersThatProveNothing_letNobodyIn() throws Exception {
    for (String body :
        new String[] {
          "{}",
          "{\"valid\":\"true\",\"identity\":{\"squidId\":\"did:squid:a\"}}",
          "{\"valid\":true}",
          "{\"valid\":true,\"identity\":{\"squidId\":\"root; --\"}}",
          "{\"valid\":true,\"identity\":{\"squidId\":\"did:squid:a\"},\"expiresAt\":\"soon\"}",
          "{\"valid\":true,\"identity\":{\"squidId\":\"did:squid:a\"},\"expiresAt\":1}",
          "[]"
        }) {
      squid.on(VERIFY, 200, body);
      assertThat(decide()).as(body).isNotInstanceOf(Granted.class);
      clock.advance(Duration.ofSeconds(10));
    }
  }

  @Test
  void squidDown_rememberedTokensHoldUntilTheirEnd_othersGet503() throws Exception {
    squidKnows("did:squid:a", Duration.ofMinutes(10));
    assertThat(decide()).isInstanceOf(Granted.class);
    squid.close();
    clock.advance(Duration.ofMinutes(9));

    assertThat(decide()).isInstanceOf(Granted.class);
    Decision other =
        gate.access().decide(SettableRequest.get().bearer("t2").build(), Permission.AUDIT_READ);
    assertThat(other)
        .isInstanceOfSatisfying(
            Unavailable.class,
            down -> {
              assertThat(down.code()).isEqualTo(AccessCode.SQUID_UNAVAILABLE);
              assertThat(down.code().status()).isEqualTo(503);
              assertThat(down.retryAfter()).isPositive();
            });
    clock.advance(Duration.ofMinutes(2));
    assertThat(decide()).isInstanceOf(Unavailable.class);
    assertThat(gate.squidHealth().status()).isEqualTo(UpstreamHealth.Status.DOWN);
  }

  @Test
  void squidDown_aBlockStillHolds() throws Exception {
    squidKnows("did:squid:a", Duration.ofMinutes(10));
    assertThat(decide()).isInstanceOf(Granted.class);
    squid.close();
    assertThat(
            gate.blocks()
                .block(
                    new BlockedIdentity("did:squid:a", "left", "me", Instant.now()),
                    Telling.NOTHING))
        .isTrue();
    assertThat(decide()).isInstanceOf(Denied.class);
  }

  @Test
  void qonsentDown_failsClosed_onceNothingIsRemembered() throws Exception {
    squidKnows("did:squid:a", Duration.ofHours(1));
    assertThat(decide()).isInstanceOf(Granted.class);
    qonsent.close();
    assertThat(decide()).isInstanceOf(Granted.class);
    clock.advance(Duration.ofSeconds(61));
    assertThat(decide())
        .isInstanceOfSatisfying(
            Unavailable.class,
            down -> assertThat(down.code()).isEqualTo(AccessCode.QONSENT_UNAVAILABLE));
  }

  @Test
  void qonsentThatIsUnclear_isNoConsent() throws Exception {
    squidKnows("did:squid:a", Duration.ofHours(1));
    for (String body :
        new String[] {
          "{}",
          "{\"status\":\"ok\"}",
          "{\"status\":\"error\",\"data\":{\"allowed\":true}}",
          "{\"status\":\"ok\",\"data\":{\"allowed\":\"true\"}}",
          "{\"status\":\"ok\",\"data\":{\"allowed\":true,\"conditions\":{\"scope\":\"moon\"}}}",
          "{\"status\":\"ok\",\"data\":{\"allowed\":false,\"reason\":\"no\"}}"
        }) {
      qonsent.on(CHECK, 200, body);
      assertThat(decide()).as(body).isNotInstanceOf(Granted.class);
      clock.advance(Duration.ofSeconds(6));
    }
    qonsent.on(CHECK, 401, "");
    assertThat(decide()).isInstanceOf(Unavailable.class);
  }

  @Test
  void scope_isOwnUnlessQonsentSaysMore() throws Exception {
    squid.on(
        VERIFY,
        200,
        "{\"valid\":true,\"identity\":{\"squidId\":\"did:squid:a\",\"subId\":\"s\",\"daoId\":\"d\"}}");
    assertThat(view(ALLOWED)).isEqualTo(new View.OfActor("did:squid:a"));
    assertThat(view(allowed("\"conditions\":{\"scope\":\"subidentity\"}")))
        .isEqualTo(new View.OfSubidentity("did:squid:a", "s"));
    assertThat(view(allowed("\"policy\":{\"type\":\"dao\"}"))).isEqualTo(new View.OfDao("d"));
    assertThat(view(allowed("\"conditions\":{\"scope\":\"all\"}")))
        .isEqualTo(new View.Everything());
  }

  @Test
  void consentThatEndsSoon_isNotBelievedLonger() throws Exception {
    squidKnows("did:squid:a", Duration.ofHours(1));
    qonsent.on(CHECK, 200, allowed("\"expiresAt\":\"" + clock.instant().plusSeconds(10) + "\""));
    assertThat(decide()).isInstanceOf(Granted.class);
    clock.advance(Duration.ofSeconds(10));
    assertThat(decide()).as("the same old end again").isInstanceOf(Denied.class);
    assertThat(qonsent.asked(CHECK)).isEqualTo(2);
  }

  @Test
  void idsInOtherForms_areBroughtIntoOne() throws Exception {
    squidKnows("squid_3yZe7d", Duration.ofHours(1));
    assertThat(decide())
        .isInstanceOfSatisfying(
            Granted.class,
            granted -> assertThat(granted.caller().source()).isEqualTo("did:squid:3yZe7d"));
  }

  @Test
  void signature_isCheckedWithSquid_andTheIdentityMustBeActive() throws Exception {
    squid.on(SIGNATURE, 200, "{\"valid\":true}");
    squid.on("GET /api/v1/identity/did%3Asquid%3Aa", 200, identity("ACTIVE"));
    assertThat(signed()).isInstanceOf(Granted.class);
    assertThat(squid.asked.getFirst().body())
        .contains("\"squidId\":\"did:squid:a\"")
        .contains(
            "\"payload\":\"GET\\n/audit?limit=1\\n"
                + clock.millis()
                + "\\n"
                + Digest.of(new byte[0]));

    clock.advance(Duration.ofSeconds(61));
    squid.on("GET /api/v1/identity/did%3Asquid%3Aa", 200, identity("SUSPENDED"));
    assertThat(signed())
        .isInstanceOfSatisfying(
            Denied.class, no -> assertThat(no.code()).isEqualTo(AccessCode.SQUID_IDENTITY_INVALID));
    clock.advance(Duration.ofSeconds(61));
    squid.on("GET /api/v1/identity/did%3Asquid%3Aa", 404, "");
    assertThat(signed()).isInstanceOf(Denied.class);
    clock.advance(Duration.ofSeconds(61));
    squid.on(SIGNATURE, 200, "{\"valid\":false,\"error\":\"no\"}");
    assertThat(signed())
        .isInstanceOfSatisfying(
            Denied.class, no -> assertThat(no.code()).isEqualTo(AccessCode.SIGNATURE_INVALID));
  }

  @Test
  void oldForm_sendsTheBodyItself_andASecondUseIsStillRefused() throws Exception {
    gate.close();
    gate = gate(SquidVerify.AUTH, SignedForm.BODY);
    squid.on(SIGNATURE, 200, "{\"valid\":true}");
    squid.on(
        "GET /api/v1/identity/did%3Asquid%3Aa",
        200, "{\"squidId\":\"did:squid:a\",\"exists\":true,\"reputation\":3}");
    var request =
        new SettableRequest("POST", "/audit")
            .body("{\"type\":\"x\"}")
            .header("x-squid-id", "did:squid:a")
            .header("x-sig", "c2ln")
            .header("x-ts", String.valueOf(clock.millis()));
    assertThat(gate.access().decide(request.build(), Permission.AUDIT_WRITE))
        .isInstanceOf(Granted.class);
    assertThat(squid.asked.getFirst().body()).contains("\"payload\":{\"type\":\"x\"}");
    // the time is not signed in this form, so it must not make a new request
    request.header("x-ts", String.valueOf(clock.millis() + 1));
    assertThat(gate.access().decide(request.build(), Permission.AUDIT_WRITE))
        .isInstanceOf(Denied.class);
  }

  @Test
  void mcpFamily_verifiesSignaturesAlone() throws Exception {
    gate.close();
    gate = gate(SquidVerify.MCP, SignedForm.CANONICAL);
    squid.on(
        "POST /mcp/squid.verifyIdentity",
        200,
        "{\"status\":\"ok\",\"data\":{\"verified\":true,\"identity\":\"did:squid:a\"}}");
    assertThat(signed()).isInstanceOf(Granted.class);
    clock.advance(Duration.ofSeconds(1));
    squid.on(
        "POST /mcp/squid.verifyIdentity", 200, "{\"status\":\"ok\",\"data\":{\"verified\":false}}");
    assertThat(signed()).isInstanceOf(Denied.class);
    assertThat(decide()).isInstanceOf(Denied.class);
    assertThat(squid.asked(VERIFY)).isZero();
  }

  private Decision signed() throws Exception {
    var request =
        SettableRequest.get()
            .header("x-squid-id", "did:squid:a")
            .header("x-sig", "c2ln")
            .header("x-ts", String.valueOf(clock.millis()));
    return gate.access().decide(request.build(), Permission.AUDIT_READ);
  }

  private View view(String consent) throws Exception {
    qonsent.on(CHECK, 200, consent);
    clock.advance(Duration.ofSeconds(61));
    return ((Granted) decide()).caller().view();
  }

  private static String allowed(String more) {
    return "{\"status\":\"ok\",\"data\":{\"allowed\":true," + more + "}}";
  }

  private static String identity(String status) {
    return "{\"status\":\"ok\",\"data\":{\"did\":\"did:squid:a\",\"status\":\"" + status + "\"}}";
  }
}
