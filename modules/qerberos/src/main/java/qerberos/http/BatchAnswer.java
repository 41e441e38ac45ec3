package qerberos.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qerberos.event.Fault;
import qerberos.event.JsonBytes;
import qerberos.ledger.Appended;
import qerberos.trail.Prepared;

/// What became of each event of a batch. Immutable.
///
/// @param appended one answer for each outcome that was ready, in order
/// @param key from which ids were derived; null when they were not
record BatchAnswer(List<Outcome> outcomes, List<Appended> appended, @Nullable String key) {
  /// How many of a kind there are.
  ///
  /// @param last the highest index of those that are in the ledger, -1 when none is
  record Tally(List<Prepared> written, long before, long refused, long last) {}

  /// Counts them.
  Tally tally() {
    List<Prepared> written = new ArrayList<>();
    long before = 0;
    long last = -1;
    int next = 0;
    for (Outcome outcome : outcomes) {
      if (outcome instanceof Outcome.Ready(_, var prepared)) {
        switch (appended.get(next++)) {
          case Appended.At(long index) -> {
            written.add(prepared);
            last = Math.max(last, index);
          }
          case Appended.Already(long index) -> {
            before++;
            last = Math.max(last, index);
          }
          case Appended.Conflict _, Appended.Busy _, Appended.Failed _ -> {}
        }
      }
    }
    return new Tally(written, before, outcomes.size() - written.size() - before, last);
  }

  /// One object for each, in order.
  byte[] json() {
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
              Refused conflict = Untaken.conflict(prepared, key);
              fault(json, line, conflict.code(), new Fault("id", conflict.text()), List.of());
            }
            case Appended.Busy(long retryMillis) ->
                fault(
                    json,
                    line,
                    Code.SERVICE_UNAVAILABLE,
                    new Fault("line", Untaken.busy(retryMillis).text()),
                    List.of());
            case Appended.Failed(String reason) ->
                fault(
                    json,
                    line,
                    Code.SERVICE_UNAVAILABLE,
                    new Fault("line", Untaken.stopped(reason).text()),
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
}
