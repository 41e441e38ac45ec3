package qerberos.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import qerberos.settings.FollowSettings;

/// An answer of server-sent events, one for each thing that a [Feed] has, with its place in the log
/// as id. Begins with a place, and says it again with each heartbeat (a comment), so that resuming
/// neither loses nor doubles anything, even where nothing came; ends with an event `end`, whose
/// data say why: `{"reason":"shutdown"}` or `"access"`.
///
/// Used by its connection's thread.
final class EventStream implements Answer.Flow {
  static final String TYPE = "text/event-stream; charset=utf-8";

  /// Things written before the stream looks around.
  static final int LOT = 64;

  private static final Duration NAP = Duration.ofMillis(100);

  /// One wake-up for each event would cost more than the event.
  private static final Duration GATHER = Duration.ofMillis(4);

  /// One thing of the log. Immutable.
  static final class Item {
    private final long place;
    private final byte[] json;

    /// @param json without a line break; its own from now on
    Item(long place, byte[] json) {
      this.place = place;
      this.json = json;
    }
  }

  /// What a stream tells of, from a place of the log on. Used by one thread at a time.
  interface Feed {
    /// The first place that was not looked at.
    long next();

    /// How far that is from the end of the log.
    long lag();

    /// What comes next, about [#LOT] at most; nothing when nothing came in time, or nothing of what
    /// came is for this reader.
    List<Item> next(Duration patience) throws IOException, InterruptedException;

    /// What a reader is told who had come to the end of the log and is now far behind; from then on
    /// the feed begins where it says. Empty for nothing.
    String passOver() throws IOException, InterruptedException;
  }

  private final Feed feed;
  private final BooleanSupplier mayRead;
  private final Seats seats;
  private final Seats.Seat seat;
  private final FollowSettings settings;

  /// @param seat of these seats; given back at the end
  EventStream(
      Feed feed, BooleanSupplier mayRead, Seats seats, Seats.Seat seat, FollowSettings settings) {
    this.feed = feed;
    this.mayRead = mayRead;
    this.seats = seats;
    this.seat = seat;
    this.settings = settings;
  }

  /// What the reader has last, by `Last-Event-ID` or `lastEventId=`: -1 or a place of the log.
  static Optional<Long> lastEventId(Exchange exchange, Params params) {
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

  /// Where to begin: behind the last event id, at `from=`, or at the end of the log.
  static long from(Params params, Optional<Long> behind, long size) {
    long from = behind.map(id -> id + 1).orElse(params.number("from", size, 0, Long.MAX_VALUE));
    if (from > size) {
      throw Refused.field(
          behind.isPresent() ? "lastEventId" : "from",
          (behind.isPresent() ? from - 1 : from) + ", the log has " + size + " entries");
    }
    return from;
  }

  /// The answer that this is.
  Answer answer() {
    return Answer.flowing(200, TYPE, this).with("X-Accel-Buffering", "no");
  }

  @Override
  public void to(OutputStream out) throws Exception {
    // The first write of a body waits for a second one.
    out.write(ascii(": qerberos\nretry: 2000\n"));
    out.flush();
    out.write(ascii(position()));
    out.flush();
    try (Guard guard = Guard.over(mayRead)) {
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
      long lag = feed.lag();
      if (arrived && lag > settings.behindEvents()) {
        out.write(ascii(feed.passOver()));
      }
      arrived |= lag == 0;
      List<Item> items = feed.next(NAP);
      if (!items.isEmpty()) {
        out.write(written(items));
        out.flush();
        said = System.nanoTime();
      } else if (System.nanoTime() - said >= settings.heartbeat().toNanos()) {
        out.write(ascii(": heartbeat\n" + position()));
        out.flush();
        said = System.nanoTime();
      }
      if (items.size() < LOT && feed.lag() < LOT) {
        Thread.sleep(GATHER);
      }
    }
  }

  private String position() {
    return "id: " + (feed.next() - 1) + "\n\n";
  }

  private static byte[] written(List<Item> items) {
    var bytes = new ByteArrayOutputStream(items.size() * 1_024);
    for (Item one : items) {
      bytes.writeBytes(ascii("id: " + one.place + "\ndata: "));
      bytes.writeBytes(one.json);
      bytes.writeBytes(ascii("\n\n"));
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    seat.close();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
