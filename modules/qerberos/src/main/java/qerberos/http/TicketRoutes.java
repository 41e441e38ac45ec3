package qerberos.http;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qerberos.delivery.Deliverer;
import qerberos.event.Fault;
import qerberos.event.Json;
import qerberos.event.JsonBytes;
import qerberos.identity.Caller;
import qerberos.identity.Permission;
import qerberos.identity.SquidIdentity;
import qerberos.identity.View;
import qerberos.intake.BatchIds;
import qerberos.notice.Changed;
import qerberos.notice.Notice;
import qerberos.notice.Ticket;
import qerberos.notice.TicketChange;
import qerberos.notice.TicketEntry;
import qerberos.notice.TicketPage;
import qerberos.notice.TicketStatus;
import qerberos.notice.Whose;
import qerberos.state.Notices;
import qerberos.state.StateUnavailable;
import qerberos.state.TicketActs;
import qerberos.trail.Ids;

/// Support tickets: whoever is known makes one, sees their own, and hears what becomes of it;
/// whoever may, sees and changes those of others, as far as their scope goes.
///
/// Making and changing one is an event. Subject, message and notes are what a person wrote about
/// anything: they are kept as they came, and stand in the event sealed under the key of whoever
/// wrote them.
///
/// Safe for concurrent use.
final class TicketRoutes {
  private static final int MOST_BYTES = 256 << 10;
  private static final Set<String> NEW = new LinkedHashSet<>(List.of("subject", "message"));
  private static final Set<String> CHANGE =
      new LinkedHashSet<>(List.of("status", "note", "assignee"));
  private static final Set<String> LIST = new LinkedHashSet<>(List.of("status", "limit", "offset"));

  private final Notices notices;
  private final Deliverer deliverer;
  private final Records records;
  private final Ids ids;

  TicketRoutes(Notices notices, Deliverer deliverer, Records records, Ids ids) {
    this.notices = notices;
    this.deliverer = deliverer;
    this.records = records;
    this.ids = ids;
  }

  List<Route> routes() {
    return List.of(
        Route.known("POST", "/notifications/support-ticket", Stored.orUnavailable(this::open)),
        Route.guarded(
            "GET",
            "/audit/support-tickets",
            Permission.AUDIT_READ,
            Stored.orUnavailable(this::all)),
        Route.guarded(
            "GET",
            "/audit/support-tickets/{id}",
            Permission.AUDIT_READ,
            Stored.orUnavailable(this::one)),
        change("/audit/support-tickets/{id}"),
        change("/notifications/support-ticket/{id}"));
  }

  /// One change under two names: where tickets are read, and where they are made.
  private Route change(String path) {
    return Route.guarded(
        "PATCH", path, Permission.ALERTS_MANAGE, Stored.orUnavailable(this::change));
  }

