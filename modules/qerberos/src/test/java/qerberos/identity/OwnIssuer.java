package qerberos.identity;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An OpenID issuer of a test's own, on 127.0.0.1: its keys are made here, published as a key set,
/// and sign whatever a test wants signed. Used by one thread at a time.
final class OwnIssuer implements AutoCloseable {
  static final String DISCOVERY = "GET /.well-known/openid-configuration";
  static final String KEYS = "GET /keys";

  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

  final FakeService server = new FakeService();
  private final Map<String, Signing> signing = new LinkedHashMap<>();

  private record Signing(String algorithm, KeyPair pair) {}

  OwnIssuer() throws Exception {
    server.on(
        DISCOVERY,
        200,
        "{\"issuer\":\"" + name() + "\",\"jwks_uri\":\"" + server.url() + "/keys\"}");
  }

  String name() {
    return server.url().toString();
  }

  /// Makes a key for an algorithm; [#publish] lets others know.
  void make(String kid, String algorithm) throws Exception {
    KeyPairGenerator generator =
        KeyPairGenerator.getInstance(
            algorithm.equals("ES256") ? "EC" : algorithm.equals("EdDSA") ? "Ed25519" : "RSA");
    if (!algorithm.equals("EdDSA")) {
      generator.initialize(algorithm.equals("ES256") ? 256 : 2048);
    }
    signing.put(kid, new Signing(algorithm, generator.generateKeyPair()));
  }

  /// Exactly these are in the key set from now on.
  void publish(String... kids) throws Exception {
    List<String> keys = new ArrayList<>();
    for (String kid : kids) {
      keys.add(jwk(kid));
    }
    server.on(KEYS, 200, "{\"keys\":[" + String.join(",", keys) + "]}");
  }

  String jwk(String kid) {
    Signing one = known(kid);
    String rest =
        switch (one.pair().getPublic()) {
          case RSAPublicKey rsa ->
              "\"kty\":\"RSA\",\"n\":\""
                  + TEXT.encodeToString(rsa.getModulus().toByteArray())
                  + "\",\"e\":\""
                  + TEXT.encodeToString(rsa.getPublicExponent().toByteArray())
                  + "\"";
          case ECPublicKey ec ->
              "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""
                  + TEXT.encodeToString(ec.getW().getAffineX().toByteArray())
                  + "\",\"y\":\""
                  + TEXT.encodeToString(ec.getW().getAffineY().toByteArray())
                  + "\"";
          case EdECPublicKey ed -> {
            byte[] all = ed.getEncoded();
            yield "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\""
                + TEXT.encodeToString(Arrays.copyOfRange(all, all.length - 32, all.length))
                + "\"";
          }
          default -> throw new IllegalStateException();
        };
    return "{\"kid\":\""
        + kid
        + "\",\"use\":\"sig\",\"alg\":\""
        + one.algorithm()
        + "\","
        + rest
        + "}";
  }

  private Signing known(String kid) {
    return java.util.Objects.requireNonNull(signing.get(kid), kid);
  }

  KeyPair pair(String kid) {
    return known(kid).pair();
  }

  String token(String kid, String claims) throws Exception {
    return token(kid, "\"typ\":\"JWT\"", claims);
  }

  String token(String kid, String more, String claims) throws Exception {
    String algorithm = known(kid).algorithm();
    String header = "{\"alg\":\"" + algorithm + "\",\"kid\":\"" + kid + "\"," + more + "}";
    return signed(header, claims, algorithm, known(kid).pair().getPrivate());
  }

  /// Any header and claims at all, signed in this way.
  static String signed(String header, String claims, String algorithm, @Nullable PrivateKey key)
      throws Exception {
    String content = encode(header) + "." + encode(claims);
    if (key == null) {
      return content + ".";
    }
    Signature signature =
        switch (algorithm) {
          case "RS256" -> Signature.getInstance("SHA256withRSA");
          case "PS256" -> Signature.getInstance("RSASSA-PSS");
          case "ES256" -> Signature.getInstance("SHA256withECDSAinP1363Format");
          default -> Signature.getInstance("Ed25519");
        };
    if (algorithm.equals("PS256")) {
      signature.setParameter(
          new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
    }
    signature.initSign(key);
    signature.update(content.getBytes(StandardCharsets.US_ASCII));
    return content + "." + TEXT.encodeToString(signature.sign());
  }

  static String encode(String text) {
    return TEXT.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    server.close();
  }
}
