package qerberos.http;

import io.helidon.http.HeaderNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qerberos.event.EventFaults;
import qerberos.event.Fault;
import qerberos.event.Reserved;
import qerberos.intake.BatchIds;
import qerberos.intake.EventReader;
import qerberos.intake.IntakeLimits;
import qerberos.intake.JsonBody;
import qerberos.intake.Parsed;
import qerberos.ledger.Appended;
import qerberos.ledger.Checkpoint;
import qerberos.settings.HttpSettings;
import qerberos.trail.Prepared;
import qerberos.trail.Shown;
import qerberos.trail.Trail;

/// `POST /audit` and `POST /audit/batch`: events come in.
///
/// 201 means: on disk, in the tree, at this index. What came before under the same id, with the
/// same content, is 200 with the first index; with another content, 409. Of a batch each line has
/// its own outcome, and a bad line costs its neighbours nothing. `?wait=proof` answers with the
/// inclusion proof, `?wait=indexed` when the next search will find it.
///
/// Safe for concurrent use.
final class AuditWrites {
  private final Trail trail;
  private final GateAdmission admission;
  private final Parsers parsers;
  private final Metrics metrics;
  private final Budget budget = new Budget(Runtime.getRuntime().maxMemory() / 2);
  private final EventReader reader;
  private final HttpSettings settings;

  AuditWrites(
      Trail trail,
      GateAdmission admission,
      Parsers parsers,
      Metrics metrics,
      HttpSettings settings) {
    this.trail = trail;
    this.admission = admission;
    this.parsers = parsers;
    this.metrics = metrics;
    this.settings = settings;
    this.reader =
        new EventReader(new IntakeLimits(settings.maxBatchLines(), settings.maxBatchBytes()));
  }

  List<Route> routes() {
    return List.of(
        Route.ingest("POST", "/audit", this::post),
        Route.ingest("POST", "/audit/batch", this::batch));
  }

  private Answer post(Exchange exchange) throws Exception {
    Budget.Share share = share(exchange);
    try {
      return posted(exchange);
    } finally {
      share.close();
    }
  }

  private Answer batch(Exchange exchange) throws Exception {
    Budget.Share share = share(exchange);
    try {
      return batched(exchange);
    } finally {
      share.close();
    }
  }

  /// Room for the body: what it says it is, what it may become, or the most there can be.
  private Budget.Share share(Exchange exchange) throws Exception {
    long declared = exchange.request().headers().contentLength().orElse(settings.maxBatchBytes());
    boolean zipped = exchange.header(HeaderNames.CONTENT_ENCODING).isPresent();
    long expected = Math.min(settings.maxBatchBytes(), zipped ? declared * 8 : declared);
    return exchange.timed("memory", () -> budget.take(expected));
  }

  private Answer posted(Exchange exchange) throws Exception {
    Wait wait = Wait.of(exchange);
    Body.checkType(exchange.request(), false);
    byte[] raw = exchange.rawBody(settings.maxBatchBytes());
    String key = idempotencyKey(exchange);
    JsonBody body = whole(exchange, raw);
    if (!body.array() && raw.length > settings.maxEventBytes()) {
      throw Refused.because(
          Code.PAYLOAD_TOO_LARGE,
          "body: " + raw.length + " bytes, want at most " + settings.maxEventBytes());
    }
    List<Outcome> outcomes = prepared(exchange, raw.length, body.events(), key);
    if (body.array()) {
      return answered(exchange, outcomes, key, wait);
    }
    return switch (outcomes.getFirst()) {
      case Outcome.Refused(_, var faults, var tooLarge) -> {
        metrics.count("qerberos.audit.refused", 1);
        throw tooLarge
            ? Refused.because(Code.PAYLOAD_TOO_LARGE, faults.getFirst().toString())
            : Refused.fields(faults);
      }
      case Outcome.Ready(_, var prepared) -> one(exchange, prepared, key, wait);
    };
  }

  private Answer batched(Exchange exchange) throws Exception {
    Wait wait = Wait.of(exchange);
    Body.checkType(exchange.request(), true);
    byte[] raw = exchange.rawBody(settings.maxBatchBytes());
    String key = idempotencyKey(exchange);
    try {
      byte[] body =
          Body.isPlain(exchange.request(), raw)
              ? raw
              : exchange.timed(
                  "expand", () -> parsers.work(raw.length, () -> expanded(exchange, raw)));
      admission.ingest(exchange, reader.count(body));
      String source = exchange.caller().source();
      List<Outcome> outcomes =
          exchange.timed(
              "seal", () -> parsers.work(body.length, () -> outcomes(source, body, key)));
      return answered(exchange, outcomes, key, wait);
    } catch (EventFaults e) {
      throw refusing(e);
    }
  }

  /// Each line is sealed as soon as it is read, while it is in the processor's caches.
  private List<Outcome> outcomes(String source, byte[] body, @Nullable String key) {
    List<Outcome> outcomes = new ArrayList<>();
    reader.ndjson(body, event -> outcomes.add(outcome(source, event, key)));
    return outcomes;
  }

  private byte[] expanded(Exchange exchange, byte[] raw) {
    return Body.expanded(exchange.request(), raw, settings.maxBatchBytes());
  }

  /// What is wrong with the body as a whole refuses all of it.
  private static Refused refusing(EventFaults e) {
    return e.tooLarge()
        ? Refused.because(Code.PAYLOAD_TOO_LARGE, String.valueOf(e.getMessage()))
        : Refused.fields(e.faults());
  }

