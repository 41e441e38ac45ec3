package qerberos.trail;

import qerberos.event.Leaf;
import qerberos.ledger.EntryNames;

/// Tells the ledger what our leaves are called, and what makes two of them the same. Immutable.
public final class LeafNames implements EntryNames {
  @Override
  public byte[] name(byte[] leaf) {
    return Leaf.name(leaf);
  }

  @Override
  public byte[] content(byte[] leaf) {
    return Leaf.senderPart(leaf);
  }
}
