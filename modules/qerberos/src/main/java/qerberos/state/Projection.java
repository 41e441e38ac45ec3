package qerberos.state;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.event.Reserved;

/// Turns events of our own into the state that they were recorded with. What of the state comes
/// back that way, and what does not:
///
///     access_token          from the log, by its hash; when it was used last is lost
///     blocked_identity      from the log
///     saved_search          from the log
///     admin_alert           from the log; how often it was repeated since it last changed is lost
///     support_ticket        from the log: what a person wrote there lies sealed under their key,
///     support_ticket_entry    and what was erased stays erased
///     document              the switches from the log; the checkpoint from the ledger; what was
///                           found by looking (the last verification, who is in the lists, which
///                           webhooks are gone) is found again
///     notification          from the log, in its order, those of alerts and tickets; what people
///                           sent each other stands in no event, and is lost
///     notification_place    beyond all that were ever given
///     notification_read     ours alone: what was read is shown as unread once more
///     delivery              ours alone: what still waited is not sent any more, and is there to be
///                           read. Sent again it could be sent twice, and long after
///     outbox                ours alone: an act that was not in the log yet was not done
///     replayed_request      ours alone: a signed request could be played again as long as its time
///                           holds, which is minutes
///     first_use             ours alone: a login is recorded once more
///     ws_ticket             ours alone: each is good for a minute
///     follower_cursor       found again: a follower that does not know begins at its own end
///
/// Only events that we recorded ourselves count: their source, which is set by us and which nobody
/// who sends has, and their layer. What looks like one and is not is passed over.
///
/// Events stand in the log in the order in which they were appended, which differs from the order
/// of the acts when one had to wait ([Outbox]). So an event says of which line, or how many-th, it
/// is; or the one that was made later counts: it carries the time at which it was made. A clock
/// that was set back between two acts on the same thing misleads that.
///
/// Doing it twice gives the same. Within the caller's transaction; used by one thread.
final class Projection {
  private final Handle handle;
  private final String ownSource;
  private final Map<String, Instant> last = new HashMap<>();
  private final Map<String, OwnAct> revokedAhead = new HashMap<>();
  private final Map<OwnAct.Taken, Long> taken = new EnumMap<>(OwnAct.Taken.class);
  private long rebuilds;

  /// @param ownSource of events of our own
  Projection(Handle handle, String ownSource) {
    this.handle = handle;
    this.ownSource = ownSource;
  }

  /// Takes over what this event did, if it did anything.
  void apply(AuditEvent event) {
    if (!event.source().equals(ownSource) || !event.layer().equals(Reserved.LAYER)) {
      return;
    }
    OwnAct.Taken how;
    try {
      how = project(new OwnAct(event));
    } catch (IllegalArgumentException | DateTimeException | NoSuchElementException e) {
      // Not as we write it today, nor as we ever did: what it does say is not enough.
      how = OwnAct.Taken.INCOMPLETE;
    }
    taken.merge(how, 1L, Long::sum);
  }

  /// How many events were taken over in this way.
  long count(OwnAct.Taken how) {
    return taken.getOrDefault(how, 0L);
  }

  /// How many times the state was made anew, this time included.
  long rebuilds() {
    return rebuilds;
  }

  private OwnAct.Taken project(OwnAct act) {
    return switch (act.event().type()) {
      case AlertActs.TYPE -> AlertActs.project(handle, act);
      case TicketActs.CREATE -> TicketActs.projectMade(handle, act);
      case TicketActs.UPDATE -> TicketActs.projectChanged(handle, act);
      case AccessActs.TOKEN_CREATE -> made(act);
      case AccessActs.TOKEN_REVOKE -> revoked(act);
      case AccessActs.BLOCK ->
          isLast("block\n" + AccessActs.identity(act), act)
              ? AccessActs.projectBlocked(handle, act)
              : OwnAct.Taken.WHOLE;
      case AccessActs.UNBLOCK ->
          isLast("block\n" + AccessActs.identity(act), act)
              ? AccessActs.projectUnblocked(handle, act)
              : OwnAct.Taken.WHOLE;
      case SearchActs.SAVE ->
          isLast("search\n" + SearchActs.key(act), act)
              ? SearchActs.projectSaved(handle, act)
              : OwnAct.Taken.WHOLE;
      case SearchActs.DELETE ->
          isLast("search\n" + SearchActs.key(act), act)
              ? SearchActs.projectDeleted(handle, act)
              : OwnAct.Taken.WHOLE;
      case "maintenance.on" -> put(State.MAINTENANCE, true, act);
      case "maintenance.off" -> put(State.MAINTENANCE, false, act);
      case "evidence_lock.on" -> put(State.EVIDENCE_LOCK, true, act);
      case "evidence_lock.off" -> put(State.EVIDENCE_LOCK, false, act);
      case Rebuild.EVENT -> {
        rebuilds++;
        yield OwnAct.Taken.NOTHING;
      }
      default -> OwnAct.Taken.NOTHING;
    };
  }

  private OwnAct.Taken made(OwnAct act) {
    OwnAct.Taken how = AccessActs.projectMade(handle, act);
    @Nullable OwnAct revocation = revokedAhead.remove(AccessActs.token(act));
    if (revocation != null) {
      boolean ignored = AccessActs.projectRevoked(handle, revocation);
    }
    return how;
  }

  private OwnAct.Taken revoked(OwnAct act) {
    if (!AccessActs.projectRevoked(handle, act)) {
      OwnAct ignored = revokedAhead.putIfAbsent(AccessActs.token(act), act);
    }
    return OwnAct.Taken.WHOLE;
  }

  private OwnAct.Taken put(String name, boolean on, OwnAct act) {
    return isLast("switch\n" + name, act)
        ? SwitchActs.project(handle, name, on, act)
        : OwnAct.Taken.WHOLE;
  }

  /// Whether none that was made later has been seen.
  private boolean isLast(String about, OwnAct act) {
    Instant made = act.event().receivedAt();
    Instant before = last.get(about);
    if (before != null && made.isBefore(before)) {
      return false;
    }
    last.put(about, made);
    return true;
  }
}
