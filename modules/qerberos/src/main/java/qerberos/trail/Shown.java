package qerberos.trail;

import qerberos.event.AuditEvent;
import qerberos.ledger.Hash;
import qerberos.ledger.Rfc6962;

/// An event that was read back from the log and checked. Immutable.
public final class Shown {
  private final long index;
  private final byte[] leaf;
  private final AuditEvent event;

  /// @param leaf its own from now on
  Shown(long index, byte[] leaf, AuditEvent event) {
    this.index = index;
    this.leaf = leaf;
    this.event = event;
  }

  /// Its place in the log, from 0.
  public long index() {
    return index;
  }

  public AuditEvent event() {
    return event;
  }

  /// The very bytes that were hashed into the tree; not a copy, not to be changed.
  public byte[] leaf() {
    return leaf;
  }

  /// The hash under which it stands in the tree, RFC 6962.
  public Hash leafHash() {
    return Rfc6962.leafHash(leaf);
  }

  public String cid() {
    return Cid.of(leaf);
  }
}
