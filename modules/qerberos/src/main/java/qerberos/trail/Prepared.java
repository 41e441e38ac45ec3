package qerberos.trail;

import qerberos.event.AuditEvent;
import qerberos.event.SealedEvent;
import qerberos.ledger.Submission;

/// An event that is ready to be appended: checked, named, sealed and hashed. Immutable.
public final class Prepared {
  private final AuditEvent event;
  private final Submission submission;

  Prepared(SealedEvent sealed) {
    this(sealed.event(), sealed.leaf(), sealed.sealed());
  }

  Prepared(AuditEvent event, byte[] leaf, byte[] sealed) {
    this.event = event;
    this.submission = new Submission(leaf, sealed, event);
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
