package qerberos.http;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qerberos.delivery.Deliverer;
import qerberos.event.Json;
import qerberos.event.JsonBytes;
import qerberos.event.Verdict;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.intake.AnyJson;
import qerberos.notice.Acknowledged;
import qerberos.notice.Acknowledgement;
import qerberos.notice.Alert;
import qerberos.notice.AlertBody;
import qerberos.notice.AlertChange;
import qerberos.notice.AlertSeen;
import qerberos.notice.AlertStatus;
import qerberos.notice.KnownAlert;
import qerberos.notice.Notice;
import qerberos.notice.Way;
import qerberos.state.AlertActs;
import qerberos.state.Notices;
import qerberos.state.Telling;
import qerberos.trail.Ids;

/// `/notifications/admin-alert`: alerts from outside, Alertmanager's above all.
///
/// Whoever sends them must not lose one for how it looks, and sends again what is answered with a
/// 5xx and nothing else: so every alert is taken, however odd, and everything that may pass is a
/// 503. 200 means committed. Each alert is a transaction of its own; what is sent again after a
/// failure in between only counts.
///
/// Safe for concurrent use.
final class AlertRoutes {
  private static final int MOST_BYTES = 5 << 20;
  private static final Set<String> NOTE = Set.of("note");
  private static final Set<String> LIST = new LinkedHashSet<>(List.of("status", "limit"));

  private final Notices notices;
  private final Deliverer deliverer;
  private final Records records;
  private final Metrics metrics;
  private final Ids ids;

  AlertRoutes(Notices notices, Deliverer deliverer, Records records, Metrics metrics, Ids ids) {
    this.notices = notices;
    this.deliverer = deliverer;
    this.records = records;
    this.metrics = metrics;
    this.ids = ids;
  }

  List<Route> routes() {
    return List.of(
        // Counted against no limit: Alertmanager does not send again what is answered with 429.
        Route.of(
                "POST",
                "/notifications/admin-alert",
                Permission.ADMIN_ALERT,
                Route.Cost.FREE,
                Stored.orUnavailable(this::told))
            .with(Route.Trait.INTERNAL),
        Route.guarded(
            "GET",
            "/notifications/admin-alert",
            Permission.ALERTS_READ,
            Stored.orUnavailable(this::all)),
        Route.guarded(
            "POST",
            "/notifications/admin-alert/{id}/acknowledge",
            Permission.ALERTS_MANAGE,
            Stored.orUnavailable(this::acknowledge)));
  }

  private Answer told(Exchange exchange) throws IOException {
    byte[] raw = exchange.rawBody(MOST_BYTES);
    Json json;
    try {
      json = AnyJson.read(raw);
    } catch (IllegalArgumentException e) {
      throw Refused.field("body", "not JSON: " + e.getMessage());
    }
    String key =
        exchange
            .onlyHeader("Idempotency-Key")
            .map(given -> exchange.caller().principal() + "\n" + given)
            .orElseGet(ids::next);
    return switch (AlertBody.of(json, key)) {
      case AlertBody.Neither(var reason) -> throw Refused.because(Code.UNPROCESSABLE, reason);
      case AlertBody.Alerts(var alerts) -> taken(exchange, alerts);
    };
  }

  private Answer taken(Exchange exchange, List<Alert> alerts) throws IOException {
    Instant now = exchange.receivedAt().truncatedTo(ChronoUnit.MILLIS);
    List<AlertSeen> seen = new ArrayList<>();
    for (Alert alert : alerts) {
      String notice = ids.next();
      boolean ignored =
          seen.add(
              notices.seen(
                  alert,
                  now,
                  one -> toOperators(one, notice, now),
                  one -> told(exchange, one, notice, now)));
    }
    for (AlertSeen one : seen) {
      if (one.change() != AlertChange.REPEATED) {
        metrics.count(
            "qerberos.admin.alerts",
            1,
            "severity",
            lower(one.alert().severity()),
            "status",
            lower(one.alert().status()));
      }
    }
    long repeated = seen.stream().filter(one -> one.change() == AlertChange.REPEATED).count();
    if (repeated < seen.size()) {
      deliverer.wake();
    }
    return exchange.ok(
        json -> {
          json.object().name("accepted").value(seen.size() - repeated);
          json.name("duplicates").value(repeated).name("alerts").array();
          for (AlertSeen one : seen) {
            json.object().name("id").value(one.alert().id());
            json.name("status").value(lower(one.alert().status()));
            json.name("change").value(lower(one.change())).name("count").value(one.count()).end();
          }
          json.end().end();
        });
  }

  /// What they read, and, once for each firing, what goes out to whom the routes name.
  private List<Notice> toOperators(AlertSeen seen, String notice, Instant now) {
    if (seen.change() == AlertChange.REPEATED) {
      return List.of();
    }
    List<Way> ways = deliverer.ways(seen.alert().severity(), AlertActs.TYPE, null);
    boolean begins = seen.change().begins();
    return List.of(
        seen.toOperators(
            notice,
            now,
            begins ? ways : overTo(seen, ways),
            begins
                ? deliverer.escalations(seen.alert().severity(), AlertActs.TYPE, null)
                : List.of()));
  }

