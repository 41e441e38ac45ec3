/// What an audit event is, and the bytes in which it is written down for good.
///
/// Comes in: the fields of an event, already parsed (`DraftBuilder`, `EventDraft`). Goes out: a
/// `SealedEvent`, which is the leaf that enters the tree and the personal values that lie beside
/// it; and back again from those bytes (`Sealer.open`).
///
/// Start reading at `EventDraft` (what a sender says, with all limits), then `AuditEvent` (what is
/// recorded), then `Sealer`. `Canonical` is RFC 8785; `JsonBytes` writes JSON for those who read
/// it. `Privacy` says what is personal and what is secret. `Leaf` is what the ledger asks of a
/// leaf. `README.md` beside the sources describes every byte, so that a verifier can be written
/// without this code.
///
/// Left out on purpose: this package does no I/O and knows no clock and no dice. Keys come through
/// `SubjectKeys`, times and ids through `AuditEvent`. It does not parse what senders write (that is
/// `intake`), and it uses nothing but the JDK.
@NullMarked
package qerberos.event;

import org.jspecify.annotations.NullMarked;
