package qerberos.http;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;
import qerberos.identity.Caller;
import qerberos.identity.Permission;
import qerberos.ledger.Checkpoint;
import qerberos.query.IndexBehind;
import qerberos.query.Query;
import qerberos.query.SearchTooLong;
import qerberos.trail.Page;
import qerberos.trail.Shown;
import qerberos.trail.Trail;

/// `GET /audit`, `/audit/search`, `/audit/{id}` and what belongs to one event: entry and proof.
///
/// What the caller may not see does not exist for them: 404, never 403.
///
/// Safe for concurrent use.
final class AuditReads {
  private static final java.time.Duration PROOF_PATIENCE = java.time.Duration.ofSeconds(5);
  private static final Set<String> ONE = new LinkedHashSet<>(List.of("source"));

  private final Trail trail;
  private final Records records;

  AuditReads(Trail trail, Records records) {
    this.trail = trail;
    this.records = records;
  }

  List<Route> routes() {
    return List.of(
        Route.guarded("GET", "/audit", Permission.AUDIT_READ, this::search),
        Route.guarded("GET", "/audit/search", Permission.AUDIT_READ, this::search),
        Route.guarded("GET", "/audit/{id}", Permission.AUDIT_READ, this::one),
        Route.guarded("GET", "/audit/{id}/entry", Permission.AUDIT_READ, this::entry),
        Route.guarded("GET", "/audit/{id}/proof", Permission.AUDIT_READ, this::proof));
  }

  private Answer search(Exchange exchange) throws Exception {
    Asked asked = Asked.of(exchange.params(Asked.NAMES));
    Query query = asked.query();
    @Nullable String cursor = asked.cursor();
    int limit = asked.limit();
    long offset = asked.offset();
    if (cursor == null && offset == 0) {
      records.read(exchange, "qerberos:audit", query.toString());
    }
    Page page;
    try {
      page =
          exchange.timed(
              "search",
              () ->
                  trail.search(
                      exchange.caller().view(), query, asked.order(), limit, offset, cursor));
    } catch (IndexBehind e) {
      throw Refused.unavailable(
          Code.SERVICE_UNAVAILABLE, "the index is being built: " + e.getMessage(), 2);
    } catch (SearchTooLong e) {
      throw Refused.unavailable(
          Code.SERVICE_UNAVAILABLE,
          "the search took longer than "
              + e.most().toMillis()
              + " ms and was stopped; narrow it with startDate and endDate, type or actor, or raise"
              + " search.timeout",
          5);
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, cursor == null ? "q" : "cursor");
    }
    Checkpoint checkpoint = trail.ledger().checkpoint();
    return exchange.ok(
        json -> {
          json.object().name("events").array();
          page.events().forEach(shown -> EventJson.write(json, shown, checkpoint));
          json.end()
              .name("totalCount")
              .value(page.total())
              .name("limit")
              .value(limit)
              .name("offset")
              .value(offset)
              .name("hasMore")
              .value(page.nextCursor() != null);
          if (page.nextCursor() != null) {
            json.name("nextCursor").value(page.nextCursor());
          }
          json.end();
        });
  }

  private Answer one(Exchange exchange) throws Exception {
    Shown shown = found(exchange);
    records.read(exchange, "qerberos:audit", "id:" + exchange.variable(0));
    Checkpoint checkpoint = trail.ledger().checkpoint();
    return exchange.ok(json -> EventJson.write(json, shown, checkpoint));
  }

  private Answer entry(Exchange exchange) throws Exception {
    Shown shown = found(exchange);
    return Answer.of(200, Answer.BYTES, shown.leaf())
        .with("X-Leaf-Index", Long.toString(shown.index()));
  }

  private Answer proof(Exchange exchange) throws Exception {
    Shown shown = found(exchange);
    try {
      byte[] proof =
          exchange.timed("checkpoint", () -> trail.proof(shown.index(), PROOF_PATIENCE).bytes());
      return Answer.of(200, Answer.TEXT, proof);
    } catch (TimeoutException e) {
      throw Refused.unavailable(Code.SERVICE_UNAVAILABLE, "no checkpoint covers this event yet", 1);
    }
  }

  private Shown found(Exchange exchange) throws Exception {
    String id = exchange.variable(0);
    if (id.length() > 128) {
      throw Refused.field("id", "length " + id.length() + ", want 1..128");
    }
    @Nullable String source = exchange.params(ONE).text("source").orElse(null);
    Caller caller = exchange.caller();
    Optional<Shown> shown =
        exchange.timed("read", () -> trail.find(caller.view(), caller.source(), id, source));
    return shown.orElseThrow(() -> Refused.notFound("no event has this id"));
  }

  /// What a reader of the details wants to know about the search that was recorded.
  static Json.Obj asked(String what) {
    return Json.EMPTY.with("query", Json.of(what));
  }
}
