package qerberos.ledger;

/// What a C2SP key signs and how: the type byte of a verifier key.
public enum KeyType {
  /// Ed25519 over the text of any note (signed-note).
  ED25519(0x01, "Ed25519", 32, 64, "302a300506032b6570032100"),

  /// Ed25519 over a checkpoint and a time (tlog-cosignature, `cosignature/v1`): what witnesses use.
  COSIGNATURE(0x04, "Ed25519", 32, 8 + 64, "302a300506032b6570032100"),

  /// ML-DSA-44 over origin, size, root and a time (tlog-cosignature, `subtree/v1`): safe against
  /// quantum computers. It does not sign extension lines.
  ML_DSA_44(0x06, "ML-DSA-44", 1312, 8 + 2420, "30820532300b06096086480165030403110382052100");

  private final int code;
  private final String algorithm;
  private final int keyBytes;
  private final int signatureBytes;
  private final String spkiPrefix;

  KeyType(int code, String algorithm, int keyBytes, int signatureBytes, String spkiPrefix) {
    this.code = code;
    this.algorithm = algorithm;
    this.keyBytes = keyBytes;
    this.signatureBytes = signatureBytes;
    this.spkiPrefix = spkiPrefix;
  }

  /// The type with this byte.
  ///
  /// @throws IllegalArgumentException for a type that is not one of ours
  static KeyType of(int code) {
    for (KeyType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new IllegalArgumentException("key type: 0x%02x, want 0x01, 0x04 or 0x06".formatted(code));
  }

  /// The byte that stands for this type in verifier keys and key ids.
  public int code() {
    return code;
  }

  /// The name by which the JDK knows the algorithm.
  String algorithm() {
    return algorithm;
  }

  /// How long a raw public key is.
  int keyBytes() {
    return keyBytes;
  }

  /// How long what follows the key id in a signature line is, a time included where there is one.
  int signatureBytes() {
    return signatureBytes;
  }

  /// Whether a signature begins with the time it was made.
  public boolean timed() {
    return this != ED25519;
  }

  /// Hexadecimal, what stands before the raw key in its X.509 form.
  String spkiPrefix() {
    return spkiPrefix;
  }
}
