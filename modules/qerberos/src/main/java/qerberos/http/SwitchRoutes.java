package qerberos.http;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qerberos.event.Fault;
import qerberos.event.Json;
import qerberos.identity.Permission;
import qerberos.state.StateUnavailable;
import qerberos.state.Switch;
import qerberos.state.SwitchActs;
import qerberos.state.Telling;

/// `/admin/maintenance` and `/admin/evidence-lock`: where the two switches stand, and putting them
/// there. What shuts people out, or lets evidence be changed again, wants `X-Admin-Confirmation`.
/// Each change is an event.
///
/// Safe for concurrent use.
final class SwitchRoutes {
  private static final String CONFIRMATION = "X-Admin-Confirmation";
  private static final int REASON_MAX = 500;
  private static final Set<String> MEMBERS =
      new LinkedHashSet<>(List.of("enabled", "reason", "until"));

  private final Switch maintenance;
  private final EvidenceLock evidence;
  private final Records records;
  private final String phrase;

  /// @param phrase what the confirmation must say
  SwitchRoutes(Switch maintenance, EvidenceLock evidence, Records records, String phrase) {
    this.maintenance = maintenance;
    this.evidence = evidence;
    this.records = records;
    this.phrase = phrase;
  }

  List<Route> routes() {
    return List.of(
        admin("GET", "/admin/maintenance", exchange -> shown(exchange, maintenance, false)),
        admin("PUT", "/admin/maintenance", this::putMaintenance),
        admin(
            "GET",
            "/admin/evidence-lock",
            exchange -> shown(exchange, evidence.by(), evidence.bySettings())),
        admin("PUT", "/admin/evidence-lock", this::putEvidenceLock));
  }

  private static Route admin(String method, String pattern, Route.Handler handler) {
    return Route.guarded(method, pattern, Permission.ADMIN, Stored.orUnavailable(handler))
        .with(Route.Trait.IN_MAINTENANCE);
  }

  private Answer putMaintenance(Exchange exchange) throws IOException {
    Switch.Position wanted = wanted(exchange);
    if (wanted.on()) {
      requireConfirmation(exchange, "shuts people out");
    }
    put(exchange, maintenance, wanted);
    return shown(exchange, maintenance, false);
  }

  private Answer putEvidenceLock(Exchange exchange) throws IOException {
    Switch.Position wanted = wanted(exchange);
    if (!wanted.on()) {
      if (evidence.bySettings()) {
        throw Refused.because(
            Code.EVIDENCE_LOCK, evidence.sentence() + ", want a restart without that");
      }
      requireConfirmation(exchange, "lets evidence be changed");
    }
    put(exchange, evidence.by(), wanted);
    return shown(exchange, evidence.by(), evidence.bySettings());
  }

  private void put(Exchange exchange, Switch of, Switch.Position wanted) throws StateUnavailable {
    Telling telling =
        records.doing(
            exchange,
            SwitchActs.type(of, wanted.on()),
            "qerberos:service",
            _ -> Optional.of(SwitchActs.what(wanted)));
    of.put(wanted, telling);
  }

  private Switch.Position wanted(Exchange exchange) throws IOException {
    Json.Obj body = Body.members(exchange, MEMBERS);
    List<Fault> faults = new ArrayList<>();
    boolean on = false;
    switch (body.get("enabled")) {
      case Json.Bool(var value) -> on = value;
      case null, default -> faults.add(new Fault("enabled", "want true or false"));
    }
    String reason = body.text("reason");
    int length = reason == null ? 0 : reason.codePointCount(0, reason.length());
    if (length > REASON_MAX || (on && length == 0)) {
      faults.add(
          new Fault("reason", "length " + length + ", want " + (on ? 1 : 0) + ".." + REASON_MAX));
    }
    @Nullable Instant until = until(body, on, exchange.receivedAt(), faults);
    if (!faults.isEmpty()) {
      throw Refused.fields(faults);
    }
    return new Switch.Position(
        on,
        reason == null ? "" : reason,
        exchange.caller().principal(),
        exchange.receivedAt(),
        until);
  }

  private static @Nullable Instant until(
      Json.Obj body, boolean on, Instant now, List<Fault> faults) {
    String text = body.text("until");
    if (text == null) {
      return null;
    }
    try {
      Instant until = Instant.parse(text);
      if (!on) {
        faults.add(new Fault("until", "want enabled true with it"));
      } else if (!until.isAfter(now)) {
        faults.add(new Fault("until", "\"" + text + "\" is over, want a time to come"));
      }
      return until;
    } catch (DateTimeException e) {
      faults.add(
          new Fault("until", "\"" + Params.shortened(text) + "\", want 2026-12-31T00:00:00Z"));
      return null;
    }
  }

  private void requireConfirmation(Exchange exchange, String because) {
    if (!exchange.onlyHeader(CONFIRMATION).orElse("").equals(phrase)) {
      throw Refused.because(
          Code.CONFIRMATION_REQUIRED,
          "this "
              + because
              + ", want the header "
              + CONFIRMATION
              + " with the words of QERBEROS_ADMIN_CONFIRMATION_PHRASE");
    }
  }

  private static Answer shown(Exchange exchange, Switch of, boolean bySettings) {
    Switch.Position position = of.position();
    boolean on = bySettings || position.holds(exchange.receivedAt());
    return exchange.ok(
        json -> {
          json.object().name("enabled").value(on);
          if (bySettings) {
            json.name("bySettings").value(true);
          }
          if (!position.by().isEmpty()) {
            json.name("reason").value(position.reason());
            json.name("by").value(position.by());
            json.name("since").value(position.since().toString());
          }
          Instant until = position.until();
          if (until != null) {
            json.name("until").value(until.toString());
          }
          json.end();
        });
  }

  /// What is due every few seconds: the end of what was to end by itself.
  void endThoseOver(Instant now) throws StateUnavailable {
    for (Switch of : List.of(maintenance, evidence.by())) {
      if (of.isOver()) {
        of.end(now, records.ended(of, now));
      }
    }
  }
}
