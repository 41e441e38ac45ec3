package qerberos.http;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qerberos.event.Actor;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Reserved;
import qerberos.event.Verdict;
import qerberos.identity.Access;
import qerberos.identity.Caller;
import qerberos.identity.DirectoryChange;
import qerberos.identity.Login;
import qerberos.identity.Refusal;
import qerberos.identity.SquidIdentity;
import qerberos.state.Switch;
import qerberos.state.SwitchActs;
import qerberos.state.Telling;
import qerberos.trail.OwnActs;
import qerberos.trail.OwnEvents;

/// Writes down who came in, who was refused, who read: as events of our own, in the layer
/// `qerberos`. Whoever logs in, is refused or administers is answered when that is on disk; nobody
/// waits for the record of a read ([OwnEvents] says what that means when the process is killed).
///
/// Safe for concurrent use.
public final class Records {
  private static final int NAMED = 100;
  private static final String NOBODY = "system:anonymous";

  private final OwnEvents own;
  private final OwnActs acts;

  public Records(OwnEvents own, OwnActs acts) {
    this.own = own;
    this.acts = acts;
  }

  /// The first use of a token or signed session.
  void login(Login login, Access access) {
    Caller caller = login.caller();
    Json.Obj details =
        where(login.address(), login.agent()).with("credential", Json.of(caller.credential()));
    own.recordNow(
        draft(
            login.eventId(), "auth.login", "qerberos:login", actor(caller), Verdict.ALLOW, details),
        recorded -> {
          if (recorded) {
            access.recorded(login);
          } else {
            access.notRecorded(login);
          }
        });
  }

  /// Refusals of one kind, merged by whoever counted them.
  public void refusal(Refusal refusal) {
    own.recordNow(refused(refusal));
  }

  /// The same, without waiting: for numbers that were only counted so far.
  void counted(Refusal refusal) {
    own.record(refused(refusal));
  }

  private static EventDraft refused(Refusal refusal) {
    Json.Obj details =
        where(refusal.address(), refusal.agent())
            .with("code", Json.of(refusal.code().name()))
            .with("network", Json.of(refusal.network()))
            .with("count", Json.of((double) refusal.count()))
            .with("first", Json.of(refusal.first().toString()))
            .with("last", Json.of(refusal.last().toString()));
    var permission = refusal.permission();
    if (permission != null) {
      details = details.with("permission", Json.of(permission.text()));
    }
    String claimed = refusal.claimed();
    if (claimed != null) {
      details = details.with("claimed", Json.of(whole(claimed)));
    }
    String identity = refusal.identity();
    return draft(
        null,
        refusal.type(),
        "qerberos:login",
        new Actor(identity == null ? NOBODY : identity),
        Verdict.DENY,
        details);
  }

  /// Somebody asked the trail something.
  void read(Exchange exchange, String ref, String what) {
    Json.Obj details =
        where(exchange.address(), exchange.agent()).with("query", Json.of(whole(shortened(what))));
    own.record(draft(null, "audit.read", ref, actor(exchange.caller()), Verdict.ALLOW, details));
  }

  /// Somebody takes events away: on disk before the first of them leaves.
  void export(Exchange exchange, String query, String format, long size) {
    Json.Obj details =
        where(exchange.address(), exchange.agent())
            .with("query", Json.of(whole(shortened(query))))
            .with("format", Json.of(format))
            .with("size", Json.of((double) size));
    own.recordNow(
        draft(
            null,
            "audit.export",
            "qerberos:audit",
            actor(exchange.caller()),
            Verdict.ALLOW,
            details));
  }

  /// Somebody is about to begin something that a restart would not go on with.
  void begun(Exchange exchange, String type, String ref) {
    own.recordNow(act(exchange, type, ref, Json.EMPTY));
  }

  /// Somebody does something to the service itself: what to give to the write that does it.
  ///
  /// @param details by whether that changes anything; empty when nothing was done then
  Telling doing(
      Exchange exchange, String type, String ref, Function<Boolean, Optional<Json.Obj>> details) {
    return acts.of(changed -> details.apply(changed).map(what -> act(exchange, type, ref, what)));
  }

