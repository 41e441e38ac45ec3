package qerberos.ledger;

/// One entry as it was read back, already checked against its leaf hash in the tree.
///
/// Immutable.
public final class Entry {
  private final long index;
  private final byte[] leaf;
  private final byte[] attachment;

  Entry(long index, byte[] leaf, byte[] attachment) {
    this.index = index;
    this.leaf = leaf;
    this.attachment = attachment;
  }

  /// Its place in the ledger, from 0.
  public long index() {
    return index;
  }

  /// The very bytes that were hashed; not a copy, not to be changed.
  public byte[] leaf() {
    return leaf;
  }

  /// What lies beside the tree, possibly empty; not a copy, not to be changed.
  public byte[] attachment() {
    return attachment;
  }
}
