package qerberos.ledger;

import org.jspecify.annotations.Nullable;

/// One entry on its way into the ledger: the leaf that is hashed into the tree, and what lies
/// beside the tree with it. The leaf hash is computed here, on the thread of whoever submits.
///
/// Immutable. The arrays are copied.
public final class Submission {
  /// The longest leaf, in bytes: its length is written in 16 bits (C2SP tlog-tiles).
  public static final int LONGEST_LEAF = 65_535;

  /// The longest attachment, in bytes: 1 MiB and what sealing it may add.
  public static final int LONGEST_ATTACHMENT = (1 << 20) + (1 << 16);

  private static final ThreadLocal<TreeHasher> HASHER = ThreadLocal.withInitial(TreeHasher::new);
  private static final byte[] NOTHING = {};

  private final byte[] leaf;
  private final byte[] attachment;
  private final Hash leafHash;
  private final @Nullable Object tag;

  /// An entry and what lies beside it.
  ///
  /// @param leaf the entry, 1..65,535 bytes
  /// @param attachment what is kept beside the tree, may be empty, at most [#LONGEST_ATTACHMENT]
  ///     bytes; checked against bit rot, but no hash of the tree covers it
  /// @param tag handed back to the [AppendListener], never looked at
  /// @throws IllegalArgumentException naming the part whose length is out of range
  public Submission(byte[] leaf, byte[] attachment, @Nullable Object tag) {
    if (leaf.length < 1 || leaf.length > LONGEST_LEAF) {
      throw new IllegalArgumentException(
          "leaf: length " + leaf.length + ", want 1.." + LONGEST_LEAF);
    }
    if (attachment.length > LONGEST_ATTACHMENT) {
      throw new IllegalArgumentException(
          "attachment: length " + attachment.length + ", want at most " + LONGEST_ATTACHMENT);
    }
    this.leaf = leaf.clone();
    this.attachment = attachment.length == 0 ? NOTHING : attachment.clone();
    this.leafHash = HASHER.get().leaf(this.leaf);
    this.tag = tag;
  }

  /// An entry without anything beside it.
  public Submission(byte[] leaf) {
    this(leaf, NOTHING, null);
  }

  /// The entry's bytes; not a copy, not to be changed.
  public byte[] leaf() {
    return leaf;
  }

  /// What lies beside the tree; not a copy, not to be changed.
  public byte[] attachment() {
    return attachment;
  }

  public Hash leafHash() {
    return leafHash;
  }

  public @Nullable Object tag() {
    return tag;
  }

  /// How many bytes it takes up in a frame.
  int frameBytes() {
    return Frame.ENTRY_HEAD + leaf.length + attachment.length;
  }
}
