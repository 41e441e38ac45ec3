package qerberos.http;

import io.helidon.http.HeaderNames;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
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
import qerberos.ledger.TlogProof;
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
  private static final Set<String> PARAMETERS = Set.of("wait");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// What became of one event.
  private sealed interface Outcome {
    record Ready(int line, Prepared prepared) implements Outcome {}

    record Refused(int line, List<Fault> faults, boolean tooLarge) implements Outcome {}
  }

  /// What to wait for before answering.
  private enum Wait {
    NOTHING,
    PROOF,
    INDEXED
  }

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
    Wait wait = wait(exchange);
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
        refused(1);
        throw tooLarge
            ? Refused.because(Code.PAYLOAD_TOO_LARGE, faults.getFirst().toString())
            : Refused.fields(faults);
      }
      case Outcome.Ready(_, var prepared) -> one(exchange, prepared, key, wait);
    };
  }

  private Answer batched(Exchange exchange) throws Exception {
    Wait wait = wait(exchange);
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
          yield new Outcome.Ready(line, trail.prepare(source, draft, id));
        } catch (EventFaults e) {
          yield new Outcome.Refused(line, e.faults(), e.tooLarge());
        }
      }
    };
  }

  private Answer one(Exchange exchange, Prepared prepared, @Nullable String key, Wait wait)
      throws Exception {
    Appended appended = exchange.timed("ledger", () -> trail.append(List.of(prepared))).getFirst();
    return switch (appended) {
      case Appended.At(long index) -> {
        counted(prepared);
        yield written(exchange, 201, "CREATED", "recorded", prepared, index, wait);
      }
      case Appended.Already(long index) -> {
        Shown first = trail.read(index);
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
      case Appended.Conflict(long index) -> throw conflict(prepared, key);
      case Appended.Busy(long retryMillis) -> throw busy(retryMillis);
      case Appended.Failed(String reason) -> throw stopped(reason);
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
    @Nullable String proof = waited(exchange, wait, index);
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

  /// Waits for what the caller wants; gives the proof when that was it.
  private @Nullable String waited(Exchange exchange, Wait wait, long index) throws Exception {
    switch (wait) {
      case NOTHING -> {
        return null;
      }
      case PROOF -> {
        exchange.waits();
        try {
          TlogProof proof = trail.proof(index, PATIENCE);
          return proof.toString();
        } catch (TimeoutException e) {
          throw Refused.unavailable(
              Code.SERVICE_UNAVAILABLE,
              "recorded at index " + index + ", but no checkpoint came in time",
              1);
        }
      }
      case INDEXED -> {
        exchange.waits();
        if (!indexed(index + 1)) {
          throw Refused.unavailable(
              Code.SERVICE_UNAVAILABLE,
              "recorded at index " + index + ", but the index did not come that far in time",
              1);
        }
        return null;
      }
    }
    throw new IllegalStateException("another way to wait");
  }

  private boolean indexed(long size) throws IOException, InterruptedException {
    return trail.awaitIndexed(size, PATIENCE);
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
        ready.isEmpty() ? List.of() : exchange.timed("ledger", () -> trail.append(ready));
    refuseIfNothingWasTaken(appended);
    Tally tally = tally(outcomes, appended);
    if (tally.last() >= 0) {
      @Nullable String ignored =
          waited(exchange, wait == Wait.PROOF ? Wait.NOTHING : wait, tally.last());
    }
    byte[] results = results(outcomes, appended, key);
    return exchange.ok(
        200,
        "OK",
        tally.written()
            + " recorded, "
            + tally.before()
            + " before, "
            + tally.refused()
            + " refused",
        json ->
            json.object()
                .name("recorded")
                .value(tally.written())
                .name("duplicates")
                .value(tally.before())
                .name("refused")
                .value(tally.refused())
                .name("results")
                .raw(results)
                .end());
  }

  private record Tally(long written, long before, long refused, long last) {}

  private Tally tally(List<Outcome> outcomes, List<Appended> appended) {
    long written = 0;
    long before = 0;
    long last = -1;
    int next = 0;
    for (Outcome outcome : outcomes) {
      if (outcome instanceof Outcome.Ready(_, var prepared)) {
        switch (appended.get(next++)) {
          case Appended.At(long index) -> {
            written++;
            last = Math.max(last, index);
            counted(prepared);
          }
          case Appended.Already(long index) -> {
            before++;
            last = Math.max(last, index);
          }
          case Appended.Conflict _, Appended.Busy _, Appended.Failed _ -> {}
        }
      }
    }
    long refused = outcomes.size() - written - before;
    refused(refused);
    if (before > 0) {
      metrics.count("qerberos.audit.duplicates", before);
    }
    return new Tally(written, before, refused, last);
  }

  private static byte[] results(
      List<Outcome> outcomes, List<Appended> appended, @Nullable String key) {
    JsonBytes json = new JsonBytes(64 + outcomes.size() * 96).array();
    int next = 0;
    for (Outcome outcome : outcomes) {
      switch (outcome) {
        case Outcome.Refused(int line, var faults, boolean tooLarge) ->
            fault(
                json,
                line,
                tooLarge ? Code.PAYLOAD_TOO_LARGE : Code.VALIDATION_ERROR,
                faults.getFirst(),
                faults);
        case Outcome.Ready(int line, var prepared) -> {
          switch (appended.get(next++)) {
            case Appended.At(long index) -> taken(json, line, 201, prepared, index);
            case Appended.Already(long index) -> taken(json, line, 200, prepared, index);
            case Appended.Conflict _ -> {
              Refused conflict = conflict(prepared, key);
              fault(json, line, conflict.code(), new Fault("id", conflict.text()), List.of());
            }
            case Appended.Busy(long retryMillis) ->
                fault(
                    json,
                    line,
                    Code.SERVICE_UNAVAILABLE,
                    new Fault("line", busy(retryMillis).text()),
                    List.of());
            case Appended.Failed(String reason) ->
                fault(
                    json,
                    line,
                    Code.SERVICE_UNAVAILABLE,
                    new Fault("line", stopped(reason).text()),
                    List.of());
          }
        }
      }
    }
    return json.end().bytes();
  }

  private static void taken(JsonBytes json, int line, int status, Prepared prepared, long index) {
    json.object()
        .name("line")
        .value(line)
        .name("status")
        .value(status)
        .name("id")
        .value(prepared.event().id())
        .name("index")
        .value(index)
        .end();
  }

  private static void fault(JsonBytes json, int line, Code code, Fault first, List<Fault> all) {
    json.object()
        .name("line")
        .value(line)
        .name("status")
        .value(code.status())
        .name("code")
        .value(code.name())
        .name("field")
        .value(first.field())
        .name("message")
        .value(first.message());
    if (all.size() > 1) {
      json.name("errors").array();
      for (Fault fault : all) {
        json.object()
            .name("field")
            .value(fault.field())
            .name("message")
            .value(fault.message())
            .end();
      }
      json.end();
    }
    json.end();
  }

  /// When the ledger took nothing at all, the whole batch is to be sent again.
  private static void refuseIfNothingWasTaken(List<Appended> appended) {
    long wait = 0;
    for (Appended one : appended) {
      switch (one) {
        case Appended.At _, Appended.Already _, Appended.Conflict _ -> {
          return;
        }
        case Appended.Busy(long retryMillis) -> wait = Math.max(wait, retryMillis);
        case Appended.Failed(String reason) -> throw stopped(reason);
      }
    }
    if (!appended.isEmpty()) {
      throw busy(wait);
    }
  }

  private static Refused conflict(Prepared prepared, @Nullable String key) {
    boolean ours = key != null && prepared.event().id().startsWith("key-");
    return ours
        ? Refused.because(
            Code.IDEMPOTENCY_MISMATCH,
            "this Idempotency-Key was used before for another event on this line")
        : Refused.because(
            Code.CONFLICT,
            "id: \"" + prepared.event().id() + "\" was used before for another event");
  }

  private static Refused busy(long retryMillis) {
    return Refused.unavailable(
        Code.SERVICE_UNAVAILABLE,
        "too much is waiting to be written; nothing of this was taken",
        Math.ceilDiv(retryMillis, 1_000L));
  }

  private static Refused stopped(String reason) {
    return Refused.unavailable(
        Code.SERVICE_UNAVAILABLE, "the ledger takes no events: " + reason, 30);
  }

  private void counted(Prepared prepared) {
    metrics.event(prepared.event().type(), prepared.event().verdict().name());
  }

  private void refused(long count) {
    if (count > 0) {
      metrics.count("qerberos.audit.refused", count);
    }
  }

  private static Wait wait(Exchange exchange) {
    String text = exchange.params(PARAMETERS).text("wait").orElse("");
    return switch (text) {
      case "" -> Wait.NOTHING;
      case "proof" -> Wait.PROOF;
      case "indexed" -> Wait.INDEXED;
      default ->
          throw Refused.field("wait", "\"" + Params.shortened(text) + "\", want proof or indexed");
    };
  }

  private static @Nullable String idempotencyKey(Exchange exchange) {
    @Nullable String key = exchange.onlyHeader("Idempotency-Key").orElse(null);
    if (key != null && (key.isEmpty() || key.length() > 255)) {
      throw Refused.field("Idempotency-Key", "length " + key.length() + ", want 1..255");
    }
    return key;
  }
}
