package qerberos.http;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import qerberos.event.JsonBytes;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.notice.KeptNotice;
import qerberos.notice.Notice;
import qerberos.state.Notices;

/// `/notifications`: what there is for oneself to read, whatever ways it went out by, and so what
/// was missed on any of them.
///
/// One's own are those to one's own name, and, for whoever may read all alerts, those to the
/// operators. Whose they are is never taken from the request. Asked for again and again by whoever
/// shows them, so it is no event.
///
/// Safe for concurrent use.
final class NoticeRoutes {
  private static final Set<String> LIST = new LinkedHashSet<>(List.of("since", "limit"));

  private final Notices notices;
  private final GateAdmission admission;

  NoticeRoutes(Notices notices, GateAdmission admission) {
    this.notices = notices;
    this.admission = admission;
  }

  List<Route> routes() {
    return List.of(
        Route.known("GET", "/notifications", Stored.orUnavailable(this::since)),
        Route.known("POST", "/notifications/{id}/read", Stored.orUnavailable(this::read)));
  }

  private Answer since(Exchange exchange) throws IOException {
    Params params = exchange.params(LIST);
    long since = params.number("since", 0, 0, Long.MAX_VALUE);
    int limit = (int) params.number("limit", 100, 1, 1_000);
    String reader = exchange.caller().principal();
    List<KeptNotice> kept = notices.notices(recipients(exchange), reader, since, limit + 1);
    boolean more = kept.size() > limit;
    List<KeptNotice> page = more ? kept.subList(0, limit) : kept;
    return exchange.ok(
        json -> {
          json.object().name("notifications").array();
          page.forEach(one -> write(json, one));
          json.end().name("next").value(page.isEmpty() ? since : page.getLast().place());
          json.name("hasMore").value(more).end();
        });
  }

  private Answer read(Exchange exchange) throws IOException {
    String id = exchange.variable(0);
    Instant now = exchange.receivedAt().truncatedTo(ChronoUnit.MILLIS);
    String reader = exchange.caller().principal();
    if (!notices.read(id, recipients(exchange), reader, now)) {
      throw Refused.notFound("no notification to you has this id");
    }
    return exchange.ok(200, "OK", "read", json -> json.object().name("id").value(id).end());
  }

  private Set<String> recipients(Exchange exchange) {
    String own = exchange.caller().principal();
    return admission.scope(exchange, Permission.ALERTS_READ).orElse(Scope.OWN) == Scope.ALL
        ? Set.of(own, Notice.OPERATORS)
        : Set.of(own);
  }

  /// As it is shown, wherever.
  static void write(JsonBytes json, KeptNotice kept) {
    Notice notice = kept.notice();
    Instant readAt = kept.readAt();
    json.object().name("id").value(notice.id()).name("place").value(kept.place());
    json.name("user_id").value(notice.recipient()).name("type").value(notice.kind());
    json.name("severity").value(notice.severity().name().toLowerCase(Locale.ROOT));
    json.name("subject").value(notice.subject()).name("content").value(notice.text());
    json.name("fields").object();
    notice.fields().forEach((name, value) -> json.name(name).value(value));
    json.end().name("created_at").value(notice.at().toString());
    json.name("read_at").value(readAt == null ? null : readAt.toString()).end();
  }
}