  /// Something happened that somebody told us: what to give to the write that keeps it.
  ///
  /// @param at when we were told
  /// @param actor on whose behalf it is, `system:alertmanager`
  Telling told(
      Exchange exchange,
      Instant at,
      String type,
      String ref,
      String actor,
      Verdict verdict,
      @Nullable String severity,
      Json.Obj what) {
    Json.Obj details =
        where(exchange.address(), exchange.agent())
            .with("toldBy", Json.of(exchange.caller().principal()))
            .with("what", what);
    var draft =
        new EventDraft(
            null,
            type,
            null,
            severity,
            ref,
            new Actor(actor),
            Reserved.LAYER,
            verdict,
            details,
            Json.EMPTY,
            null,
            at);
    return acts.of(_ -> Optional.of(draft));
  }

  /// Happened when it was asked for, which is the time that the state keeps too.
  private static EventDraft act(Exchange exchange, String type, String ref, Json.Obj what) {
    return new EventDraft(
        null,
        type,
        null,
        null,
        ref,
        actor(exchange.caller()),
        Reserved.LAYER,
        Verdict.ALLOW,
        where(exchange.address(), exchange.agent()).with("what", what),
        Json.EMPTY,
        null,
        exchange.receivedAt());
  }

  /// Other identities or grants count: what to commit with that.
  public static Telling changed(OwnActs acts, DirectoryChange change) {
    EventDraft draft =
        draft(
            null,
            "config.identities.changed",
            "qerberos:config",
            new Actor("system:qerberos"),
            Verdict.ALLOW,
            Json.EMPTY
                .with("identities", names(change.identities()))
                .with("grants", names(change.grants())));
    return acts.of(_ -> Optional.of(draft));
  }

  /// A switch goes off because its time is over.
  Telling ended(Switch of, Instant at) {
    EventDraft draft =
        new EventDraft(
            null,
            SwitchActs.type(of, false),
            null,
            null,
            "qerberos:service",
            new Actor("system:qerberos"),
            Reserved.LAYER,
            Verdict.ALLOW,
            Json.EMPTY
                .with("reason", Json.of("its time is over"))
                .with("until", Json.of(String.valueOf(of.position().until()))),
            Json.EMPTY,
            null,
            at);
    return acts.of(changed -> changed ? Optional.of(draft) : Optional.empty());
  }

  private static Json.Obj names(DirectoryChange.Names names) {
    Json.Obj all = some(Json.EMPTY, "added", names.added());
    return some(some(all, "removed", names.removed()), "changed", names.changed());
  }

  /// The first of them, and how many they are.
  private static Json.Obj some(Json.Obj all, String what, List<String> names) {
    List<Json> first = names.stream().limit(NAMED).<Json>map(Json::of).toList();
    return names.isEmpty()
        ? all
        : all.with(what, new Json.Arr(first)).with(what + "Count", Json.of((double) names.size()));
  }

  /// The service began or ends.
  public void system(String type, Instant at, String version) {
    own.record(
        draft(
            null,
            type,
            "qerberos:service",
            new Actor("system:qerberos"),
            Verdict.ALLOW,
            Json.EMPTY.with("at", Json.of(at.toString())).with("version", Json.of(version))));
  }

  private static EventDraft draft(
      @Nullable String id,
      String type,
      String ref,
      Actor actor,
      Verdict verdict,
      Json.Obj details) {
    return new EventDraft(
        id, type, null, null, ref, actor, Reserved.LAYER, verdict, details, Json.EMPTY, null, null);
  }

  private static Json.Obj where(String address, String agent) {
    Json.Obj details = Json.EMPTY.with("ip", Json.of(address));
    return agent.isEmpty() ? details : details.with("userAgent", Json.of(whole(agent)));
  }

  private static Actor actor(Caller caller) {
    SquidIdentity identity = caller.identity();
    return identity == null
        ? new Actor(caller.source())
        : new Actor(identity.squidId(), shorter(identity.subId()), shorter(identity.daoId()));
  }

  private static @Nullable String shorter(@Nullable String id) {
    return id == null || id.length() <= 100 ? id : id.substring(0, 100);
  }

  private static String shortened(String query) {
    return query.length() > 2_000 ? query.substring(0, 2_000) : query;
  }

  /// Headers may hold half a character; events may not.
  private static String whole(String text) {
    StringBuilder good = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xfffd : c)
        .forEach(good::appendCodePoint);
    return good.toString();
  }
}
