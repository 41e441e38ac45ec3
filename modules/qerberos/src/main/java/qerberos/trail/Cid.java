package qerberos.trail;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The content identifier of a stored entry: CIDv1, codec `raw`, SHA-256, in lower-case base32.
///
/// It is computed from the very bytes that are hashed into the tree, so anybody who holds an entry
/// can compute it again, and an IPFS node that is given the entry finds the same.
public final class Cid {
  private static final char[] BASE32 = "abcdefghijklmnopqrstuvwxyz234567".toCharArray();
  private static final byte[] PREFIX = {0x01, 0x55, 0x12, 0x20};

  private Cid() {}

  /// 59 characters, beginning with `bafkrei`.
  public static String of(byte[] entry) {
    byte[] hash;
    try {
      hash = MessageDigest.getInstance("SHA-256").digest(entry);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
    char[] text = new char[59];
    text[0] = 'b';
    int at = 1;
    int bits = 0;
    int held = 0;
    for (int i = 0; i < PREFIX.length + hash.length; i++) {
      int next = i < PREFIX.length ? PREFIX[i] : hash[i - PREFIX.length];
      bits = bits << 8 | (next & 0xff);
      held += 8;
      while (held >= 5) {
        held -= 5;
        text[at++] = BASE32[bits >>> held & 31];
      }
      bits &= (1 << held) - 1;
    }
    if (held > 0) {
      text[at++] = BASE32[bits << (5 - held) & 31];
    }
    return new String(text, 0, at);
  }
}
