package qerberos.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import qerberos.identity.Permission;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Hash;
import qerberos.query.Query;
import qerberos.query.SearchTooLong;
import qerberos.settings.FollowSettings;
import qerberos.trail.Extract;
import qerberos.trail.Shown;
import qerberos.trail.Trail;

/// `GET /audit/export`: everything that matches, in the order of the log, at one published size;
/// and `GET /audit/export/manifest`, which says what belongs to it.
///
/// Takes the filters of `GET /audit`, `search=name` ([SearchRoutes]), `format=ndjson|csv`, `size=`
/// (the size to pin; the whole published log by default, as the header `X-Log-Size` says) and
/// `after=`, the leaf index of the last row somebody got: the same size and the rows behind it are
/// then the rest of the same file, without the heading. No more than a few hundred events are in
/// memory at once. An answer that breaks off has no last chunk, so that no client takes the part
/// for the whole; so does one that is still running when the service stops, which waits for no slow
/// reader.
///
/// The manifest is an answer of its own rather than a last line, so that every line of a file is an
/// event and CSV has one too: origin, size and root, the signed checkpoint while it is the newest,
/// query and caller, how many events there are, and with `since=` the consistency proof between
/// that size and this one.
///
/// Safe for concurrent use.
final class AuditExport {
  private static final Set<String> NAMES =
      Asked.filtersAnd("search", "searchOwner", "format", "after", "size");
  private static final Set<String> MANIFEST =
      Asked.filtersAnd("search", "searchOwner", "size", "since");

  private final Trail trail;
  private final GateAdmission admission;
  private final Records records;
  private final SearchRoutes saved;
  private final Continued continued;
  private final Seats seats;
  private final InstantSource clock;

  AuditExport(
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
    this.clock = clock;
    this.continued = new Continued(clock);
    this.seats = new Seats("exports", settings.exports(), (settings.exports() + 1) / 2);
  }

  List<Route> routes() {
    return List.of(
        Route.guarded("GET", "/audit/export", Permission.AUDIT_READ, this::export),
        Route.guarded("GET", "/audit/export/manifest", Permission.AUDIT_READ, this::manifest));
  }

  /// The exports that are running break off, and there are no others: each goes on behind the last
  /// row that was taken, here after a restart or with another process.
  void end() {
    seats.close();
  }

  private Answer export(Exchange exchange) throws Exception {
    exchange.waits();
    Params params = exchange.params(NAMES);
    Query query = saved.within(exchange, params, Asked.query(params));
    String wanted = params.text("format").orElse("ndjson");
    ExportFormat format =
        ExportFormat.of(wanted)
            .orElseThrow(
                () ->
                    Refused.field(
                        "format", "\"" + Params.shortened(wanted) + "\", want ndjson or csv"));
    long after = params.number("after", -1, -1, Long.MAX_VALUE);
    boolean head = exchange.method().equals("HEAD");
    Seats.Seat seat = seats.take(exchange.caller().source());
    boolean flows = false;
    try {
      Extract extract = extract(exchange, query, after, size(params));
      Checkpoint checkpoint = extract.checkpoint();
      String what = query + "\n" + checkpoint.size();
      if (!head && continued.isNew(exchange, what, after >= 0)) {
        records.export(exchange, query.toString(), format.text(), checkpoint.size());
      }
      Answer answer =
          head
              ? Answer.of(200, format.contentType(), new byte[0])
              : Answer.flowing(
                  200, format.contentType(), new Rows(exchange, extract, format, after < 0, seat));
      flows = !head;
      return answer
          .with("X-Log-Origin", checkpoint.origin())
          .with("X-Log-Size", Long.toString(checkpoint.size()))
          .with("Content-Disposition", "attachment; filename=\"audit." + format.text() + "\"");
    } finally {
      if (!flows) {
        seat.close();
      }
    }
  }

  private Answer manifest(Exchange exchange) throws Exception {
    exchange.waits();
    Params params = exchange.params(MANIFEST);
    Query query = saved.within(exchange, params, Asked.query(params));
    Extract extract = extract(exchange, query, -1, size(params));
    Checkpoint checkpoint = extract.checkpoint();
    @Nullable List<Hash> proof = consistency(params, checkpoint.size());
    byte @Nullable [] note = extract.note();
    if (continued.isNew(exchange, "manifest " + query, true)) {
      records.read(exchange, "qerberos:audit/export/manifest", query.toString());
    }
    return exchange.ok(
        json -> {
          json.object().name("query").value(query.toString());
          json.name("by").value(exchange.caller().principal());
          json.name("scope").value(exchange.caller().scope().text());
          json.name("at").value(clock.instant().toString());
          json.name("log").object().name("origin").value(checkpoint.origin());
          json.name("size").value(checkpoint.size());
          json.name("root").value(checkpoint.root().base64()).end();
          json.name("count").value(extract.count());
          json.name("checkpoint")
              .value(note == null ? null : new String(note, StandardCharsets.UTF_8));
          if (proof != null) {
            json.name("consistency").array();
            proof.forEach(hash -> json.value(hash.base64()));
            json.end();
          }
          json.end();
        });
  }

  /// The proof between two sizes, whichever is the larger.
  private @Nullable List<Hash> consistency(Params params, long size) throws IOException {
    if (!params.has("since")) {
      return null;
    }
    long published = trail.ledger().checkpoint().size();
    long since = params.number("since", 0, 1, Long.MAX_VALUE);
    if (since > published) {
      throw Refused.field("since", since + ", the published log has " + published + " entries");
    }
    return trail.ledger().consistency(Math.min(since, size), Math.max(since, size));
  }

  private static @Nullable Long size(Params params) {
    return params.has("size") ? params.number("size", 0, 0, Long.MAX_VALUE) : null;
  }

  private Extract extract(Exchange exchange, Query query, long after, @Nullable Long size)
      throws Exception {
    try {
      return exchange.timed(
          "search", () -> trail.search().extract(exchange.caller().view(), query, after, size));
    } catch (TimeoutException e) {
      throw Refused.unavailable(Code.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()), 5);
    } catch (SearchTooLong e) {
      throw Refused.unavailable(
          Code.SERVICE_UNAVAILABLE,
          "finding out what matches took longer than "
              + e.most().toMillis()
              + " ms and was stopped; narrow it, or raise search.timeout",
          5);
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, "q");
    }
  }

  /// The rows of one export. Used by its connection's thread.
  private final class Rows implements Answer.Flow {
    private final Exchange exchange;
    private final Extract extract;
    private final ExportFormat format;
    private final boolean headed;
    private final Seats.Seat seat;

    Rows(Exchange exchange, Extract extract, ExportFormat format, boolean headed, Seats.Seat seat) {
      this.exchange = exchange;
      this.extract = extract;
      this.format = format;
      this.headed = headed;
      this.seat = seat;
    }

    @Override
    public void to(OutputStream out) throws Exception {
      if (headed) {
        out.write(format.head());
      }
      try (Guard guard = Guard.over(this::mayGoOn)) {
        List<Shown> lot = extract.next();
        while (!lot.isEmpty()) {
          if (guard.lost()) {
            throw new InterruptedException("the caller may no longer read, or the service stops");
          }
          var rows = new ByteArrayOutputStream(lot.size() * 1_024);
          for (Shown one : lot) {
            rows.write(format.row(one, extract.checkpoint()));
          }
          out.write(rows.toByteArray());
          lot = extract.next();
        }
      }
    }

    private boolean mayGoOn() {
      return !seats.closed() && admission.holds(exchange, Permission.AUDIT_READ);
    }

    @Override
    public void close() {
      seat.close();
    }
  }
}