  /// That it is over goes to the webhooks which heard that it began, and to nobody else: what
  /// opened an incident must close it, and a second mail tells nobody anything they have to do.
  /// Their quiet hours still count.
  private List<Way> overTo(AlertSeen seen, List<Way> ways) {
    return seen.heard().stream()
        .filter(_ -> deliverer.has("webhook"))
        .map(
            name ->
                ways.stream()
                    .filter(way -> way.isWebhook() && way.address().equals(name))
                    .findFirst()
                    .orElse(Way.webhook(name)))
        .toList();
  }

  private Telling told(Exchange exchange, AlertSeen seen, String notice, Instant now) {
    if (seen.change() == AlertChange.REPEATED) {
      return Telling.NOTHING;
    }
    Alert alert = seen.alert();
    boolean firing = alert.status() == AlertStatus.FIRING;
    return records.told(
        exchange,
        now,
        AlertActs.TYPE,
        AlertActs.ref(alert),
        alert.source().equals(AlertBody.ALERTMANAGER)
            ? "system:alertmanager"
            : "system:admin-alert",
        firing ? Verdict.WARN : Verdict.ALLOW,
        lower(alert.severity()),
        AlertActs.what(seen, notice));
  }

  /// Alerts are nobody's own.
  private static void wantsAll(Exchange exchange, Permission permission) {
    if (exchange.caller().scope() != Scope.ALL) {
      throw Refused.because(
          Code.QONSENT_DENIED, "permission " + permission + " denied: want it with scope all");
    }
  }

  private Answer acknowledge(Exchange exchange) throws IOException {
    wantsAll(exchange, Permission.ALERTS_MANAGE);
    String note =
        switch (Body.members(exchange, NOTE).get("note")) {
          case null -> null;
          case Json.Str(var text) -> text;
          default -> throw Refused.field("note", "want a text");
        };
    Acknowledgement given;
    try {
      given =
          new Acknowledgement(
              exchange.caller().principal(),
              exchange.receivedAt().truncatedTo(ChronoUnit.MILLIS),
              note);
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, "body");
    }
    Acknowledged outcome =
        notices
            .acknowledge(exchange.variable(0), given, now -> acknowledged(exchange, now))
            .orElseThrow(() -> Refused.notFound("no alert has this id"));
    return switch (outcome) {
      case Acknowledged.Now(var alert, _) ->
          exchange.ok(200, "OK", "acknowledged", json -> write(json, alert));
      case Acknowledged.Already(var alert) ->
          exchange.ok(200, "OK", "somebody had acknowledged it", json -> write(json, alert));
      case Acknowledged.Over _ ->
          throw Refused.because(Code.CONFLICT, "it is resolved, there is nothing to acknowledge");
    };
  }

  private Telling acknowledged(Exchange exchange, Acknowledged.Now now) {
    return records.doing(
        exchange,
        AlertActs.TYPE,
        AlertActs.ref(now.alert().alert()),
        _ -> Optional.of(AlertActs.acknowledged(now)));
  }

  private Answer all(Exchange exchange) throws IOException {
    wantsAll(exchange, Permission.ALERTS_READ);
    Params params = exchange.params(LIST);
    @Nullable AlertStatus status =
        params
            .text("status")
            .map(
                text ->
                    switch (text) {
                      case "firing" -> AlertStatus.FIRING;
                      case "resolved" -> AlertStatus.RESOLVED;
                      default ->
                          throw Refused.field(
                              "status",
                              "\"" + Params.shortened(text) + "\", want firing or resolved");
                    })
            .orElse(null);
    List<KnownAlert> known = notices.alerts(status, (int) params.number("limit", 100, 1, 1_000));
    return exchange.ok(
        json -> {
          json.object().name("alerts").array();
          known.forEach(one -> write(json, one));
          json.end().end();
        });
  }

  private static void write(JsonBytes json, KnownAlert known) {
    Alert alert = known.alert();
    json.object().name("id").value(known.id()).name("status").value(lower(alert.status()));
    json.name("severity").value(lower(alert.severity())).name("summary").value(alert.summary());
    json.name("source").value(alert.source()).name("fingerprint").value(alert.fingerprint());
    json.name("startsAt").value(alert.startsAt().toString()).name("fields").object();
    alert.fields().forEach((name, value) -> json.name(name).value(value));
    json.end().name("firstSeen").value(known.firstSeen().toString());
    json.name("lastSeen").value(known.lastSeen().toString()).name("count").value(known.count());
    Instant resolvedAt = known.resolvedAt();
    json.name("resolvedAt").value(resolvedAt == null ? null : resolvedAt.toString());
    Acknowledgement given = known.acknowledgement();
    json.name("acknowledgedAt").value(given == null ? null : given.at().toString());
    json.name("acknowledgedBy").value(given == null ? null : given.by());
    json.name("acknowledgedNote").value(given == null ? null : given.note()).end();
  }

  private static String lower(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT);
  }
}
