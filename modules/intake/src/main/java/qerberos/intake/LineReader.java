package qerberos.intake;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qerberos.event.Fault;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/// Reads the lines of one body, of which each is an event. Used by one thread at a time.
///
/// To a parser, lines in a row are values with white space between them, and one parser for all is
/// a good deal cheaper than one for each. So it goes while every line is one object and nothing
/// else. The first that is not is read again by a parser that sees this line alone, so that what is
/// told of it does not depend on its neighbours; and so are all lines after it, lest a line that
/// does not end costs as much as the whole body, again and again.
final class LineReader implements AutoCloseable {
  private final byte[] body;
  private final JsonTree.Bench bench = new JsonTree.Bench();
  private @Nullable JsonParser inARow;
  private @Nullable EventFields fields;
  private int begin;
  private boolean alone;

  LineReader(byte[] body) {
    this.body = body;
  }

  /// The event in this line, which lies behind the lines that were read before.
  Parsed read(int from, int to, int number) {
    int bad = Utf8.firstBad(body, from, to);
    if (bad >= 0) {
      alone = true;
      return bad(number, new Fault("line", "byte " + (bad - from) + " is not UTF-8"));
    }
    Parsed parsed = alone ? null : next(from, to, number);
    if (parsed == null) {
      alone = true;
      return alone(from, to, number);
    }
    return parsed;
  }

  /// The next object of the row; null when that is not all of this line.
  private @Nullable Parsed next(int from, int to, int number) {
    JsonParser parser = inARow;
    EventFields reader = fields;
    if (parser == null || reader == null) {
      parser =
          EventReader.JSON.createParser(ObjectReadContext.empty(), body, from, body.length - from);
      reader = new EventFields(parser, bench);
      inARow = parser;
      fields = reader;
      begin = from;
    }
    try {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      Parsed parsed = EventReader.event(parser, reader, number);
      long end = begin + parser.currentLocation().getByteOffset();
      return end <= to && Lines.isBlank(body, (int) end, to) ? parsed : null;
    } catch (JacksonException _) {
      return null;
    }
  }

  private Parsed alone(int from, int to, int number) {
    try (JsonParser parser =
        EventReader.JSON.createParser(ObjectReadContext.empty(), body, from, to - from)) {
      parser.nextToken();
      Parsed parsed = EventReader.event(parser, new EventFields(parser, bench), number);
      if (parser.nextToken() != null) {
        return bad(number, new Fault("line", "more than one JSON value, want one per line"));
      }
      return parsed;
    } catch (JacksonException e) {
      return bad(number, EventReader.fault("line", e));
    }
  }

  private static Parsed bad(int number, Fault fault) {
    return new Parsed.Bad(number, List.of(fault));
  }

  @Override
  public void close() {
    if (inARow != null) {
      inARow.close();
    }
  }
}
