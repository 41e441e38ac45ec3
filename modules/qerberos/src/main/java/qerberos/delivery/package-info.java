/// Brings messages to people: takes what is due from the state, gives it to a channel, and records
/// how each attempt ended as an event.
///
/// **In**: what [qerberos.notice.NoticeStore] says is due, and the channels there are. **Out**:
/// calls of [qerberos.notice.Channel], and events `notification.<channel>`. Start reading at
/// [Deliverer]; [Room] is where they wait who want to hear of it at once.
///
/// Left out on purpose: what a channel speaks, when something is tried again
/// ([qerberos.notice.Retries]), and who hears of what (the routes decide that when it happens).
@NullMarked
package qerberos.delivery;

import org.jspecify.annotations.NullMarked;
