package qerberos.http;

import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import qerberos.delivery.Room;
import qerberos.identity.Allowance;
import qerberos.identity.Caller;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.identity.SocketTicket;
import qerberos.identity.SocketTicketOffice;
import qerberos.identity.SquidIdentity;
import qerberos.notice.Notice;
import qerberos.settings.SocketSettings;
import qerberos.state.Notices;

/// `/notifications/ws/{user_id}`: what [NoticeRoutes] lists, told over a WebSocket as it is kept.
///
/// The handshake is a request like any other: whoever comes is let in, or not, before anything is
/// upgraded. One's own socket is open to whoever is known; an administrator may open another's,
/// which is recorded, and everybody else who tries is refused, which is recorded too.
///
/// Safe for concurrent use.
final class SocketRoutes {
  static final String SOCKET = "/notifications/ws/{user_id}";
  static final Set<String> PARAMETERS =
      new LinkedHashSet<>(List.of("last_event_id", Handshake.TICKET));

  /// Counts what a client says.
  @FunctionalInterface
  interface Frames {
    Allowance count();
  }

  private final Notices notices;
  private final Room room;
  private final GateAdmission admission;
  private final SocketTicketOffice tickets;
  private final Records records;
  private final SocketSettings settings;
  private final InstantSource clock;
  private final Seats seats;

  SocketRoutes(
      Notices notices,
      Room room,
      GateAdmission admission,
      SocketTicketOffice tickets,
      Records records,
      SocketSettings settings,
      InstantSource clock) {
    this.notices = notices;
    this.room = room;
    this.admission = admission;
    this.tickets = tickets;
    this.records = records;
    this.settings = settings;
    this.clock = clock;
    this.seats = new Seats("sockets", settings.most(), settings.each());
  }

  List<Route> routes() {
    return List.of(
        Route.known("GET", SOCKET, Stored.orUnavailable(this::open))
            .with(Route.Trait.OPENED_BY_PAGES),
        Route.known("POST", "/notifications/ws-ticket", Stored.orUnavailable(this::ticket)));
  }

  /// How many are open.
  int open() {
    return seats.open();
  }

  /// Every socket is told that we go away, and none is opened.
  void end() {
    seats.close();
    room.wakeAll();
  }

  private Answer open(Exchange exchange) throws IOException {
    exchange.waits();
    Params params = exchange.params(PARAMETERS);
    Caller caller = exchange.caller();
    String recipient = recipient(exchange.variable(0));
    boolean own = recipient.equals(caller.principal());
    if (!own && admission.scope(exchange, Permission.ADMIN).isEmpty()) {
      throw admission.notTheirs(exchange, Permission.ADMIN, "this is somebody else's socket");
    }
    boolean operator = own && readsAllAlerts(exchange);
    Handshake handshake = Handshake.of(exchange);
    long newest = notices.lastPlace();
    long after = lastEventId(exchange, params).orElse(newest);
    if (after > newest) {
      throw Refused.field("last_event_id", after + ", the newest notification is at " + newest);
    }
    if (!own) {
      records.begun(exchange, "notification.ws.open", "identity:" + recipient);
    }
    Seats.Seat seat = seats.take(caller.source());
    BooleanSupplier holds =
        () ->
            admission.holds(exchange, own ? null : Permission.ADMIN)
                && (!operator || readsAllAlerts(exchange));
    var subscriber =
        new NoticeSocket.Subscriber(
            operator ? Set.of(recipient, Notice.OPERATORS) : Set.of(recipient),
            caller.principal(),
            own,
            after);
    return Answer.upgrading(
            new NoticeSocket(
                notices,
                room,
                subscriber,
                holds,
                () -> admission.frame(exchange),
                seats,
                seat,
                settings.ping(),
                clock))
        .with(handshake.answer());
  }

  private boolean readsAllAlerts(Exchange exchange) {
    return admission.scope(exchange, Permission.ALERTS_READ).orElse(Scope.OWN) == Scope.ALL;
  }

  private static String recipient(String given) {
    try {
      return SquidIdentity.normal(given);
    } catch (IllegalArgumentException e) {
      return given; // a service token is no identity, and has notices of its own nevertheless
    }
  }

  private static Optional<Long> lastEventId(Exchange exchange, Params params) {
    Optional<String> header =
        exchange.onlyHeader("Last-Event-ID").map(String::strip).filter(text -> !text.isEmpty());
    Optional<String> text = header.or(() -> params.text("last_event_id"));
    try {
      return text.map(Long::parseLong)
          .map(
              place -> {
                if (place < 0) {
                  throw new NumberFormatException();
                }
                return place;
              });
    } catch (NumberFormatException e) {
      throw Refused.field(
          "last_event_id",
          "\"" + Params.shortened(text.orElse("")) + "\", want the place of a notification");
    }
  }

  private Answer ticket(Exchange exchange) throws IOException {
    String authorization =
        exchange
            .onlyHeader("Authorization")
            .orElseThrow(
                () ->
                    Refused.field(
                        "Authorization",
                        "missing: a ticket stands for a bearer token; who signs their requests"
                            + " signs the handshake"));
    SocketTicket made = tickets.give(authorization);
    return exchange.ok(
        201,
        "CREATED",
        "open a WebSocket with it, once",
        json ->
            json.object()
                .name("ticket")
                .value(made.text())
                .name("user_id")
                .value(exchange.caller().principal())
                .name("expires_at")
                .value(made.expiresAt().toString())
                .end());
  }
}
