package qerberos.state;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;
import qerberos.notice.Changed;
import qerberos.notice.Ticket;
import qerberos.notice.TicketEntry;
import qerberos.notice.TicketStatus;
import qerberos.notice.Whose;

/// What an event says about a ticket that was made or changed, and back.
///
/// Subject, message and note are what a person wrote: the ledger holds them sealed under the key of
/// whoever wrote them, so that destroying that key takes them
/// back. A secret that somebody wrote into one is masked there, and stays masked in what is made
/// from it.
///
/// Each line of a history says which one it is, so it comes to stand there whatever order the
/// events are in.
public final class TicketActs {
  public static final String CREATE = "support.ticket.create";
  public static final String UPDATE = "support.ticket.update";
  private static final String REF = "ticket:";

  private TicketActs() {}

  public static String ref(Ticket ticket) {
    return REF + ticket.id();
  }

  /// @param noticeId of what the operators read about it
  public static Json.Obj made(Ticket ticket, String noticeId) {
    return Json.EMPTY
        .with("status", Json.of(ticket.status().text()))
        .with("subject", Json.of(ticket.subject()))
        .with("subjectLength", Json.of((double) ticket.subject().length()))
        .with("message", Json.of(ticket.message()))
        .with("messageLength", Json.of((double) ticket.message().length()))
        .with("notice", Json.of(noticeId));
  }

  /// @param noticeId of what its owner reads about it; null when they did it themselves
  public static Json.Obj changed(Changed.To to, @Nullable String noticeId) {
    TicketEntry entry = to.entry();
    Json.Obj what = Json.EMPTY.with("line", Json.of((double) to.ticket().history().size() - 1));
    TicketStatus status = entry.status();
    if (status != null) {
      what =
          what.with("from", Json.of(to.before().status().text()))
              .with("status", Json.of(status.text()));
    }
    if (entry.assignee() != null) {
      what = what.with("assignee", Json.of(entry.assignee()));
    }
    if (entry.note() != null) {
      what =
          what.with("note", Json.of(entry.note()))
              .with("noteLength", Json.of((double) entry.note().length()));
    }
    return noticeId == null ? what : what.with("notice", Json.of(noticeId));
  }

  static OwnAct.Taken projectMade(Handle handle, OwnAct act) {
    Ticket ticket =
        Ticket.opened(
            act.about(REF),
            act.by(),
            act.event().actor().subId(),
            act.event().actor().daoId(),
            act.personal("subject"),
            act.personal("message"),
            act.at());
    TicketRows.addMade(handle, ticket);
    TicketRows.refresh(handle, ticket.id());
    @Nullable String noticeId = act.text("notice");
    if (noticeId != null) {
      NoticeRows.addOnce(handle, ticket.toOperators(noticeId));
    }
    if (act.wasErased("subject") || act.wasErased("message")) {
      return OwnAct.Taken.ERASED;
    }
    return noticeId == null ? OwnAct.Taken.INCOMPLETE : OwnAct.Taken.WHOLE;
  }

  static OwnAct.Taken projectChanged(Handle handle, OwnAct act) {
    String id = act.about(REF);
    @Nullable String status = act.text("status");
    boolean noted = act.number("noteLength") != null;
    var entry =
        new TicketEntry(
            act.at(),
            act.by(),
            status == null ? null : TicketStatus.of(status).orElseThrow(),
            act.text("assignee"),
            noted ? act.personal("note") : null);
    @Nullable Long line = act.number("line");
    TicketRows.addLine(handle, id, line, entry);
    TicketRows.refresh(handle, id);
    @Nullable String noticeId = act.text("notice");
    if (noticeId != null) {
      TicketRows.one(handle, id, new Whose.Everybodys())
          .ifPresent(ticket -> NoticeRows.addOnce(handle, ticket.toOwner(noticeId, entry)));
    }
    if (act.wasErased("note")) {
      return OwnAct.Taken.ERASED;
    }
    return line == null ? OwnAct.Taken.INCOMPLETE : OwnAct.Taken.WHOLE;
  }
}
