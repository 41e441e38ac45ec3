package qerberos.http;

import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qerberos.delivery.Deliverer;
import qerberos.delivery.Room;
import qerberos.event.Fault;
import qerberos.event.Json;
import qerberos.identity.Permission;
import qerberos.identity.SquidIdentity;
import qerberos.notice.Notice;
import qerberos.notice.Posting;
import qerberos.notice.Way;
import qerberos.state.Notices;
import qerberos.trail.Ids;

/// `/notifications/ws-send` and `/notifications/email`: who may, says something to somebody.
///
/// It is an event that they did, committed with the message and without its words; each attempt to
/// deliver it is another ([Deliverer]). Every message says who sent it.
///
/// Safe for concurrent use.
final class SendRoutes {
  private static final int MOST_BYTES = 256 << 10;
  private static final String MAIL = "email";
  private static final Set<String> SEND =
      new LinkedHashSet<>(List.of("user_id", "type", "content"));
  private static final Set<String> LETTER = new LinkedHashSet<>(List.of("to", "subject", "body"));

  private final Notices notices;
  private final Deliverer deliverer;
  private final Room room;
  private final Records records;
  private final Ids ids;

  SendRoutes(Notices notices, Deliverer deliverer, Room room, Records records, Ids ids) {
    this.notices = notices;
    this.deliverer = deliverer;
    this.room = room;
    this.records = records;
    this.ids = ids;
  }

  List<Route> routes() {
    return List.of(
        Route.guarded(
            "POST",
            "/notifications/ws-send",
            Permission.NOTIFICATIONS_SEND,
            Stored.orUnavailable(this::send)),
        Route.guarded(
            "POST",
            "/notifications/email",
            Permission.NOTIFICATIONS_SEND,
            Stored.orUnavailable(this::mail)));
  }

  private Answer send(Exchange exchange) throws IOException {
    Json.Obj body = Body.members(exchange, SEND, MOST_BYTES);
    List<Fault> faults = new ArrayList<>();
    String to = required(body, "user_id", faults);
    String type = body.get("type") == null ? "system" : required(body, "type", faults);
    String content = required(body, "content", faults);
    if (!faults.isEmpty()) {
      throw Refused.fields(faults);
    }
    Notice notice;
    try {
      notice =
          Posting.toPrincipal(
              ids.next(),
              exchange.caller().principal(),
              normal(to),
              type,
              content,
              exchange.receivedAt().truncatedTo(ChronoUnit.MILLIS));
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, "body");
    }
    boolean connected = room.listening(notice.recipient()) > 0;
    keep(exchange, notice, Way.WS);
    return exchange.ok(
        200,
        "OK",
        connected ? "sent" : "kept: nobody is connected as this identity",
        json ->
            json.object()
                .name("id")
                .value(notice.id())
                .name("user_id")
                .value(notice.recipient())
                .name("type")
                .value(notice.kind())
                .name("content")
                .value(notice.text())
                .name("delivered")
                .value(connected)
                .end());
  }

  private Answer mail(Exchange exchange) throws IOException {
    Json.Obj body = Body.members(exchange, LETTER, MOST_BYTES);
    List<Fault> faults = new ArrayList<>();
    String to = required(body, "to", faults);
    String subject = required(body, "subject", faults);
    String text = required(body, "body", faults);
    if (!faults.isEmpty()) {
      throw Refused.fields(faults);
    }
    boolean sent = deliverer.has(MAIL);
    Notice notice;
    try {
      notice =
          Posting.toMailbox(
              ids.next(),
              exchange.caller().principal(),
              to,
              subject,
              text,
              exchange.receivedAt().truncatedTo(ChronoUnit.MILLIS),
              sent);
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, "body");
    }
    keep(exchange, notice, MAIL);
    return exchange.ok(
        202,
        "ACCEPTED",
        sent ? "to be sent" : "kept, and not sent: no mail server is configured",
        json ->
            json.object()
                .name("id")
                .value(notice.id())
                .name("to")
                .value(to)
                .name("subject")
                .value(notice.subject())
                .name("status")
                .value(sent ? "queued" : "stored")
                .end());
  }

  private void keep(Exchange exchange, Notice notice, String channel) throws IOException {
    Json.Obj what =
        Json.EMPTY
            .with("recipient", Json.of(notice.recipient()))
            .with("channel", Json.of(channel))
            .with("kind", Json.of(notice.kind()))
            .with("sent", Json.of(!notice.ways().isEmpty()))
            .with("length", Json.of((double) notice.text().length()));
    notices.keep(
        List.of(notice),
        records.doing(
            exchange, "notification.send", "notification:" + notice.id(), _ -> Optional.of(what)));
    deliverer.wake();
  }

  private static String normal(String id) {
    try {
      return SquidIdentity.normal(id);
    } catch (IllegalArgumentException e) {
      return id;
    }
  }

  /// The empty text when it is at fault.
  private static String required(Json.Obj body, String name, List<Fault> faults) {
    @Nullable Json value = body.get(name);
    if (value instanceof Json.Str(var text)) {
      return text;
    }
    boolean ignored = faults.add(new Fault(name, value == null ? "missing" : "want a text"));
    return "";
  }
}
