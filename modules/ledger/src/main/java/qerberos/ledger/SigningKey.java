package qerberos.ledger;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.time.Instant;
import java.util.Arrays;

/// A private key that signs checkpoints, with its name. Whoever reads its text can sign in the
/// log's name, so the file it is kept in belongs to one user alone; writing that file is the
/// caller's affair.
///
/// The text is `PRIVATE+KEY+<name>+<key id>+<base64(type ‖ seed)>`, the form that Go's
/// `sumdb/note` uses for Ed25519, so a key can be carried over. Both algorithms make a key pair
/// from 32 bytes of chance and nothing else; those are kept.
///
/// Safe for concurrent use.
public final class SigningKey {
  private static final int SEED_BYTES = 32;
  private static final String PREFIX = "PRIVATE+KEY+";

  private final VerifierKey verifier;
  private final PrivateKey key;
  private final byte[] seed;

  private SigningKey(String name, KeyType type, byte[] seed) {
    KeyPair pair = pair(type, seed);
    byte[] spki = pair.getPublic().getEncoded();
    byte[] raw = Arrays.copyOfRange(spki, spki.length - type.keyBytes(), spki.length);
    this.verifier = VerifierKey.of(name, type, raw);
    this.key = pair.getPrivate();
    this.seed = seed;
  }

  /// A new key.
  public static SigningKey generate(String name, KeyType type, SecureRandom random) {
    byte[] seed = new byte[SEED_BYTES];
    random.nextBytes(seed);
    return new SigningKey(name, type, seed);
  }

  /// Reads what [#secretText] wrote.
  ///
  /// @throws IllegalArgumentException saying what is wrong, never quoting the secret
  public static SigningKey parse(String secretText) {
    String text = secretText.strip();
    String[] parts = text.startsWith(PREFIX) ? text.split("\\+", 5) : new String[0];
    if (parts.length != 5) {
      throw new IllegalArgumentException("signing key: want PRIVATE+KEY+<name>+<key id>+<base64>");
    }
    byte[] typed = Base64Text.read("signing key", parts[4]);
    if (typed.length != 1 + SEED_BYTES) {
      throw new IllegalArgumentException("signing key: " + typed.length + " bytes, want 33");
    }
    byte[] seed = Arrays.copyOfRange(typed, 1, typed.length);
    SigningKey key = new SigningKey(parts[2], KeyType.of(typed[0] & 0xff), seed);
    if (!key.verifier.idText().equals(parts[3])) {
      throw new IllegalArgumentException(
          "signing key: its id should be " + key.verifier.idText() + "; it was changed");
    }
    return key;
  }

  /// The same key under another name, and so with another id.
  SigningKey named(String name) {
    return new SigningKey(name, verifier.type(), seed);
  }

  /// The public half.
  public VerifierKey verifier() {
    return verifier;
  }

  /// The text that must stay secret, one line without a newline.
  public String secretText() {
    byte[] typed = new byte[1 + SEED_BYTES];
    typed[0] = (byte) verifier.type().code();
    System.arraycopy(seed, 0, typed, 1, SEED_BYTES);
    return PREFIX + verifier.shortName() + "+" + Base64Text.write(typed);
  }

  /// One signature line over the text of a note. Keys of the types with a time sign checkpoints
  /// only, and say `time` in whole seconds; the plain type ignores it.
  ///
  /// @throws IllegalArgumentException when such a key cannot sign this text
  NoteSignature sign(String text, Instant time) {
    KeyType type = verifier.type();
    long seconds = type.timed() ? time.getEpochSecond() : 0;
    byte[] message = SignedMessage.of(type, verifier.name(), text, seconds);
    try {
      Signature algorithm = Signature.getInstance(type.algorithm());
      algorithm.initSign(key);
      algorithm.update(message);
      byte[] signature = algorithm.sign();
      if (type.timed()) {
        signature =
            ByteBuffer.allocate(Long.BYTES + signature.length)
                .putLong(seconds)
                .put(signature)
                .array();
      }
      return new NoteSignature(verifier.name(), verifier.id(), signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("JDK 25 signs with " + type.algorithm(), e);
    }
  }

  private static KeyPair pair(KeyType type, byte[] seed) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(type.algorithm());
      generator.initialize(
          type == KeyType.ML_DSA_44 ? NamedParameterSpec.ML_DSA_44 : NamedParameterSpec.ED25519,
          new Dealt(seed));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("JDK 25 makes keys for " + type.algorithm(), e);
    }
  }

  /// Says which key this is and nothing secret.
  @Override
  public String toString() {
    return "signing key of " + verifier.shortName();
  }

  /// The JDK derives a public key from a private one only while making a pair, and asks for 32
  /// random bytes first; it is dealt the seed. Were that ever to change, the key id kept in the
  /// text would no longer match and the key would be refused.
  private static final class Dealt extends SecureRandom {
    private final transient byte[] seed;

    Dealt(byte[] seed) {
      this.seed = seed;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      if (bytes.length != seed.length) {
        throw new IllegalStateException("asked for " + bytes.length + " bytes, have a seed of 32");
      }
      System.arraycopy(seed, 0, bytes, 0, seed.length);
    }
  }
}
