package qerberos.state;

import static java.lang.System.Logger.Level.WARNING;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import qerberos.event.Canonical;
import qerberos.event.Json;

/// Something that is on or off for the whole service until somebody, or a time that was set, ends
/// it. It survives restarts, and every process that shares the state sees a change within a second.
///
/// While the state cannot be asked, the last position that was seen holds.
///
/// Safe for concurrent use.
public final class Switch {
  private static final System.Logger LOG = System.getLogger(Switch.class.getName());
  private static final Duration FRESH = Duration.ofMillis(900);

  /// Where it stands. Immutable.
  ///
  /// @param by who put it there
  /// @param since when
  /// @param until when it goes off by itself; null when it does not
  public record Position(
      boolean on, String reason, String by, Instant since, @Nullable Instant until) {
    /// Nobody has ever touched it.
    public static final Position UNTOUCHED = new Position(false, "", "", Instant.EPOCH, null);

    /// Where it stands when its time is over.
    Position ended(Instant at) {
      return new Position(false, reason, by, at, null);
    }

    /// Whether it is on at this time.
    public boolean holds(Instant now) {
      return on && (until == null || now.isBefore(until));
    }
  }

  private record Seen(String body, Position position, Instant at) {}

  private final String name;
  private final Documents documents;
  private final Clock clock;
  private final AtomicReference<@Nullable Seen> seen = new AtomicReference<>();

  /// @param name of the document that keeps it
  public Switch(String name, Documents documents, Clock clock) {
    this.name = name;
    this.documents = documents;
    this.clock = clock;
  }

  String name() {
    return name;
  }

  /// Where it stands, as it was seen at most a second ago.
  public Position position() {
    Seen last = seen.get();
    Instant now = clock.instant();
    if (last != null && Duration.between(last.at(), now).abs().compareTo(FRESH) < 0) {
      return last.position();
    }
    // One caller looks, the others go on with what was seen before.
    if (last != null && !seen.compareAndSet(last, new Seen(last.body(), last.position(), now))) {
      return last.position();
    }
    try {
      return look(now).position();
    } catch (StateUnavailable e) {
      LOG.log(WARNING, name + ": the state cannot be asked, and the last position holds: " + e);
      return last == null ? Position.UNTOUCHED : last.position();
    }
  }

  /// Whether it is on now.
  public boolean isOn() {
    return position().holds(clock.instant());
  }

  private Seen look(Instant now) throws StateUnavailable {
    String body = documents.get(name).map(Document::body).orElse("");
    var looked = new Seen(body, read(name, body), now);
    seen.set(looked);
    return looked;
  }

  /// Puts it somewhere.
  public void put(Position position, Telling telling) throws StateUnavailable {
    String body = written(position);
    documents.put(name, body, telling);
    seen.set(new Seen(body, position, clock.instant()));
  }

  /// Takes one whose time is over off, and tells so; for one alone of all processes that notice.
  ///
  /// @param at when that is noticed
  public void end(Instant at, Telling telling) throws StateUnavailable {
    Seen now = look(at);
    Position position = now.position();
    if (!position.on() || position.holds(at)) {
      return;
    }
    Position off = position.ended(at);
    boolean ignored = documents.replace(name, now.body(), written(off), telling);
    ignored = look(clock.instant()).position().on();
  }

  /// Whether it is on and its time is over, as far as was seen: then [#end] has something to do.
  public boolean isOver() {
    Position position = position();
    return position.on() && !position.holds(clock.instant());
  }

  static Position read(String name, String body) {
    if (body.isEmpty()) {
      return Position.UNTOUCHED;
    }
    try {
      if (Canonical.read(body.getBytes(StandardCharsets.UTF_8)) instanceof Json.Obj json) {
        return new Position(
            Json.of(true).equals(json.get("on")),
            text(json, "reason"),
            text(json, "by"),
            Instant.parse(text(json, "since")),
            Optional.ofNullable(json.text("until")).map(Instant::parse).orElse(null));
      }
    } catch (IllegalArgumentException | DateTimeException e) {
      LOG.log(WARNING, name + ": what is kept cannot be read, and counts as off: " + e);
    }
    return Position.UNTOUCHED;
  }

  private static String text(Json.Obj json, String member) {
    return Optional.ofNullable(json.text(member)).orElse("");
  }

  static String written(Position position) {
    Map<String, Json> members = new HashMap<>();
    members.put("on", Json.of(position.on()));
    members.put("reason", Json.of(position.reason()));
    members.put("by", Json.of(position.by()));
    members.put("since", Json.of(position.since().toString()));
    if (position.until() != null) {
      members.put("until", Json.of(position.until().toString()));
    }
    return new String(Canonical.bytes(new Json.Obj(members)), StandardCharsets.UTF_8);
  }
}
