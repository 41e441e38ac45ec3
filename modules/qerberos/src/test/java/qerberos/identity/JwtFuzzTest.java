package qerberos.identity;

import static org.assertj.core.api.Assertions.assertThat;

import fuzz.Fuzzed;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import qerberos.settings.JwtSettings;
import qerberos.settings.JwtSettings.Algorithm;

/// Whatever bytes arrive as a token or as a key set, they are refused with a sentence or are good;
/// and good is only what the issuer signed, to the last character.
class JwtFuzzTest {
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 10_000);
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);
  private static final KeyPair PAIR = Ed25519.generate(new SecureRandom());
  private static final Jwk KEY = new Jwk("k", List.of(Algorithm.EDDSA), PAIR.getPublic());
  private static final JwtSettings SETTINGS =
      new JwtSettings(
          "https://issuer",
          null,
          "qerberos",
          Set.of(Algorithm.values()),
          "sub",
          "subId",
          "daoId",
          Duration.ofSeconds(30),
          Duration.ofHours(24));
  private static final String CLAIMS =
      "{\"iss\":\"https://issuer\",\"aud\":[\"qerberos\"],\"sub\":\"did:squid:a\",\"exp\":1800000600,"
          + "\"nbf\":1799999999.5,\"iat\":1800000000}";
  private static final String HEADER = "{\"alg\":\"EdDSA\",\"kid\":\"k\"}";
  private static final String GOOD = token(HEADER, CLAIMS);

  private static String token(String header, String claims) {
    try {
      return OwnIssuer.signed(header, claims, "EdDSA", PAIR.getPrivate());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<byte[]> tokens() {
    return Stream.of(
            GOOD,
            token("{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"crit\":[]}", CLAIMS),
            token("{\"alg\":\"none\"}", CLAIMS),
            token("{\"alg\":\"EdDSA\",\"alg\":\"none\"}", CLAIMS),
            token("{\"alg\":[\"EdDSA\"]}", CLAIMS),
            token("{\"alg\":\"EdDSA\"}", "{\"exp\":-1e400}"),
            token("{\"alg\":\"EdDSA\"}", CLAIMS.replace("1800000600", "1e999")),
            token("{\"alg\":\"EdDSA\"}", "[".repeat(2_000)),
            "a.b.c.d.e",
            "..",
            "")
        .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static Stream<byte[]> sets() {
    String ed =
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"k\",\"x\":\""
            + Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Arrays.copyOfRange(PAIR.getPublic().getEncoded(), 12, 44))
            + "\"}";
    return Stream.of(
            "{\"keys\":[" + ed + "]}",
            "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"" + "_".repeat(343) + "\",\"e\":\"AQAB\"}]}",
            "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"\"}]}",
            "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}",
            "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"},7,null,[]]}",
            "{\"keys\":{}}",
            "{\"keys\":[" + ed.replaceAll("\"x\":\".{43}", "\"x\":\"" + "_".repeat(43)) + "]}")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @Fuzzed("tokens")
  void token(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    try {
      Jwt token = Jwt.parse(text, SETTINGS.algorithms());
      if (token.signedBy(KEY)) {
        assertThat(tokens().map(one -> new String(one, StandardCharsets.ISO_8859_1)))
            .as("what the issuer signed")
            .contains(text);
      }
      claims(token);
    } catch (Jwt.Bad refused) {
      refused(refused);
    }
  }

  static Stream<byte[]> headersAndClaims() {
    return Stream.of(
            HEADER + "\n" + CLAIMS,
            "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"crit\":[]}\n" + CLAIMS,
            "{\"alg\":\"EdDSA\"}\n" + CLAIMS.replace("1800000600", "1e999"),
            "{\"alg\":\"EdDSA\"}\n{\"exp\":-1e400}")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  /// A header, the end of the line, and claims: really signed, as an issuer that is itself confused
  /// would.
  @Fuzzed("headersAndClaims")
  void confusedIssuer(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    String header = text.lines().findFirst().orElse("");
    String claims = text.substring(Math.min(text.length(), header.length() + 1));
    try {
      Jwt token = Jwt.parse(token(header, claims), SETTINGS.algorithms());
      boolean signed = token.signedBy(KEY);
      assertThat(signed || !header.equals(HEADER)).as("signed as its header says").isTrue();
      claims(token);
    } catch (Jwt.Bad refused) {
      refused(refused);
    }
  }

  private static void claims(Jwt token) throws Jwt.Bad {
    Verification.Verified who = token.claims(SETTINGS, NOW);
    assertThat(who.identity().squidId()).startsWith("did:squid:");
    assertThat(who.expiresAt()).isAfter(NOW);
  }

  private static void refused(Jwt.Bad refused) {
    assertThat(refused.getMessage()).startsWith("token").hasSizeBetween(12, 500);
    assertThat(refused.code().status()).isEqualTo(401);
  }

  @Fuzzed("sets")
  void keySet(byte[] bytes) {
    try {
      for (Jwk key : Jwk.of(Message.read(bytes), why -> assertThat(why).startsWith("keys["))) {
        assertThat(key.algorithms()).isNotEmpty();
        for (Algorithm algorithm : Algorithm.values()) {
          assertThat(key.verifies(algorithm, bytes, bytes)).isFalse();
        }
      }
    } catch (java.io.IOException | IllegalArgumentException refused) {
      assertThat(refused.getMessage()).isNotEmpty();
    }
  }

  @Test
  void theGoodOne_isGood() throws Exception {
    Jwt token = Jwt.parse(GOOD, SETTINGS.algorithms());
    assertThat(token.signedBy(KEY)).isTrue();
    assertThat(token.claims(SETTINGS, NOW).identity().squidId()).isEqualTo("did:squid:a");
  }

  @Test
  void randomDamage_isRefusedWithASentence() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("JwtFuzzTest seed " + seed);
    Random random = new Random(seed);
    List<byte[]> tokens = tokens().toList();
    List<byte[]> sets = sets().toList();
    List<byte[]> claims = headersAndClaims().toList();
    for (int round = 0; round < ROUNDS; round++) {
      token(damaged(tokens.get(random.nextInt(tokens.size())), random));
      keySet(damaged(sets.get(random.nextInt(sets.size())), random));
      confusedIssuer(damaged(claims.get(random.nextInt(claims.size())), random));
    }
  }

  private static byte[] damaged(byte[] bytes, Random random) {
    byte[] copy = bytes.clone();
    for (int times = 1 + random.nextInt(4); times > 0 && copy.length > 0; times--) {
      int at = random.nextInt(copy.length);
      switch (random.nextInt(4)) {
        case 0 -> copy[at] = (byte) random.nextInt(256);
        case 1 -> copy[at] = copy[random.nextInt(copy.length)];
        case 2 -> copy = Arrays.copyOf(copy, at);
        default -> {
          byte[] longer = Arrays.copyOf(copy, copy.length + 1);
          System.arraycopy(copy, at, longer, at + 1, copy.length - at);
          copy = longer;
        }
      }
    }
    return copy;
  }
}
