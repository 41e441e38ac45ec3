package qerberos.ledger;

import org.jspecify.annotations.Nullable;

/// One entry on its way into the ledger: the leaf that is hashed into the tree, and what lies
/// beside the tree with it. The leaf hash is computed on the thread of whoever submits. Immutable.
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
  private final byte @Nullable [] name;
  private final @Nullable Object tag;

  private Submission(
      byte[] leaf, byte[] attachment, Hash leafHash, byte @Nullable [] name, @Nullable Object tag) {
    if (leaf.length < 1 || leaf.length > LONGEST_LEAF) {
      throw new IllegalArgumentException(
          "leaf: length " + leaf.length + ", want 1.." + LONGEST_LEAF);
    }
    if (attachment.length > LONGEST_ATTACHMENT) {
      throw new IllegalArgumentException(
          "attachment: length " + attachment.length + ", want at most " + LONGEST_ATTACHMENT);
    }
    if (name != null && name.length != EntryNames.BYTES) {
      throw new IllegalArgumentException(
          "name: " + name.length + " bytes, want " + EntryNames.BYTES);
    }
    this.leaf = leaf;
    this.attachment = attachment;
    this.leafHash = leafHash;
    this.name = name;
    this.tag = tag;
  }

  /// An entry and what lies beside it.
  ///
  /// @param leaf the entry, 1..65,535 bytes; copied
  /// @param attachment what is kept beside the tree, may be empty, at most [#LONGEST_ATTACHMENT]
  ///     bytes; checked against bit rot, but no hash of the tree covers it; copied
  /// @param tag handed back to the [AppendListener], never looked at
  /// @throws IllegalArgumentException naming the part whose length is out of range
  public static Submission of(byte[] leaf, byte[] attachment, @Nullable Object tag) {
    byte[] own = leaf.clone();
    byte[] beside = attachment.length == 0 ? NOTHING : attachment.clone();
    return new Submission(own, beside, HASHER.get().leaf(own), null, tag);
  }

  /// An entry without anything beside it.
  public static Submission of(byte[] leaf) {
    return of(leaf, NOTHING, null);
  }

  /// The same for a caller who made these arrays for this and has hashed the leaf already: nothing
  /// is copied and nothing is hashed again.
  ///
  /// @param leaf nobody writes into it any more
  /// @param attachment likewise
  /// @param leafHash the leaf's RFC 6962 hash. It enters the tree as it is: with another one the
  ///     entry could be appended but never be read or proved again
  /// @param name what the ledger's [EntryNames] gives for this leaf, which is then not asked when
  ///     the entry is appended; it is asked whenever the entry is read again. With another name the
  ///     entry could be appended but never be found, and the folder would not verify. Null when it
  ///     is not known; nobody writes into it any more
  /// @throws IllegalArgumentException naming the part whose length is out of range
  public static Submission owning(
      byte[] leaf, byte[] attachment, Hash leafHash, byte @Nullable [] name, @Nullable Object tag) {
    return new Submission(leaf, attachment, leafHash, name, tag);
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

  /// The name as whoever submits it knows it, or null; not a copy, not to be changed.
  byte @Nullable [] name() {
    return name;
  }

  public @Nullable Object tag() {
    return tag;
  }

  /// How many bytes it takes up in a frame.
  int frameBytes() {
    return Frame.ENTRY_HEAD + leaf.length + attachment.length;
  }
}
