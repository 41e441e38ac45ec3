package qerberos.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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
  private static final String TYPE = "text/event-stream; charset=utf-8";

  /// Events written before the stream looks around.
  private static final int LOT = 64;

  private static final Duration NAP = Duration.ofMillis(100);

  /// One wake-up for each event would cost more than the event.
  private static final Duration GATHER = Duration.ofMillis(4);

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
      FollowSettings settings) {
    this.trail = trail;
    this.admission = admission;
    this.records = records;
    this.saved = saved;
    this.continued = new Continued(clock);
    this.settings = settings;
    this.seats = new Seats("streams", settings.streams(), settings.streamsEach());
  }

  List<Route> routes() {
    return List.of(Route.guarded("GET", "/audit/stream", Permission.AUDIT_READ, this::stream));
  }

  /// How many are open.
  int open() {
    return seats.open();
  }

  /// Every stream ends with its next look around, and none begins.
  void end() {
    seats.close();
  }

  private Answer stream(Exchange exchange) {
    exchange.waits();
    Params params = exchange.params(NAMES);
    Query query = saved.within(exchange, params, Asked.query(params));
    Optional<Long> behind = lastEventId(exchange, params);
    long size = trail.ledger().size();
    long from = behind.map(id -> id + 1).orElse(params.number("from", size, 0, Long.MAX_VALUE));
    if (from > size) {
      throw Refused.field(
          behind.isPresent() ? "lastEventId" : "from",
          (behind.isPresent() ? from - 1 : from) + ", the log has " + size + " entries");
    }
    Pursuit pursuit = trail.search().pursue(exchange.caller().view(), query, from);
    if (exchange.method().equals("HEAD")) {
      return Answer.of(200, TYPE, new byte[0]);
    }
    Seats.Seat seat = seats.take(exchange.caller().source());
    if (continued.isNew(exchange, query.toString(), behind.isPresent())) {
      records.read(exchange, "qerberos:audit/stream", query.toString());
    }
    return Answer.flowing(200, TYPE, new Subscription(exchange, pursuit, seat))
        .with("X-Accel-Buffering", "no");
  }

  private static Optional<Long> lastEventId(Exchange exchange, Params params) {
    Optional<String> header = exchange.onlyHeader("Last-Event-ID").map(String::strip);
    Optional<String> text = header.filter(id -> !id.isEmpty()).or(() -> params.text("lastEventId"));
    try {
      return text.map(Long::parseLong)
          .map(
              id -> {
                if (id < -1 || id == Long.MAX_VALUE) {
                  throw new NumberFormatException();
                }
                return id;
              });
    } catch (NumberFormatException e) {
      throw Refused.field(
          "lastEventId",
          "\"" + Params.shortened(text.orElse("")) + "\", want the leaf index of an event");
    }
  }

  /// One reader. Used by its connection's thread.
  private final class Subscription implements Answer.Flow {
    private final Exchange exchange;
    private final Pursuit pursuit;
    private final Seats.Seat seat;

    Subscription(Exchange exchange, Pursuit pursuit, Seats.Seat seat) {
      this.exchange = exchange;
      this.pursuit = pursuit;
      this.seat = seat;
    }

    @Override
    public void to(OutputStream out) throws Exception {
      // The first write of a body waits for a second one.
      out.write(ascii(": qerberos\nretry: 2000\n"));
      out.flush();
      out.write(ascii(position()));
      out.flush();
      try (Guard guard = Guard.over(() -> admission.holds(exchange, Permission.AUDIT_READ))) {
        String reason = follow(out, guard);
        out.write(ascii("event: end\ndata: {\"reason\":\"" + reason + "\"}\n\n"));
        out.flush();
      }
    }

    /// Returns why it ended.
    private String follow(OutputStream out, Guard guard) throws Exception {
      boolean arrived = false;
      long said = System.nanoTime();
      while (true) {
        if (guard.lost()) {
          return "access";
        }
        if (seats.closed()) {
          return "shutdown";
        }
        long lag = pursuit.lag();
        if (arrived && lag > settings.behindEvents()) {
          out.write(gap(pursuit.skip()));
        }
        arrived |= lag == 0;
        List<Shown> shown = pursuit.next(LOT, NAP);
        if (!shown.isEmpty()) {
          out.write(events(shown));
          out.flush();
          said = System.nanoTime();
        } else if (System.nanoTime() - said >= settings.heartbeat().toNanos()) {
          out.write(ascii(": heartbeat\n" + position()));
          out.flush();
          said = System.nanoTime();
        }
        if (shown.size() < LOT && pursuit.lag() < LOT) {
          Thread.sleep(GATHER);
        }
      }
    }

    private String position() {
      return "id: " + (pursuit.next() - 1) + "\n\n";
    }

    private byte[] events(List<Shown> shown) throws IOException {
      Checkpoint checkpoint = trail.ledger().checkpoint();
      var bytes = new ByteArrayOutputStream(shown.size() * 1_024);
      for (Shown one : shown) {
        bytes.write(ascii("id: " + one.index() + "\ndata: "));
        // The JSON holds no line break: each is escaped.
        bytes.write(EventJson.bytes(one, checkpoint));
        bytes.write(ascii("\n\n"));
      }
      return bytes.toByteArray();
    }

    private byte[] gap(Pursuit.Gap gap) {
      Long count = gap.count();
      if (count != null && count == 0) {
        return new byte[0];
      }
      var json = new JsonBytes().object().name("from").value(gap.from());
      json.name("to").value(gap.to()).name("count");
      if (count == null) {
        json.value((String) null);
      } else {
        json.value(count.longValue());
      }
      String data = new String(json.end().bytes(), StandardCharsets.UTF_8);
      return ascii("event: gap\nid: " + gap.to() + "\ndata: " + data + "\n\n");
    }

    @Override
    public void close() {
      seat.close();
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
