package qerberos.http;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import qerberos.bus.Bus;
import qerberos.bus.Subscription;
import qerberos.bus.Topic;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.ledger.Ledger;
import qerberos.settings.FollowSettings;

/// `GET /bus/{topic}`: the messages of a topic as server-sent events, for consumers without Redis.
///
/// Begins with what comes now; or behind `Last-Event-ID` (or `lastEventId=`), or at `from=`, and
/// then gives everything from there on, each message once, in the order of the log, however far
/// behind the reader is: unlike `/audit/stream` it passes over nothing. The id of a message is its
/// leaf index.
///
/// Messages tell of everybody, so the reader must be one who may read the whole trail.
///
/// Safe for concurrent use.
final class BusStream {
  private static final Set<String> NAMES = Set.of("from", "lastEventId");

  /// Entries looked at before the stream looks around; most topics are rare.
  private static final int ENTRIES = 256;

  private final Bus bus;
  private final Ledger ledger;
  private final GateAdmission admission;
  private final Records records;
  private final Continued continued;
  private final Seats seats;
  private final FollowSettings settings;

  /// @param seats shared with other streams
  BusStream(
      Bus bus,
      Ledger ledger,
      GateAdmission admission,
      Records records,
      InstantSource clock,
      Seats seats,
      FollowSettings settings) {
    this.bus = bus;
    this.ledger = ledger;
    this.admission = admission;
    this.records = records;
    this.continued = new Continued(clock);
    this.seats = seats;
    this.settings = settings;
  }

  List<Route> routes() {
    return List.of(Route.guarded("GET", "/bus/{topic}", Permission.AUDIT_READ, this::stream));
  }

  private Answer stream(Exchange exchange) {
    exchange.waits();
    if (exchange.caller().scope() != Scope.ALL) {
      throw Refused.because(
          Code.QONSENT_DENIED,
          "permission " + Permission.AUDIT_READ + " denied: want it with scope all");
    }
    Topic topic =
        Topic.of(exchange.variable(0))
            .orElseThrow(() -> Refused.notFound("no topic has this name; see /schemas"));
    Params params = exchange.params(NAMES);
    Optional<Long> behind = EventStream.lastEventId(exchange, params);
    Subscription subscription =
        bus.subscribe(topic, EventStream.from(params, behind, ledger.size()));
    if (exchange.method().equals("HEAD")) {
      return Answer.of(200, EventStream.TYPE, new byte[0]);
    }
    Seats.Seat seat = seats.take(exchange.caller().source());
    if (continued.isNew(exchange, topic.text(), behind.isPresent())) {
      records.read(exchange, "qerberos:bus", topic.text());
    }
    return new EventStream(
            new Messages(subscription),
            () -> admission.holds(exchange, Permission.AUDIT_READ),
            seats,
            seat,
            settings)
        .answer();
  }

  private record Messages(Subscription subscription) implements EventStream.Feed {
    @Override
    public long next() {
      return subscription.next();
    }

    @Override
    public long lag() {
      return subscription.lag();
    }

    @Override
    public List<EventStream.Item> next(Duration patience) throws IOException, InterruptedException {
      return subscription.next(ENTRIES, patience).stream()
          .map(one -> new EventStream.Item(one.leafIndex(), one.json()))
          .toList();
    }

    @Override
    public String passOver() {
      return "";
    }
  }
}
