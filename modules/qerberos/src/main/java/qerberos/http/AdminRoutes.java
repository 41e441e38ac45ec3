package qerberos.http;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qerberos.event.Fault;
import qerberos.event.Json;
import qerberos.event.JsonBytes;
import qerberos.identity.Gate;
import qerberos.identity.IssuedToken;
import qerberos.identity.ListedIdentity;
import qerberos.identity.NewToken;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.identity.SquidIdentity;
import qerberos.state.AccessActs;
import qerberos.state.BlockedIdentity;
import qerberos.state.StoredToken;
import qerberos.state.Telling;

/// Who may come in: tokens, and identities that are known or blocked. Each act is an event.
///
/// Safe for concurrent use.
final class AdminRoutes {
  private final Gate gate;
  private final Records records;

  AdminRoutes(Gate gate, Records records) {
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
        admin("DELETE", "/admin/blocks/{squidId}", this::unblock));
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
    Json.Obj body = Body.members(exchange, Set.of("name", "permissions", "scope", "expiresAt"));
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
    gate.tokens()
        .issue(
            issued,
            records.doing(
                exchange,
                AccessActs.TOKEN_CREATE,
                AccessActs.tokenRef(stored.id()),
                changed -> changed ? Optional.of(AccessActs.made(stored)) : Optional.empty()));
    return exchange.ok(
        201,
        "CREATED",
        "the token is shown this once",
        json -> written(json, stored, issued.text()));
  }

  private Answer revoke(Exchange exchange) throws IOException {
    String id = exchange.variable(0);
    Telling telling =
        records.doing(
            exchange,
            AccessActs.TOKEN_REVOKE,
            AccessActs.tokenRef(id),
            changed -> changed ? Optional.of(Json.EMPTY) : Optional.empty());
    if (!gate.tokens().revoke(id, exchange.receivedAt(), telling)) {
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
    Json.Obj body = Body.members(exchange, Set.of("reason"));
    String squidId = exchange.variable(0);
    String reason = body.text("reason");
    BlockedIdentity blocked;
    try {
      blocked =
          new BlockedIdentity(
              SquidIdentity.normal(squidId),
              reason == null ? "" : reason,
              exchange.caller().principal(),
              exchange.receivedAt());
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, "squidId");
    }
    // Also when it was blocked already: that may be the second try of somebody who got no answer.
    Telling telling =
        records.doing(
            exchange,
            AccessActs.BLOCK,
            AccessActs.identityRef(squidId),
            changed -> Optional.of(AccessActs.blocked(blocked, !changed)));
    boolean fresh;
    try {
      fresh = gate.blocks().block(blocked, telling);
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, "reason");
    }
    return exchange.ok(
        200,
        "OK",
        fresh ? "blocked" : "was blocked already",
        json -> json.object().name("squidId").value(squidId).end());
  }

  private Answer unblock(Exchange exchange) throws IOException {
    String squidId = exchange.variable(0);
    String normal;
    try {
      normal = SquidIdentity.normal(squidId);
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, "squidId");
    }
    Telling telling =
        records.doing(
            exchange,
            AccessActs.UNBLOCK,
            AccessActs.identityRef(squidId),
            changed -> changed ? Optional.of(AccessActs.unblocked(normal)) : Optional.empty());
    boolean was = gate.blocks().unblock(normal, telling);
    if (!was) {
      throw Refused.notFound("this identity is not blocked");
    }
    return exchange.ok(
        200, "OK", "unblocked", json -> json.object().name("squidId").value(squidId).end());
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
}
