package qerberos.intake;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qerberos.event.EventDraft;
import qerberos.event.EventFaults;
import qerberos.event.Fault;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/// Reads events from the bytes of a request. Safe for concurrent use.
///
/// What is wrong with one event is told with that event (`Parsed.Bad`) and touches no other. What
/// is wrong with the body as a whole (too large, too many, not JSON) is thrown, and then nothing
/// of it was taken.
public final class EventReader {
  private static final int LEVELS_MAX = 200;

  static final JsonFactory JSON =
      JsonFactory.builder()
          // Else bytes that are good UTF-8 may be read as UTF-16 or UTF-32.
          .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(LEVELS_MAX)
                  .maxStringLength(EventDraft.ORIGINAL_MAX + 1)
                  .maxNameLength(10_000)
                  .maxNumberLength(1_000)
                  .build())
          .build();

  private final IntakeLimits limits;

  public EventReader(IntakeLimits limits) {
    this.limits = limits;
  }

  /// Reads a body that is one event or an array of events.
  ///
  /// @throws EventFaults field `body`: it is not one JSON value, too large, or brings too many
  public JsonBody json(byte[] body) {
    checkSize(body);
    int from = Lines.afterMark(body);
    int bad = Utf8.firstBad(body, from, body.length);
    if (bad >= 0) {
      throw new EventFaults(new Fault("body", "byte " + bad + " is not UTF-8"));
    }
    try (JsonParser parser =
        JSON.createParser(ObjectReadContext.empty(), body, from, body.length - from)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new EventFaults(new Fault("body", "empty, want a JSON object or array"));
      }
      List<Parsed> events = new ArrayList<>();
      var fields = new EventFields(parser, new JsonTree.Bench());
      if (first == JsonToken.START_ARRAY) {
        for (JsonToken token = parser.nextToken();
            token != JsonToken.END_ARRAY;
            token = parser.nextToken()) {
          if (events.size() == limits.events()) {
            throw tooMany();
          }
          events.add(event(parser, fields, events.size() + 1));
        }
      } else {
        events.add(event(parser, fields, 1));
      }
      if (parser.nextToken() != null) {
        throw new EventFaults(
            new Fault("body", "more than one JSON value; one per line is for /audit/batch"));
      }
      return new JsonBody(first == JsonToken.START_ARRAY, events);
    } catch (JacksonException e) {
      throw new EventFaults(fault("body", e));
    }
  }

  /// Reads a body with one event per line; empty lines are passed over, and counted.
  ///
  /// @throws EventFaults field `body`: it is too large or has too many lines
  public List<Parsed> ndjson(byte[] body) {
    List<Parsed> events = new ArrayList<>();
    ndjson(body, events::add);
    return events;
  }

  /// The same, each event handed on as soon as it is read, which saves the memory of a list (and
  /// the caches of the processor, if it is sealed at once).
  ///
  /// @throws EventFaults as above, before the first event is handed on
  public void ndjson(byte[] body, Consumer<Parsed> events) {
    count(body);
    var lines = new Lines(body);
    try (var reader = new LineReader(body)) {
      while (lines.next()) {
        events.accept(reader.read(lines.from(), lines.to(), lines.number()));
      }
    }
  }

  /// How many lines with something in them the body has.
  ///
  /// @throws EventFaults field `body`: it is too large or has too many lines
  public int count(byte[] body) {
    checkSize(body);
    var lines = new Lines(body);
    int count = 0;
    while (lines.next()) {
      if (count++ == limits.events()) {
        throw tooMany();
      }
    }
    return count;
  }

  /// The event at the parser's current token; whatever it is, the parser is left at its end.
  static Parsed event(JsonParser parser, EventFields fields, int number) {
    @Nullable JsonToken token = parser.currentToken();
    if (token == null) {
      return bad(number, new Fault("event", "nothing, want an object"));
    }
    if (token != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return bad(number, new Fault("event", EventFields.kind(token) + ", want an object"));
    }
    try {
      return new Parsed.Good(number, fields.read());
    } catch (EventFaults e) {
      return new Parsed.Bad(number, e.faults());
    }
  }

  private static Parsed bad(int number, Fault fault) {
    return new Parsed.Bad(number, List.of(fault));
  }

  private void checkSize(byte[] body) {
    if (body.length > limits.bytes()) {
      throw new EventFaults(
          new Fault(
              "body",
              body.length + " bytes, want at most " + limits.bytes(),
              Fault.Kind.TOO_LARGE));
    }
  }

  private EventFaults tooMany() {
    return new EventFaults(
        new Fault("body", "more than " + limits.events() + " events", Fault.Kind.TOO_LARGE));
  }

  /// What the parser says, in one line.
  static Fault fault(String field, JacksonException e) {
    String said = String.valueOf(e.getOriginalMessage());
    String line = said.lines().findFirst().orElse("");
    String shown = line.length() > 200 ? line.substring(0, 200) + "..." : line;
    long at = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
    String where = at < 0 ? "" : " at byte " + at;
    return e instanceof StreamConstraintsException
        ? new Fault(field, "beyond a limit" + where + ": " + shown, Fault.Kind.TOO_LARGE)
        : new Fault(field, "not JSON" + where + ": " + shown);
  }
}
