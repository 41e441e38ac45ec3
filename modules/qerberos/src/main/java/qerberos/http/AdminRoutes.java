package qerberos.http;

import static java.lang.System.Logger.Level.ERROR;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import qerberos.event.Fault;
import qerberos.event.Json;
import qerberos.identity.Gate;
import qerberos.identity.IssuedToken;
import qerberos.identity.ListedIdentity;
import qerberos.identity.NewToken;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.intake.AnyJson;
import qerberos.state.BlockedIdentity;
import qerberos.state.StoredToken;
import qerberos.state.Telling;
import qerberos.trail.Trail;

/// What administrators do to the service itself: tokens, blocked identities, a new index. Each act
/// is an event.
///
/// Safe for concurrent use.
final class AdminRoutes {
  private static final System.Logger LOG = System.getLogger(AdminRoutes.class.getName());
  private static final int MOST_BYTES = 16 << 10;

  private record Reindexing(Instant since, long done, long total) {}

  private final Trail trail;
  private final Gate gate;
  private final Records records;
  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile @Nullable Reindexing reindexing;
  private volatile @Nullable String lastReindex;

  AdminRoutes(Trail trail, Gate gate, Records records) {
    this.trail = trail;
    this.gate = gate;
    this.records = records;
  }

  List<Route> routes() {
    return List.of(
        admin("GET", "/admin/tokens", this::tokens),
        admin("POST", "/admin/tokens", this::issue),
        admin("DELETE", "/admin/tokens/{id}", this::revoke),
        admin("GET", "/admin/identities", this::identities),
        admin("GET", "/admin/blocks", this::blocks),
        admin("PUT", "/admin/blocks/{squidId}", this::block),
        admin("DELETE", "/admin/blocks/{squidId}", this::unblock),
        // Asked several times a second by whoever draws the progress.
        new Route("GET", "/admin/reindex", Permission.ADMIN, Route.Cost.FREE, this::reindexing),
        admin("POST", "/admin/reindex", this::reindex));
  }

  private static Route admin(String method, String pattern, Route.Handler handler) {
    return Route.guarded(method, pattern, Permission.ADMIN, Stored.orUnavailable(handler));
  }

  private Answer tokens(Exchange exchange) throws IOException {
    List<StoredToken> tokens = gate.tokens().list();
    return exchange.ok(
        json -> {
          json.object().name("tokens").array();
          tokens.forEach(token -> written(json, token, null));
          json.end().end();
        });
  }

