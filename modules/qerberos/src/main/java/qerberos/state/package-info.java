/// What is only ours and may be lost: access tokens, the replay cache of signed requests, which
/// sessions were seen before, blocked identities, followers' cursors, small documents such as the
/// last scheduled verification, alerts from outside, tickets, and what is still to be delivered.
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
