package qerberos.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import qerberos.event.JsonBytes;
import qerberos.identity.Permission;
import qerberos.ledger.Checkpoint;
import qerberos.query.Query;
import qerberos.settings.FollowSettings;
import qerberos.trail.Pursuit;
import qerberos.trail.Shown;
import qerberos.trail.Trail;

/// `GET /audit/stream`: what is recorded, as it is recorded, as server-sent events.
///
/// Takes the filters of `GET /audit` and `search=name` ([SearchRoutes]). Begins with what comes
/// now; or behind `Last-Event-ID` (or
/// `lastEventId=`), or at `from=`, and then gives everything from there on, each event once, in the
/// order of the log. What is sent:
///
/// | event | data | id |
/// |---|---|---|
/// | (none, so `message`) | an event as `GET /audit` shows it | its leaf index |
/// | `gap` | `{"from":a,"to":b,"count":n}` | `b` |
/// | `end` | `{"reason":"shutdown"}` or `"access"` | none |
///
/// An id without data says how far the stream has looked, at the beginning and with each heartbeat
/// (a comment), so that resuming neither loses nor doubles anything, even where nothing matched.
///
/// Nothing is buffered for a slow reader: what it has not taken lies in the log. One that had come
/// to the end of the log and is then left far behind gets a `gap` that names the entries passed
/// over, both ends included, and how many of its events lie there (`null` when that cannot be said
/// now); `from=a`, or an export of `seq:[a TO b]`, fetches them. One that goes on from far back
/// passes over nothing. One that takes nothing at all is let go by [PatientContext].
///
/// Safe for concurrent use.
final class AuditStream {
  private static final Set<String> NAMES =
      Asked.filtersAnd("search", "searchOwner", "from", "lastEventId");

  private final Trail trail;
  private final GateAdmission admission;
  private final Records records;
  private final SearchRoutes saved;
  private final Continued continued;
  private final Seats seats;
  private final FollowSettings settings;

  AuditStream(
      Trail trail,
      GateAdmission admission,
      Records records,
      SearchRoutes saved,
      InstantSource clock,
      Seats seats,
      FollowSettings settings) {
    this.trail = trail;
    this.admission = admission;
    this.records = records;
    this.saved = saved;
    this.continued = new Continued(clock);
    this.settings = settings;
    this.seats = seats;
  }

  List<Route> routes() {
    return List.of(Route.guarded("GET", "/audit/stream", Permission.AUDIT_READ, this::stream));
  }

  private Answer stream(Exchange exchange) {
    exchange.waits();
    Params params = exchange.params(NAMES);
    Query query = saved.within(exchange, params, Asked.query(params));
    Optional<Long> behind = EventStream.lastEventId(exchange, params);
    long from = EventStream.from(params, behind, trail.ledger().size());
    Pursuit pursuit = trail.search().pursue(exchange.caller().view(), query, from);
    if (exchange.method().equals("HEAD")) {
      return Answer.of(200, EventStream.TYPE, new byte[0]);
    }
    Seats.Seat seat = seats.take(exchange.caller().source());
    if (continued.isNew(exchange, query.toString(), behind.isPresent())) {
      records.read(exchange, "qerberos:audit/stream", query.toString());
    }
    return new EventStream(
            new Events(pursuit),
            () -> admission.holds(exchange, Permission.AUDIT_READ),
            seats,
            seat,
            settings)
        .answer();
  }

  /// What one reader may see and asked for, as the API shows events.
  private final class Events implements EventStream.Feed {
    private final Pursuit pursuit;

    Events(Pursuit pursuit) {
      this.pursuit = pursuit;
    }

    @Override
    public long next() {
      return pursuit.next();
    }

    @Override
    public long lag() {
      return pursuit.lag();
    }

    @Override
    public List<EventStream.Item> next(Duration patience) throws IOException, InterruptedException {
      List<Shown> shown = pursuit.next(EventStream.LOT, patience);
      Checkpoint checkpoint = trail.ledger().checkpoint();
      return shown.stream()
          .map(one -> new EventStream.Item(one.index(), EventJson.bytes(one, checkpoint)))
          .toList();
    }

    @Override
    public String passOver() throws IOException, InterruptedException {
      Pursuit.Gap gap = pursuit.skip();
      Long count = gap.count();
      if (count != null && count == 0) {
        return "";
      }
      var json = new JsonBytes().object().name("from").value(gap.from());
      json.name("to").value(gap.to()).name("count");
      if (count == null) {
        json.value((String) null);
      } else {
        json.value(count.longValue());
      }
      String data = new String(json.end().bytes(), StandardCharsets.US_ASCII);
      return "event: gap\nid: " + gap.to() + "\ndata: " + data + "\n\n";
    }
  }
}
