package qerberos.identity;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qerberos.settings.JwtSettings.Algorithm;

/// A public key of an issuer (RFC 7517), fit for one or two algorithms. Immutable.
///
/// A key that is not for signatures, of another kind, too short, not on its curve, or published
/// together with its private half is none. So no shared secret can get in, and HS256 not happen.
record Jwk(@Nullable String id, List<Algorithm> algorithms, PublicKey key) {
  private static final int LEAST_RSA_BITS = 2048;
  private static final int MOST_RSA_BITS = 8192;
  private static final int MOST_KEYS = 64;

  Jwk {
    algorithms = List.copyOf(algorithms);
  }

  /// The keys of a set that can be used; `refused` hears about each of the others.
  static List<Jwk> of(Message set, java.util.function.Consumer<String> refused) {
    List<Jwk> keys = new ArrayList<>();
    if (!(set.at("keys") instanceof List<?> all)) {
      throw new IllegalArgumentException("keys: missing, want a list");
    }
    if (all.size() > MOST_KEYS) {
      throw new IllegalArgumentException("keys: " + all.size() + ", want at most " + MOST_KEYS);
    }
    for (int i = 0; i < all.size(); i++) {
      try {
        keys.add(one(all.get(i)));
      } catch (IllegalArgumentException | GeneralSecurityException e) {
        refused.accept("keys[" + i + "]: " + e.getMessage());
      }
    }
    return List.copyOf(keys);
  }

  private static Jwk one(@Nullable Object value) throws GeneralSecurityException {
    if (!(value instanceof Map<?, ?> members)) {
      throw new IllegalArgumentException("not an object");
    }
    if (members.containsKey("d") || members.containsKey("k")) {
      throw new IllegalArgumentException("holds a secret, which must never be published");
    }
    String use = text(members, "use");
    boolean verifies =
        !(members.get("key_ops") instanceof List<?> operations) || operations.contains("verify");
    if ((use != null && !use.equals("sig")) || !verifies) {
      throw new IllegalArgumentException("use: not for signatures");
    }
    String id = text(members, "kid");
    if (id != null && id.length() > 256) {
      throw new IllegalArgumentException("kid: length " + id.length() + ", want 0..256");
    }
    String kind = text(members, "kty");
    return switch (kind == null ? "" : kind) {
      case "RSA" -> fit(id, members, rsa(members), Algorithm.RS256, Algorithm.PS256);
      case "EC" -> fit(id, members, ec(members), Algorithm.ES256);
      case "OKP" -> fit(id, members, ed25519(members), Algorithm.EDDSA);
      default -> throw new IllegalArgumentException("kty: \"" + kind + "\", want RSA, EC or OKP");
    };
  }

  /// A key that names an algorithm serves that one alone.
  private static Jwk fit(
      @Nullable String id, Map<?, ?> members, PublicKey key, Algorithm... possible)
      throws GeneralSecurityException {
    String named = text(members, "alg");
    List<Algorithm> fitting = new ArrayList<>();
    for (Algorithm one : possible) {
      if (named == null || named.equals(one.inTokens())) {
        fitting.add(one);
      }
    }
    if (fitting.isEmpty()) {
      throw new IllegalArgumentException("alg: \"" + named + "\" is not one of this kind of key");
    }
    // Only the beginning of a verification tells whether an Ed25519 key is a point of its curve.
    for (Algorithm one : fitting) {
      Signature ignored = verifier(one, key);
    }
    return new Jwk(id, fitting, key);
  }

  private static PublicKey rsa(Map<?, ?> members) throws GeneralSecurityException {
    BigInteger modulus = number(members, "n");
    BigInteger exponent = number(members, "e");
    if (modulus.bitLength() < LEAST_RSA_BITS || modulus.bitLength() > MOST_RSA_BITS) {
      throw new IllegalArgumentException(
          "n: " + modulus.bitLength() + " bits, want " + LEAST_RSA_BITS + ".." + MOST_RSA_BITS);
    }
    if (exponent.bitLength() > 33 || exponent.intValue() < 3 || !exponent.testBit(0)) {
      throw new IllegalArgumentException("e: want an odd number from 3 on, such as 65537");
    }
    return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
  }

  private static PublicKey ec(Map<?, ?> members) throws GeneralSecurityException {
    if (!"P-256".equals(text(members, "crv"))) {
      throw new IllegalArgumentException("crv: \"" + text(members, "crv") + "\", want P-256");
    }
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec("secp256r1"));
    ECParameterSpec curve = parameters.getParameterSpec(ECParameterSpec.class);
    BigInteger x = number(members, "x");
    BigInteger y = number(members, "y");
    BigInteger p = ((ECFieldFp) curve.getCurve().getField()).getP();
    BigInteger right =
        x.pow(3).add(curve.getCurve().getA().multiply(x)).add(curve.getCurve().getB()).mod(p);
    if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0 || !y.pow(2).mod(p).equals(right)) {
      throw new IllegalArgumentException("x, y: not a point of P-256");
    }
    return KeyFactory.getInstance("EC")
        .generatePublic(new ECPublicKeySpec(new ECPoint(x, y), curve));
  }

  private static PublicKey ed25519(Map<?, ?> members) {
    if (!"Ed25519".equals(text(members, "crv"))) {
      throw new IllegalArgumentException("crv: \"" + text(members, "crv") + "\", want Ed25519");
    }
    byte[] point = bytes(members, "x");
    if (point.length != 32) {
      throw new IllegalArgumentException("x: " + point.length + " bytes, want 32");
    }
    return Ed25519.publicKey(Base64.getEncoder().encodeToString(point));
  }

  /// Whether this key made the signature; never an exception, whatever the bytes are.
  boolean verifies(Algorithm algorithm, byte[] signed, byte[] signature) {
    if (!algorithms.contains(algorithm)) {
      return false;
    }
    try {
      Signature verifier = verifier(algorithm, key);
      verifier.update(signed);
      return verifier.verify(signature);
    } catch (SignatureException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("was good when it was read", e);
    }
  }

  private static Signature verifier(Algorithm algorithm, PublicKey key)
      throws GeneralSecurityException {
    Signature verifier =
        switch (algorithm) {
          case RS256 -> Signature.getInstance("SHA256withRSA");
          case PS256 -> pss();
          case ES256 -> Signature.getInstance("SHA256withECDSAinP1363Format");
          case EDDSA -> Signature.getInstance("Ed25519");
        };
    verifier.initVerify(key);
    return verifier;
  }

  private static Signature pss() throws GeneralSecurityException {
    Signature pss = Signature.getInstance("RSASSA-PSS");
    pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
    return pss;
  }

  private static BigInteger number(Map<?, ?> members, String name) {
    return new BigInteger(1, bytes(members, name));
  }

  private static byte[] bytes(Map<?, ?> members, String name) {
    String text = text(members, name);
    if (text == null) {
      throw new IllegalArgumentException(name + ": missing");
    }
    try {
      return Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": not base64url", e);
    }
  }

  private static @Nullable String text(Map<?, ?> members, String name) {
    return members.get(name) instanceof String text ? text : null;
  }
}
