package qerberos.ledger;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The Merkle tree of RFC 6962 section 2.1 with SHA-256: hashing, making proofs, checking proofs.
///
/// A tree over n entries splits at the largest power of two below n; the left part is full and
/// never changes again. That one rule gives everything here. Making a proof walks down the split
/// points and collects the other side's root each time; such a root is either one full node or
/// again split into full nodes, so [HashReader] is only ever asked for full ones. Checking follows
/// the algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2, which walk up with two counters and
/// never build a tree, so a hostile proof costs at most one hash per line of it.
///
/// Safe for concurrent use.
public final class Rfc6962 {
  private static final Hash EMPTY = Hash.sha256(new byte[0]);

  private Rfc6962() {}

  /// SHA-256(0x00 ‖ entry).
  public static Hash leafHash(byte[] entry) {
    return new TreeHasher().leaf(entry);
  }

  /// SHA-256(0x01 ‖ left ‖ right).
  public static Hash nodeHash(Hash left, Hash right) {
    return new TreeHasher().node(left, right);
  }

  /// The root of a tree without entries: the SHA-256 of nothing.
  public static Hash emptyRoot() {
    return EMPTY;
  }

  /// The root over the first `size` entries.
  public static Hash root(long size, HashReader hashes) throws IOException {
    checkSize("size", size);
    return size == 0 ? EMPTY : root(0, size, hashes, new TreeHasher());
  }

  /// The sibling hashes from the leaf up to the root's child: what proves that the leaf at `index`
  /// is in the tree of `size` entries. Empty for a tree of one.
  ///
  /// @param index 0..size-1
  public static List<Hash> inclusion(long index, long size, HashReader hashes) throws IOException {
    checkSize("size", size);
    if (index < 0 || index >= size) {
      throw new IllegalArgumentException("index: " + index + ", want 0.." + (size - 1));
    }
    TreeHasher hasher = new TreeHasher();
    List<Hash> downwards = new ArrayList<>();
    long begin = 0;
    long end = size;
    while (end - begin > 1) {
      long split = begin + split(end - begin);
      if (index < split) {
        downwards.add(root(split, end, hashes, hasher));
        end = split;
      } else {
        downwards.add(root(begin, split, hashes, hasher));
        begin = split;
      }
    }
    Collections.reverse(downwards);
    return List.copyOf(downwards);
  }

  /// What proves that the tree of `newSize` entries begins with the tree of `oldSize` entries.
  /// Empty when both are the same size.
  ///
  /// @param oldSize 1..newSize; about an empty tree there is nothing to prove
  public static List<Hash> consistency(long oldSize, long newSize, HashReader hashes)
      throws IOException {
    checkSize("newSize", newSize);
    if (oldSize < 1 || oldSize > newSize) {
      throw new IllegalArgumentException("oldSize: " + oldSize + ", want 1.." + newSize);
    }
    TreeHasher hasher = new TreeHasher();
    List<Hash> downwards = new ArrayList<>();
    long begin = 0;
    long end = newSize;
    while (oldSize < end) {
      long split = begin + split(end - begin);
      if (oldSize <= split) {
        downwards.add(root(split, end, hashes, hasher));
        end = split;
      } else {
        downwards.add(root(begin, split, hashes, hasher));
        begin = split;
      }
    }
    if (begin > 0) {
      // The old root cannot be the left edge itself, so the part where the walk ended is named.
      downwards.add(root(begin, end, hashes, hasher));
    }
    Collections.reverse(downwards);
    return List.copyOf(downwards);
  }

  /// Whether `proof` shows that the leaf at `index` is in the tree with this size and root.
  /// Sizes and indexes out of range simply do not verify.
  public static boolean verifyInclusion(
      long index, long size, Hash leafHash, List<Hash> proof, Hash root) {
    if (index < 0 || index >= size) {
      return false;
    }
    TreeHasher hasher = new TreeHasher();
    long node = index;
    long last = size - 1;
    Hash sum = leafHash;
    for (Hash sibling : proof) {
      if (last == 0) {
        return false;
      }
      if ((node & 1) == 1 || node == last) {
        sum = hasher.node(sibling, sum);
        while ((node & 1) == 0 && node != 0) {
          node >>= 1;
          last >>= 1;
        }
      } else {
        sum = hasher.node(sum, sibling);
      }
      node >>= 1;
      last >>= 1;
    }
    return last == 0 && sum.equals(root);
  }

  /// Whether `proof` shows that the tree with the new size and root begins with the tree with the
  /// old size and root. From an empty tree (old size 0) nothing can be proved, so that is false;
  /// two equal sizes want equal roots and no proof.
  public static boolean verifyConsistency(
      long oldSize, long newSize, List<Hash> proof, Hash oldRoot, Hash newRoot) {
    if (oldSize < 1 || oldSize > newSize) {
      return false;
    }
    if (oldSize == newSize) {
      return proof.isEmpty() && oldRoot.equals(newRoot);
    }
    List<Hash> path = new ArrayList<>(proof.size() + 1);
    if (Long.bitCount(oldSize) == 1) {
      path.add(oldRoot);
    }
    path.addAll(proof);
    if (path.isEmpty()) {
      return false;
    }
    TreeHasher hasher = new TreeHasher();
    long node = oldSize - 1;
    long last = newSize - 1;
    while ((node & 1) == 1) {
      node >>= 1;
      last >>= 1;
    }
    Hash oldSum = path.getFirst();
    Hash newSum = path.getFirst();
    for (Hash next : path.subList(1, path.size())) {
      if (last == 0) {
        return false;
      }
      if ((node & 1) == 1 || node == last) {
        oldSum = hasher.node(next, oldSum);
        newSum = hasher.node(next, newSum);
        while ((node & 1) == 0 && node != 0) {
          node >>= 1;
          last >>= 1;
        }
      } else {
        newSum = hasher.node(newSum, next);
      }
      node >>= 1;
      last >>= 1;
    }
    return last == 0 && oldSum.equals(oldRoot) && newSum.equals(newRoot);
  }

  /// The root over the entries [begin, end), where begin is a multiple of the largest power of two
  /// that fits in between.
  private static Hash root(long begin, long end, HashReader hashes, TreeHasher hasher)
      throws IOException {
    long count = end - begin;
    if (Long.bitCount(count) == 1) {
      int level = Long.numberOfTrailingZeros(count);
      return hashes.node(level, begin >> level);
    }
    long split = begin + split(count);
    return hasher.node(root(begin, split, hashes, hasher), root(split, end, hashes, hasher));
  }

  /// The largest power of two below `count`, which is at least 2.
  private static long split(long count) {
    return Long.highestOneBit(count - 1);
  }

  private static void checkSize(String field, long size) {
    if (size < 0) {
      throw new IllegalArgumentException(field + ": " + size + ", want 0 or more");
    }
  }
}
