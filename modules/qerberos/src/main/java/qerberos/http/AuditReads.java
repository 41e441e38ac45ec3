package qerberos.http;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
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
import qerberos.query.Order;
import qerberos.query.Query;
import qerberos.query.QueryParser;
import qerberos.query.QuerySyntax;
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
  private static final List<String> TERMS =
      List.of("subtype", "actor", "layer", "verdict", "severity", "ref", "source");
  private static final Set<String> SEARCH = searchParameters();
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
    Params params = exchange.params(SEARCH);
    Query query = query(params);
    int limit = (int) params.number("limit", 100, 1, 1_000);
    long offset = params.number("offset", 0, 0, 10_000);
    @Nullable String cursor = params.text("cursor").orElse(null);
    Order order = order(params.text("order").orElse("newest"));
    if (cursor == null && offset == 0) {
      records.read(exchange, "qerberos:audit", query.toString());
    }
    Page page;
    try {
      page =
          exchange.timed(
              "search",
              () -> trail.search(exchange.caller().view(), query, order, limit, offset, cursor));
    } catch (IndexBehind e) {
      throw Refused.unavailable(
          Code.SERVICE_UNAVAILABLE, "the index is being built: " + e.getMessage(), 2);
    } catch (IllegalArgumentException e) {
      throw named(e, cursor == null ? "q" : "cursor");
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

  private static Query query(Params params) throws IOException {
    List<Query> parts = new ArrayList<>();
    params.text("q").ifPresent(text -> parts.add(parsed(text)));
    params.text("type", "action").ifPresent(type -> parts.add(new Query.Term("type", type)));
    for (String name : TERMS) {
      params.text(name).ifPresent(value -> parts.add(term(name, value)));
    }
    @Nullable Instant start = instant(params, "startDate", "start");
    @Nullable Instant end = instant(params, "endDate", "end");
    if (start != null && end != null && start.isAfter(end)) {
      throw Refused.field("endDate", "lies before startDate");
    }
    if (start != null || end != null) {
      parts.add(new Query.Range("time", bound(start), bound(end)));
    }
    return Query.and(parts);
  }

  private static Query parsed(String text) {
    try {
      return QueryParser.parse(text);
    } catch (QuerySyntax e) {
      throw Refused.field("q", String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw named(e, "q");
    }
  }

  private static Query term(String name, String value) {
    if (name.equals("verdict") && !Set.of("ALLOW", "DENY", "WARN").contains(value)) {
      throw Refused.field(
          "verdict", "\"" + Params.shortened(value) + "\", want ALLOW, DENY or WARN");
    }
    try {
      return new Query.Term(name, value);
    } catch (IllegalArgumentException e) {
      throw named(e, name);
    }
  }

  private static Query.@Nullable Bound bound(@Nullable Instant instant) {
    return instant == null ? null : new Query.Bound(instant.toString(), true);
  }

  private static @Nullable Instant instant(Params params, String name, String alias) {
    Optional<String> text = params.text(name, alias);
    if (text.isEmpty()) {
      return null;
    }
    String field = params.has(name) ? name : alias;
    String value = text.get();
    try {
      if (value.length() == 10) {
        LocalDate day = LocalDate.parse(value);
        return field.startsWith("end")
            ? day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant().minusNanos(1)
            : day.atStartOfDay(ZoneOffset.UTC).toInstant();
      }
      // A plus sign in a query is a space unless it was escaped, and few escape it.
      return OffsetDateTime.parse(value.replace(' ', '+')).toInstant();
    } catch (DateTimeException e) {
      throw Refused.field(
          field,
          "\""
              + Params.shortened(value)
              + "\", want ISO 8601 such as 2026-01-31 or 2026-01-31T12:00:00Z");
    }
  }

  private static Order order(String text) {
    return switch (text) {
      case "newest", "desc" -> Order.NEWEST_LEAF;
      case "oldest", "asc" -> Order.OLDEST_LEAF;
      case "time" -> Order.TIME;
      default ->
          throw Refused.field(
              "order", "\"" + Params.shortened(text) + "\", want newest, oldest or time");
    };
  }

  /// The library says "field: what is wrong"; where it names none, `otherwise` is the field.
  private static Refused named(IllegalArgumentException e, String otherwise) {
    String message = String.valueOf(e.getMessage());
    int colon = message.indexOf(": ");
    boolean names = colon > 0 && message.substring(0, colon).matches("[A-Za-z.]{1,40}");
    return names
        ? Refused.field(message.substring(0, colon), message.substring(colon + 2))
        : Refused.field(otherwise, message);
  }

  private static Set<String> searchParameters() {
    Set<String> names =
        new LinkedHashSet<>(
            List.of(
                "q",
                "type",
                "action",
                "startDate",
                "start",
                "endDate",
                "end",
                "limit",
                "offset",
                "cursor",
                "order"));
    names.addAll(TERMS);
    return names;
  }

  /// What a reader of the details wants to know about the search that was recorded.
  static Json.Obj asked(String what) {
    return Json.EMPTY.with("query", Json.of(what));
  }
}
