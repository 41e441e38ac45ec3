package qerberos.trail;

import qerberos.event.AuditEvent;
import qerberos.event.SealedEvent;
import qerberos.ledger.Hash;
import qerberos.ledger.Submission;

/// An event that is ready to be appended: checked, named, sealed and hashed. Immutable.
public final class Prepared {
  private final AuditEvent event;
  private final Submission submission;

  Prepared(SealedEvent sealed) {
    this.event = sealed.event();
    this.submission =
        Submission.owning(
            sealed.leaf(), sealed.sealed(), Hash.of(sealed.leafHash()), sealed.name(), event);
  }

  Prepared(AuditEvent event, byte[] leaf, byte[] sealed) {
    this.event = event;
    this.submission = Submission.of(leaf, sealed, event);
  }

  /// The event as readers will see it.
  public AuditEvent event() {
    return event;
  }

  /// The identifier its entry will have.
  public String cid() {
    return Cid.of(submission.leaf());
  }

  Submission submission() {
    return submission;
  }
}