  /// Expands and reads a body that is one event or an array.
  private JsonBody whole(Exchange exchange, byte[] raw) throws Exception {
    try {
      return exchange.timed(
          "parse", () -> parsers.work(raw.length, () -> reader.json(expanded(exchange, raw))));
    } catch (EventFaults e) {
      throw refusing(e);
    }
  }

  private List<Outcome> prepared(
      Exchange exchange, int bytes, List<Parsed> events, @Nullable String key) throws Exception {
    admission.ingest(exchange, events.size());
    String source = exchange.caller().source();
    return exchange.timed(
        "seal",
        () ->
            parsers.work(
                bytes, () -> events.stream().map(event -> outcome(source, event, key)).toList()));
  }

  private Outcome outcome(String source, Parsed parsed, @Nullable String key) {
    return switch (parsed) {
      case Parsed.Bad bad -> new Outcome.Refused(bad.line(), bad.faults(), bad.tooLarge());
      case Parsed.Good(int line, var draft) -> {
        List<Fault> ours = Reserved.faults(draft);
        if (!ours.isEmpty()) {
          yield new Outcome.Refused(line, ours, false);
        }
        try {
          @Nullable String id = key == null ? null : BatchIds.derive(source, key, line);
          yield new Outcome.Ready(line, trail.appending().prepare(source, draft, id));
        } catch (EventFaults e) {
          yield new Outcome.Refused(line, e.faults(), e.tooLarge());
        }
      }
    };
  }

  private Answer one(Exchange exchange, Prepared prepared, @Nullable String key, Wait wait)
      throws Exception {
    Appended appended =
        exchange.timed("ledger", () -> trail.appending().append(List.of(prepared))).getFirst();
    return switch (appended) {
      case Appended.At(long index) -> {
        metrics.event(prepared.event().type(), prepared.event().verdict().name());
        yield written(exchange, 201, "CREATED", "recorded", prepared, index, wait);
      }
      case Appended.Already(long index) -> {
        Shown first = trail.events().read(index);
        metrics.count("qerberos.audit.duplicates", 1);
        yield answer(
            exchange,
            200,
            "ALREADY_RECORDED",
            "recorded before, with the same content",
            first.event().id(),
            first.cid(),
            first.event().time().toString(),
            index,
            wait);
      }
      case Appended.Conflict(long index) -> throw Untaken.conflict(prepared, key);
      case Appended.Busy(long retryMillis) -> throw Untaken.busy(retryMillis);
      case Appended.Failed(String reason) -> throw Untaken.stopped(reason);
    };
  }

  private Answer written(
      Exchange exchange,
      int status,
      String code,
      String message,
      Prepared prepared,
      long index,
      Wait wait)
      throws Exception {
    return answer(
        exchange,
        status,
        code,
        message,
        prepared.event().id(),
        prepared.cid(),
        prepared.event().time().toString(),
        index,
        wait);
  }

  private Answer answer(
      Exchange exchange,
      int status,
      String code,
      String message,
      String id,
      String cid,
      String timestamp,
      long index,
      Wait wait)
      throws Exception {
    @Nullable String proof = wait.until(trail, exchange, index);
    Checkpoint checkpoint = trail.ledger().checkpoint();
    return exchange.ok(
        status,
        code,
        message,
        json -> {
          json.object()
              .name("id")
              .value(id)
              .name("cid")
              .value(cid)
              .name("timestamp")
              .value(timestamp)
              .name("index")
              .value(index);
          EventJson.signature(json.name("signature"), index, checkpoint);
          if (proof != null) {
            json.name("proof").value(proof);
          }
          json.end();
        });
  }

  private Answer answered(
      Exchange exchange, List<Outcome> outcomes, @Nullable String key, Wait wait) throws Exception {
    List<Prepared> ready = new ArrayList<>(outcomes.size());
    for (Outcome outcome : outcomes) {
      if (outcome instanceof Outcome.Ready(_, var prepared)) {
        ready.add(prepared);
      }
    }
    List<Appended> appended =
        ready.isEmpty()
            ? List.of()
            : exchange.timed("ledger", () -> trail.appending().append(ready));
    Untaken.refuseIfAllAre(appended);
    BatchAnswer lines = new BatchAnswer(outcomes, appended, key);
    BatchAnswer.Tally tally = lines.tally();
    counted(tally);
    if (tally.last() >= 0) {
      @Nullable String ignored =
          (wait == Wait.PROOF ? Wait.NOTHING : wait).until(trail, exchange, tally.last());
    }
    byte[] results = lines.json();
    return exchange.ok(
        200,
        "OK",
        tally.written().size()
            + " recorded, "
            + tally.before()
            + " before, "
            + tally.refused()
            + " refused",
        json ->
            json.object()
                .name("recorded")
                .value(tally.written().size())
                .name("duplicates")
                .value(tally.before())
                .name("refused")
                .value(tally.refused())
                .name("results")
                .raw(results)
                .end());
  }

  private void counted(BatchAnswer.Tally tally) {
    for (Prepared prepared : tally.written()) {
      metrics.event(prepared.event().type(), prepared.event().verdict().name());
    }
    if (tally.refused() > 0) {
      metrics.count("qerberos.audit.refused", tally.refused());
    }
    if (tally.before() > 0) {
      metrics.count("qerberos.audit.duplicates", tally.before());
    }
  }

  /// What makes another try of the same; null when there is no such header.
  static @Nullable String idempotencyKey(Exchange exchange) {
    @Nullable String key = exchange.onlyHeader("Idempotency-Key").orElse(null);
    if (key != null && (key.isEmpty() || key.length() > 255)) {
      throw Refused.field("Idempotency-Key", "length " + key.length() + ", want 1..255");
    }
    return key;
  }
}