  private Answer issue(Exchange exchange) throws IOException {
    Json.Obj body = body(exchange, Set.of("name", "permissions", "scope", "expiresAt"));
    List<Fault> faults = new ArrayList<>();
    String name = body.text("name");
    if (name == null) {
      faults.add(new Fault("name", "missing"));
      name = "none";
    }
    Set<Permission> permissions = permissions(body, faults);
    String scopeText = body.text("scope");
    Scope scope = Scope.of(scopeText == null ? "own" : scopeText).orElse(null);
    if (scope == null) {
      faults.add(
          new Fault("scope", "\"" + Params.shortened(scopeText + "") + "\", want own or all"));
    }
    @Nullable Instant expiresAt = expiry(body, faults);
    if (!faults.isEmpty() || scope == null) {
      throw Refused.fields(faults);
    }
    IssuedToken issued;
    try {
      issued =
          gate.tokens()
              .make(
                  new NewToken(name, permissions, scope, expiresAt), exchange.caller().principal());
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, "name");
    }
    StoredToken stored = issued.stored();
    Json.Obj what =
        Json.EMPTY
            .with("tokenName", Json.of(stored.name()))
            .with("scope", Json.of(stored.scope()))
            .with(
                "permissions",
                new Json.Arr(stored.permissions().stream().sorted().<Json>map(Json::of).toList()));
    gate.tokens()
        .issue(
            issued,
            records.doing(
                exchange,
                "token.create",
                "qerberos:token:" + stored.id(),
                changed -> changed ? Optional.of(what) : Optional.empty()));
    return exchange.ok(
        201,
        "CREATED",
        "the token is shown this once",
        json -> written(json, stored, issued.text()));
  }

  private Answer revoke(Exchange exchange) throws IOException {
    String id = exchange.variable(0);
    Telling telling =
        records.doing(exchange, "token.revoke", "qerberos:token:" + id, AdminRoutes::ifChanged);
    if (!gate.tokens().revoke(id, telling)) {
      throw Refused.notFound("no token has this id");
    }
    return exchange.ok(200, "OK", "revoked", json -> json.object().name("id").value(id).end());
  }

  private Answer identities(Exchange exchange) {
    List<ListedIdentity> identities = gate.identities();
    return exchange.ok(
        json -> {
          json.object().name("identities").array();
          identities.forEach(
              identity ->
                  json.object()
                      .name("squidId")
                      .value(identity.squidId())
                      .name("name")
                      .value(identity.name())
                      .name("type")
                      .value(identity.type())
                      .name("status")
                      .value(identity.status())
                      .name("daoId")
                      .value(identity.daoId())
                      .end());
          json.end().end();
        });
  }

  private Answer blocks(Exchange exchange) throws IOException {
    List<BlockedIdentity> blocked = gate.blocks().list();
    return exchange.ok(
        json -> {
          json.object().name("blocks").array();
          blocked.forEach(
              one ->
                  json.object()
                      .name("squidId")
                      .value(one.squidId())
                      .name("reason")
                      .value(one.reason())
                      .name("blockedBy")
                      .value(one.blockedBy())
                      .name("blockedAt")
                      .value(one.blockedAt().toString())
                      .end());
          json.end().end();
        });
  }

  private Answer block(Exchange exchange) throws IOException {
    Json.Obj body = body(exchange, Set.of("reason"));
    String squidId = exchange.variable(0);
    String reason = body.text("reason");
    Json.Obj why = Json.EMPTY.with("reason", Json.of(reason == null ? "" : reason));
    // Also when it was blocked already: that may be the second try of somebody who got no answer.
    Telling telling =
        records.doing(
            exchange,
            "identity.block",
            "qerberos:identity:" + squidId,
            changed -> Optional.of(why.with("already", Json.of(!changed))));
    boolean fresh;
    try {
      fresh =
          gate.blocks()
              .block(squidId, reason == null ? "" : reason, exchange.caller().principal(), telling);
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, "squidId");
    }
    return exchange.ok(
        200,
        "OK",
        fresh ? "blocked" : "was blocked already",
        json -> json.object().name("squidId").value(squidId).end());
  }

  private Answer unblock(Exchange exchange) throws IOException {
    String squidId = exchange.variable(0);
    Telling telling =
        records.doing(
            exchange, "identity.unblock", "qerberos:identity:" + squidId, AdminRoutes::ifChanged);
    boolean was;
    try {
      was = gate.blocks().unblock(squidId, telling);
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, "squidId");
    }
    if (!was) {
      throw Refused.notFound("this identity is not blocked");
    }
    return exchange.ok(
        200, "OK", "unblocked", json -> json.object().name("squidId").value(squidId).end());
  }

  private static Optional<Json.Obj> ifChanged(boolean changed) {
    return changed ? Optional.of(Json.EMPTY) : Optional.empty();
  }

  private Answer reindex(Exchange exchange) {
    boolean begun = busy.compareAndSet(false, true);
    if (begun) {
      records.begun(exchange, "qerberos.reindex", "qerberos:index");
      Instant since = exchange.receivedAt();
      reindexing = new Reindexing(since, 0, trail.ledger().size());
      Thread ignored = Thread.ofPlatform().name("reindex").daemon(true).start(() -> rebuilt(since));
    }
    return exchange.ok(
        202,
        begun ? "STARTED" : "ALREADY_RUNNING",
        begun ? "begun; GET shows how far it is" : "one is running; GET shows how far it is",
        json -> json.object().name("started").value(begun).end());
  }

  private void rebuilt(Instant since) {
    try {
      trail
          .search()
          .reindex((stage, done, total) -> reindexing = new Reindexing(since, done, total));
      lastReindex = "done";
    } catch (IOException | RuntimeException e) {
      LOG.log(ERROR, "the index could not be built again; the old one goes on serving", e);
      lastReindex = "failed: " + e.getMessage();
    } finally {
      reindexing = null;
      busy.set(false);
    }
  }

  private Answer reindexing(Exchange exchange) {
    Reindexing now = reindexing;
    @Nullable String last = lastReindex;
    return exchange.ok(
        json -> {
          json.object().name("running").value(now != null);
          if (now != null) {
            json.name("since")
                .value(now.since().toString())
                .name("done")
                .value(now.done())
                .name("total")
                .value(now.total());
          }
          if (last != null) {
            json.name("last").value(last);
          }
          json.end();
        });
  }

  private static void written(JsonBytes json, StoredToken token, @Nullable String text) {
    json.object().name("id").value(token.id()).name("name").value(token.name());
    if (text != null) {
      json.name("token").value(text);
    }
    json.name("scope").value(token.scope()).name("permissions").array();
    token.permissions().stream().sorted().forEach(json::value);
    json.end()
        .name("createdAt")
        .value(token.createdAt().toString())
        .name("createdBy")
        .value(token.createdBy());
    instant(json, "expiresAt", token.expiresAt());
    instant(json, "revokedAt", token.revokedAt());
    instant(json, "lastUsedAt", token.lastUsedAt());
    json.end();
  }

  private static void instant(JsonBytes json, String name, @Nullable Instant instant) {
    if (instant != null) {
      json.name(name).value(instant.toString());
    }
  }

  private static Set<Permission> permissions(Json.Obj body, List<Fault> faults) {
    Set<Permission> permissions = EnumSet.noneOf(Permission.class);
    if (!(body.get("permissions") instanceof Json.Arr(var items)) || items.isEmpty()) {
      faults.add(
          new Fault("permissions", "missing, want a list such as [\"qerberos:audit:read\"]"));
      return permissions;
    }
    for (int i = 0; i < items.size(); i++) {
      @Nullable Permission known =
          items.get(i) instanceof Json.Str(var text) ? Permission.of(text).orElse(null) : null;
      if (known == null) {
        faults.add(new Fault("permissions[" + i + "]", "is not one that exists"));
      } else {
        permissions.add(known);
      }
    }
    return permissions;
  }

  private static @Nullable Instant expiry(Json.Obj body, List<Fault> faults) {
    String text = body.text("expiresAt");
    if (text == null) {
      return null;
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      faults.add(
          new Fault("expiresAt", "\"" + Params.shortened(text) + "\", want 2026-12-31T00:00:00Z"));
      return null;
    }
  }

  /// A small JSON object with no other members than these; an empty body is an empty object.
  static Json.Obj body(Exchange exchange, Set<String> known) throws IOException {
    return body(exchange, known, MOST_BYTES);
  }

  /// The same of at most so many bytes.
  static Json.Obj body(Exchange exchange, Set<String> known, int most) throws IOException {
    Body.checkType(exchange.request(), false);
    byte[] raw = exchange.rawBody(most);
    if (raw.length == 0) {
      return Json.EMPTY;
    }
    Json json;
    try {
      json = AnyJson.read(raw);
    } catch (IllegalArgumentException e) {
      throw Refused.field("body", "not JSON: " + e.getMessage());
    }
    if (!(json instanceof Json.Obj members)) {
      throw Refused.field("body", "want a JSON object");
    }
    for (String name : members.members().keySet()) {
      if (!known.contains(name)) {
        throw Refused.field(
            Params.shortened(name), "unknown, want one of " + String.join(", ", known));
      }
    }
    return members;
  }
}
