package qerberos.ledger;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The right edge of a growing tree: one hash per full subtree, at most 63 of them, which is all
/// one needs to append and to know the root.
///
/// Used by one thread at a time.
public final class Frontier {
  private final TreeHasher hasher = new TreeHasher();

  /// Roots of full subtrees from left to right, one for each bit that is set in `size`.
  private final List<Hash> peaks = new ArrayList<>();

  private long size;

  /// The edge of the tree over the first `size` entries, read from its stored hashes.
  public static Frontier of(long size, HashReader hashes) throws IOException {
    if (size < 0) {
      throw new IllegalArgumentException("size: " + size + ", want 0 or more");
    }
    Frontier frontier = new Frontier();
    long begin = 0;
    for (int level = 62; level >= 0; level--) {
      if ((size >> level & 1) == 1) {
        frontier.peaks.add(hashes.node(level, begin >> level));
        begin += 1L << level;
      }
    }
    frontier.size = size;
    return frontier;
  }

  /// Another frontier with the same entries, which grows on its own.
  public Frontier copy() {
    Frontier copy = new Frontier();
    copy.peaks.addAll(peaks);
    copy.size = size;
    return copy;
  }

  /// How many entries the tree has.
  public long size() {
    return size;
  }

  /// Appends the hash of one leaf. Every node that becomes full by it, the leaf first, is told to
  /// `completed`: a store keeps those whose level is a multiple of 8, as tiles do.
  public void add(Hash leaf, NodeListener completed) {
    completed.node(0, size, leaf);
    Hash node = leaf;
    int level = 0;
    for (long full = size; (full & 1) == 1; full >>= 1) {
      node = hasher.node(peaks.removeLast(), node);
      level++;
      completed.node(level, size >> level, node);
    }
    peaks.add(node);
    size++;
  }

  /// Appends the hash of one leaf.
  public void add(Hash leaf) {
    add(leaf, (level, index, hash) -> {});
  }

  /// The root over everything appended so far.
  public Hash root() {
    if (peaks.isEmpty()) {
      return Rfc6962.emptyRoot();
    }
    Hash root = peaks.getLast();
    for (int i = peaks.size() - 2; i >= 0; i--) {
      root = hasher.node(peaks.get(i), root);
    }
    return root;
  }

  /// Is told of every node the moment it is full and will never change again.
  @FunctionalInterface
  public interface NodeListener {
    /// @param level 0 for a leaf
    /// @param index within its level
    void node(int level, long index, Hash hash);
  }
}
