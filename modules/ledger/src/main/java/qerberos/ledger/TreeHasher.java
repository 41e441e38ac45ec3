package qerberos.ledger;

import java.security.DigestException;
import java.security.MessageDigest;

/// Computes the hashes of an RFC 6962 tree with one reused digest: a leaf is
/// SHA-256(0x00 ‖ entry), a node is SHA-256(0x01 ‖ left ‖ right).
///
/// For code that hashes many; [Rfc6962] has the same as plain functions. Used by one thread at a
/// time.
public final class TreeHasher {
  private static final byte LEAF = 0;
  private static final byte NODE = 1;

  private final MessageDigest digest = Hash.newSha256();
  private final byte[] scratch = new byte[Hash.BYTES];

  /// The hash of one entry.
  public Hash leaf(byte[] entry) {
    return leaf(entry, 0, entry.length);
  }

  /// The hash of the entry that lies at `offset` of a longer array.
  public Hash leaf(byte[] from, int offset, int length) {
    digest.update(LEAF);
    digest.update(from, offset, length);
    return Hash.owning(digest.digest());
  }

  /// The hash of the node above two others.
  public Hash node(Hash left, Hash right) {
    digest.update(NODE);
    left.addTo(digest);
    right.addTo(digest);
    return Hash.owning(digest.digest());
  }

  /// The root over `count` consecutive hashes that lie in `hashes` from `offset` on, as in a tile:
  /// for 2^k of them the node k levels up, for other counts the RFC 6962 root over them.
  ///
  /// @param count 1..256
  public Hash fold(byte[] hashes, int offset, int count) {
    if (count < 1 || count > 256) {
      throw new IllegalArgumentException("count: " + count + ", want 1..256");
    }
    if (count == 1) {
      return Hash.at(hashes, offset);
    }
    // Pairs are hashed level by level in place; an odd last one moves up as it is, which is
    // what RFC 6962 says of a tree that is not full.
    byte[] work = new byte[count * Hash.BYTES];
    System.arraycopy(hashes, offset, work, 0, work.length);
    for (int left = count; left > 1; left = (left + 1) / 2) {
      for (int pair = 0; pair < left / 2; pair++) {
        digest.update(NODE);
        digest.update(work, pair * 2 * Hash.BYTES, 2 * Hash.BYTES);
        finish();
        System.arraycopy(scratch, 0, work, pair * Hash.BYTES, Hash.BYTES);
      }
      if (left % 2 == 1) {
        System.arraycopy(work, (left - 1) * Hash.BYTES, work, left / 2 * Hash.BYTES, Hash.BYTES);
      }
    }
    return Hash.at(work, 0);
  }

  private void finish() {
    try {
      digest.digest(scratch, 0, scratch.length);
    } catch (DigestException e) {
      throw new AssertionError("a SHA-256 fits into 32 bytes", e);
    }
  }
}
