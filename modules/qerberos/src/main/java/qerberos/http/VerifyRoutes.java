package qerberos.http;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import qerberos.event.JsonBytes;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Verification;
import qerberos.trail.SelfCheck;

/// `/audit/verify`: how the last verification of the whole log ended, or a range verified now;
/// `POST` begins one of the whole log, for administrators.
///
/// Safe for concurrent use.
final class VerifyRoutes {
  private static final Set<String> PARAMETERS = new LinkedHashSet<>(List.of("from", "to"));

  private final SelfCheck selfCheck;
  private final Records records;
  private final Parsers parsers;

  VerifyRoutes(SelfCheck selfCheck, Records records, Parsers parsers) {
    this.selfCheck = selfCheck;
    this.records = records;
    this.parsers = parsers;
  }

  List<Route> routes() {
    return List.of(
        Route.guarded("GET", "/audit/verify", Permission.AUDIT_READ, this::verify),
        Route.guarded("POST", "/audit/verify", Permission.ADMIN, this::begin));
  }

  private Answer verify(Exchange exchange) throws Exception {
    Params params = exchange.params(PARAMETERS);
    if (!params.has("from") && !params.has("to")) {
      return last(exchange);
    }
    if (exchange.caller().scope() != Scope.ALL) {
      throw Refused.because(
          Code.QONSENT_DENIED,
          Permission.AUDIT_READ + " with scope all is needed to verify a range of the log");
    }
    long from = params.number("from", 0, 0, Long.MAX_VALUE - SelfCheck.RANGE_MAX);
    long to = params.number("to", from + SelfCheck.RANGE_MAX, 1, Long.MAX_VALUE);
    if (to <= from || to - from > SelfCheck.RANGE_MAX) {
      throw Refused.field("to", to + ", want " + (from + 1) + ".." + (from + SelfCheck.RANGE_MAX));
    }
    long until = params.has("to") ? to : Math.min(to, selfCheck.published());
    Verification verification;
    try {
      verification =
          exchange.timed(
              "verify", () -> parsers.work(Integer.MAX_VALUE, () -> selfCheck.range(from, until)));
    } catch (IllegalArgumentException e) {
      throw Refused.field("to", String.valueOf(e.getMessage()).replaceFirst("^to: ", ""));
    }
    exchange.waits();
    return exchange.ok(
        json -> {
          json.object().name("from").value(from).name("to").value(until);
          written(json, verification);
          json.end();
        });
  }

  private Answer last(Exchange exchange) {
    Optional<SelfCheck.Result> last = selfCheck.last();
    return exchange.ok(
        json -> {
          json.object();
          last.ifPresent(
              result -> {
                json.name("at")
                    .value(result.at().toString())
                    .name("seconds")
                    .value(result.took().toMillis() / 1000.0)
                    .name("size")
                    .value(result.size());
                written(json, result.verification());
              });
          if (last.isEmpty()) {
            json.name("holds").value((String) null);
          }
          selfCheck
              .running()
              .ifPresent(
                  running ->
                      json.name("running")
                          .object()
                          .name("since")
                          .value(running.since().toString())
                          .name("stage")
                          .value(running.stage())
                          .name("done")
                          .value(running.done())
                          .name("total")
                          .value(running.total())
                          .end());
          json.end();
        });
  }

  private Answer begin(Exchange exchange) throws IOException {
    boolean begun = selfCheck.begin();
    if (begun) {
      records.begun(exchange, "qerberos.verify", "qerberos:log");
    }
    return exchange.ok(
        202,
        begun ? "STARTED" : "ALREADY_RUNNING",
        begun ? "begun; GET shows how far it is" : "one is running; GET shows how far it is",
        json -> json.object().name("started").value(begun).end());
  }

  private static void written(JsonBytes json, Verification verification) {
    switch (verification) {
      case Verification.Holds(Checkpoint checkpoint, List<String> checked) -> {
        json.name("holds")
            .value(true)
            .name("checkpoint")
            .object()
            .name("origin")
            .value(checkpoint.origin())
            .name("size")
            .value(checkpoint.size())
            .name("root")
            .value(checkpoint.root().base64())
            .end()
            .name("checked")
            .array();
        checked.forEach(json::value);
        json.end();
      }
      case Verification.Broken(var damages) -> {
        json.name("holds").value(false).name("damages").array();
        damages.forEach(
            damage ->
                json.object()
                    .name("where")
                    .value(damage.where())
                    .name("what")
                    .value(damage.what())
                    .end());
        json.end();
      }
      case Verification.CannotTell(String reason) ->
          json.name("holds").value((String) null).name("reason").value(reason);
    }
  }
}
