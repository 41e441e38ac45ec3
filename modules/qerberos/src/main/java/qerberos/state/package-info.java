/// What is read and joined, and may be lost. What people change (access tokens, blocked identities,
/// saved searches, switches, alerts from outside, tickets) stands in the ledger too, and is made
/// anew from there: the classes called `Acts` write it into events and read it back, [Projection]
/// says what of each table comes back. What is only ours (the replay cache, which sessions were
/// seen before, what is still to be delivered, small documents such as the last scheduled
/// verification) does not.
///
/// What somebody has to hear of is committed with the write it tells of, see [Outbox].
///
/// Comes in: plain values. Goes out: plain values, or [StateUnavailable], the one exception of this
/// package. Start reading at [State]; behind it stands one small class for each table.
///
/// Left out on purpose: audit events and everything that must never be lost (the ledger), and any
/// knowledge of HTTP, identities and permissions. Losing or damaging the state never stops ingest
/// or reading of the trail; what needs it answers 503 meanwhile.
@NullMarked
package qerberos.state;

import org.jspecify.annotations.NullMarked;
