package qerberos.trail;

import qerberos.event.AuditEvent;
import qerberos.ledger.Entry;

/// An event that was read back from the log and checked. Immutable.
public final class Shown {
  private final Entry entry;
  private final AuditEvent event;

  Shown(Entry entry, AuditEvent event) {
    this.entry = entry;
    this.event = event;
  }

  /// Its place in the log, from 0.
  public long index() {
    return entry.index();
  }

  public AuditEvent event() {
    return event;
  }

  /// The very bytes that were hashed into the tree; not a copy, not to be changed.
  public byte[] leaf() {
    return entry.leaf();
  }

  public String cid() {
    return Cid.of(entry.leaf());
  }
}