  private Answer open(Exchange exchange) throws IOException {
    Json.Obj body = Body.members(exchange, NEW, MOST_BYTES);
    List<Fault> faults = new ArrayList<>();
    String subject = text(body, "subject", faults);
    String message = text(body, "message", faults);
    for (String name : NEW) {
      if (body.get(name) == null) {
        faults.add(new Fault(name, "missing"));
      }
    }
    if (!faults.isEmpty() || subject == null || message == null) {
      throw Refused.fields(faults);
    }
    Caller caller = exchange.caller();
    SquidIdentity identity = caller.identity();
    @Nullable String key = AuditWrites.idempotencyKey(exchange);
    Ticket ticket;
    try {
      ticket =
          Ticket.opened(
              key == null ? ids.next() : BatchIds.derive(caller.source(), key, 1),
              caller.principal(),
              identity == null ? null : identity.subId(),
              identity == null ? null : identity.daoId(),
              subject,
              message,
              now(exchange));
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, "body");
    }
    Optional<Ticket> before = key == null ? Optional.empty() : made(ticket);
    if (before.isPresent()) {
      return again(exchange, ticket, before.get());
    }
    try {
      keep(exchange, ticket);
    } catch (StateUnavailable e) {
      // Of two with one key at once, one is the second.
      Optional<Ticket> meanwhile = key == null ? Optional.empty() : made(ticket);
      if (meanwhile.isPresent()) {
        return again(exchange, ticket, meanwhile.get());
      }
      throw e;
    }
    return exchange.ok(201, "CREATED", "somebody will look at it", json -> write(json, ticket));
  }

  private void keep(Exchange exchange, Ticket ticket) throws StateUnavailable {
    Notice toOperators = ticket.toOperators(ids.next());
    notices.open(
        ticket,
        List.of(toOperators),
        records.doing(
            exchange,
            TicketActs.CREATE,
            TicketActs.ref(ticket),
            _ -> Optional.of(TicketActs.made(ticket, toOperators.id()))));
  }

  private Optional<Ticket> made(Ticket ticket) throws StateUnavailable {
    return notices.ticket(ticket.id(), new Whose.Of(ticket.owner()));
  }

  /// The ticket that was made under the same key before, as it is by now.
  private static Answer again(Exchange exchange, Ticket ticket, Ticket before) {
    if (!before.subject().equals(ticket.subject()) || !before.message().equals(ticket.message())) {
      throw Refused.because(
          Code.CONFLICT, "Idempotency-Key: was used for another ticket, want a new key");
    }
    return exchange.ok(
        200, "ALREADY_RECORDED", "made before, by the same key", json -> write(json, before));
  }

  private Answer all(Exchange exchange) throws IOException {
    Params params = exchange.params(LIST);
    @Nullable TicketStatus status =
        params.text("status").map(text -> status("status", text)).orElse(null);
    int limit = (int) params.number("limit", 100, 1, 1_000);
    long offset = params.number("offset", 0, 0, 1_000_000_000);
    TicketPage page = notices.tickets(whose(exchange.caller()), status, limit, offset);
    records.read(exchange, "qerberos:tickets", exchange.rawQuery());
    return exchange.ok(
        json -> {
          json.object().name("tickets").array();
          page.tickets().forEach(ticket -> write(json, ticket));
          json.end().name("totalCount").value(page.total()).name("limit").value(limit);
          json.name("offset").value(offset).name("hasMore");
          json.value(offset + page.tickets().size() < page.total()).end();
        });
  }

  private Answer one(Exchange exchange) throws IOException {
    String id = exchange.variable(0);
    Ticket ticket =
        notices.ticket(id, whose(exchange.caller())).orElseThrow(TicketRoutes::noTicket);
    records.read(exchange, TicketActs.ref(ticket), "");
    return exchange.ok(json -> write(json, ticket));
  }

  private Answer change(Exchange exchange) throws IOException {
    Json.Obj body = Body.members(exchange, CHANGE, MOST_BYTES);
    List<Fault> faults = new ArrayList<>();
    String status = text(body, "status", faults);
    String note = text(body, "note", faults);
    String assignee = text(body, "assignee", faults);
    if (!faults.isEmpty()) {
      throw Refused.fields(faults);
    }
    TicketChange change;
    try {
      change = new TicketChange(status == null ? null : status("status", status), note, assignee);
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, "body");
    }
    Caller caller = exchange.caller();
    Instant now = now(exchange);
    String notice = ids.next();
    Changed changed =
        notices
            .change(
                exchange.variable(0),
                whose(caller),
                ticket -> ticket.changed(change, caller.principal(), now),
                to -> hears(to, caller) ? List.of(toOwner(to, notice)) : List.of(),
                to ->
                    records.doing(
                        exchange,
                        TicketActs.UPDATE,
                        TicketActs.ref(to.ticket()),
                        _ ->
                            Optional.of(TicketActs.changed(to, hears(to, caller) ? notice : null))))
            .orElseThrow(TicketRoutes::noTicket);
    return switch (changed) {
      case Changed.To to -> {
        deliverer.wake();
        yield exchange.ok(200, "OK", "changed", json -> write(json, to.ticket()));
      }
      case Changed.Already(var ticket) ->
          exchange.ok(200, "OK", "it was like that already", json -> write(json, ticket));
      case Changed.NotFrom(_, var reason) -> throw Refused.because(Code.CONFLICT, reason);
    };
  }

  /// Nobody has to be told what they did themselves.
  private static boolean hears(Changed.To to, Caller caller) {
    return !to.ticket().owner().equals(caller.principal());
  }

  private static Notice toOwner(Changed.To to, String notice) {
    return to.ticket().toOwner(notice, to.entry());
  }

  private static Whose whose(Caller caller) {
    return switch (caller.view()) {
      case View.Everything() -> new Whose.Everybodys();
      case View.OfActor(var squidId) -> new Whose.Of(squidId);
      case View.OfSubidentity(var squidId, var subId) -> new Whose.OfSubidentity(squidId, subId);
      case View.OfDao(var daoId) -> new Whose.OfDao(daoId);
      case View.OfSource(var source) -> new Whose.Of(source);
      case View.Nothing() -> new Whose.Nobodys();
    };
  }

  private static Refused noTicket() {
    return Refused.notFound("no ticket has this id, or none that you may see");
  }

  private static Instant now(Exchange exchange) {
    return exchange.receivedAt().truncatedTo(ChronoUnit.MILLIS);
  }

  private static TicketStatus status(String field, String text) {
    return TicketStatus.of(text)
        .orElseThrow(
            () ->
                Refused.field(
                    field,
                    "\""
                        + Params.shortened(text)
                        + "\", want open, in_progress, resolved or closed"));
  }

  private static @Nullable String text(Json.Obj body, String name, List<Fault> faults) {
    return switch (body.get(name)) {
      case null -> null;
      case Json.Str(var value) -> value;
      default -> {
        faults.add(new Fault(name, "want a text"));
        yield null;
      }
    };
  }

  private static void write(JsonBytes json, Ticket ticket) {
    json.object().name("id").value(ticket.id()).name("user").value(ticket.owner());
    json.name("subject").value(ticket.subject()).name("message").value(ticket.message());
    json.name("status").value(ticket.status().text()).name("assignee").value(ticket.assignee());
    json.name("created_at").value(ticket.createdAt().toString());
    json.name("updated_at").value(ticket.changedAt().toString()).name("history").array();
    for (TicketEntry entry : ticket.history()) {
      json.object().name("at").value(entry.at().toString()).name("by").value(entry.by());
      TicketStatus status = entry.status();
      if (status != null) {
        json.name("status").value(status.text());
      }
      if (entry.assignee() != null) {
        json.name("assignee").value(entry.assignee());
      }
      if (entry.note() != null) {
        json.name("note").value(entry.note());
      }
      json.end();
    }
    json.end().end();
  }
}
