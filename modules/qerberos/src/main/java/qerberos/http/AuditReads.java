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
import qerberos.ledger.TlogProof;
import qerberos.query.Aggregate;
import qerberos.query.IndexBehind;
import qerberos.query.Query;
import qerberos.trail.Page;
import qerberos.trail.Shown;
import qerberos.trail.Trail;

/// `GET /audit`, `/audit/search`, `/audit/{id}` and what belongs to one event: entry and proof.
///
/// With `facets=type,verdict` a page comes with how many of all hits have each of the most frequent
/// values (`facetSize`, 1..100, of them). With `proof=true` each event carries its proof as
/// `{extra, index, hashes}`, and the page carries the `checkpoint` they all lead to: written one
/// below the other, they are a `c2sp.org/tlog-proof@v1` file; `extra` is the leaf, which a verifier
/// hashes and does not trust. With `search=name` it finds what a saved search finds
/// ([SearchRoutes]).
///
/// What the caller may not see does not exist for them: 404, never 403.
///
/// Safe for concurrent use.
final class AuditReads {
  private static final java.time.Duration PROOF_PATIENCE = java.time.Duration.ofSeconds(5);
  /// Proofs on one page at most.
  private static final int PROVEN_MAX = 100;

  private static final Set<String> NAMES = names();
  private static final Set<String> ONE = new LinkedHashSet<>(List.of("source"));
  private static final Set<String> PROOF = new LinkedHashSet<>(List.of("source", "witnessed"));

  private final Trail trail;
  private final Records records;
  private final SearchRoutes saved;

  AuditReads(Trail trail, Records records, SearchRoutes saved) {
    this.trail = trail;
    this.records = records;
    this.saved = saved;
  }

  private static Set<String> names() {
    Set<String> names = new LinkedHashSet<>(Asked.NAMES);
    names.addAll(List.of("search", "searchOwner", "facets", "facetSize", "proof"));
    return names;
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
    Params params = exchange.params(NAMES);
    Asked asked = saved.within(exchange, params, Asked.of(params));
    Query query = asked.query();
    @Nullable String cursor = asked.cursor();
    int limit = asked.limit();
    long offset = asked.offset();
    boolean proven = proven(params, limit);
    List<String> facets = Figures.fields(params, "facets");
    List<Aggregate> numbers =
        Figures.top("facets", facets, (int) params.number("facetSize", 10, 1, 100));
    if (cursor == null && offset == 0) {
      records.read(exchange, "qerberos:audit", query.toString());
    }
    Page page =
        Figures.asked(
            exchange,
            cursor == null ? "q" : "cursor",
            () ->
                trail
                    .search()
                    .page(
                        exchange.caller().view(),
                        query,
                        asked.order(),
                        limit,
                        offset,
                        cursor,
                        numbers));
    List<TlogProof> proofs = proven ? proofs(exchange, page.events()) : List.of();
    Checkpoint checkpoint = trail.ledger().checkpoint();
    return exchange.ok(
        json -> {
          json.object().name("events").array();
          for (int i = 0; i < page.events().size(); i++) {
            EventJson.write(json, page.events().get(i), checkpoint, proven ? proofs.get(i) : null);
          }
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
          if (!facets.isEmpty()) {
            Figures.write(json.name("facets"), facets, page.facets());
          }
          if (!proofs.isEmpty()) {
            json.name("checkpoint").value(proofs.getFirst().checkpoint().toString());
          }
          json.end();
        });
  }

  private static boolean proven(Params params, int limit) {
    boolean proven = params.flag("proof");
    if (proven && limit > PROVEN_MAX) {
      throw Refused.field(
          "limit", "\"" + limit + "\", want 1.." + PROVEN_MAX + " together with proof=true");
    }
    return proven;
  }

  private List<TlogProof> proofs(Exchange exchange, List<Shown> events) throws Exception {
    if (events.isEmpty()) {
      return List.of();
    }
    try {
      return exchange.timed("checkpoint", () -> trail.proofs().of(events, PROOF_PATIENCE));
    } catch (TimeoutException e) {
      throw Refused.unavailable(
          Code.SERVICE_UNAVAILABLE, "no checkpoint covers the newest of these events yet", 1);
    }
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

  /// `?witnessed=true` wants a checkpoint that witnesses have cosigned, which may take as long as
  /// `ledger.witnessInterval`.
  private Answer proof(Exchange exchange) throws Exception {
    boolean witnessed = exchange.params(PROOF).flag("witnessed");
    if (witnessed && !trail.witnesses().any()) {
      throw Refused.field("witnessed", "this log has no witnesses (ledger.witnesses)");
    }
    Shown shown = found(exchange, PROOF);
    try {
      byte[] proof =
          exchange.timed(
              "checkpoint",
              () ->
                  (witnessed
                          ? trail.proofs().witnessed(shown.index(), PROOF_PATIENCE)
                          : trail.proofs().of(shown.index(), PROOF_PATIENCE))
                      .bytes());
      return Answer.of(200, Answer.TEXT, proof);
    } catch (TimeoutException e) {
      throw Refused.unavailable(
          Code.SERVICE_UNAVAILABLE,
          witnessed
              ? "no checkpoint that covers this event has been cosigned by enough witnesses yet"
              : "no checkpoint covers this event yet",
          witnessed ? 5 : 1);
    }
  }

  private Shown found(Exchange exchange) throws Exception {
    return found(exchange, ONE);
  }

  private Shown found(Exchange exchange, Set<String> known) throws Exception {
    String id = exchange.variable(0);
    if (id.length() > 128) {
      throw Refused.field("id", "length " + id.length() + ", want 1..128");
    }
    @Nullable String source = exchange.params(known).text("source").orElse(null);
    Caller caller = exchange.caller();
    try {
      Optional<Shown> shown =
          exchange.timed(
              "read", () -> trail.search().find(caller.view(), caller.source(), id, source));
      return shown.orElseThrow(() -> Refused.notFound("no event has this id"));
    } catch (IndexBehind e) {
      throw Figures.behind(e);
    }
  }

  /// What a reader of the details wants to know about the search that was recorded.
  static Json.Obj asked(String what) {
    return Json.EMPTY.with("query", Json.of(what));
  }
}
