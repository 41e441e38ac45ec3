/// The event bus: what was recorded, as messages on topics, for whoever acts on it.
///
/// Comes in: entries of the log, in order, from a follower's cursor. Goes out: [Message]s on six
/// [Topic]s, `q.qerberos.audit.logged.v1` and its sisters, whose JSON Schemas lie beside the
/// classes. Start reading at [Bus], then [Publishing], which says why no message is lost or told
/// twice, then [Messages].
///
/// A message is a function of its entry: nothing is in it that the log has not, so it can be made
/// again at any time, and says where the proof is found. The id of a message is its topic and leaf
/// index.
///
/// Left out on purpose: no second place where events are kept ([Subscription] reads the log; a
/// [Carrier] is a copy that may be lost), no queue in memory, no acknowledgement of consumers, who
/// keep their own place; no signature of a single message; no personal value that the log seals.
@NullMarked
package qerberos.bus;

import org.jspecify.annotations.NullMarked;
