package qerberos.notice;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Something that somebody has to hear of: kept for them to read, and sent by each way. Immutable.
///
/// @param recipient whom it is for: a principal, or [#OPERATORS]
/// @param kind what it is about: `alert`, `ticket`
/// @param text as it was given; escaped by whoever writes it out
public record Notice(
    String id,
    String recipient,
    String kind,
    Severity severity,
    String subject,
    String text,
    Instant at,
    Map<String, String> fields,
    List<Way> ways) {
  /// Whoever looks after the service. No principal can have this name.
  public static final String OPERATORS = "group:operators";

  public Notice {
    fields = Collections.unmodifiableMap(new TreeMap<>(fields));
    ways = List.copyOf(ways);
  }

  /// Everybody who finds it to read: whom it is for, and whoever is told of it by WebSocket.
  public Set<String> readers() {
    Set<String> readers = new LinkedHashSet<>();
    readers.add(recipient);
    ways.stream()
        .filter(way -> way.channel().equals(Way.WS))
        .forEach(way -> readers.add(way.address()));
    return readers;
  }

  /// The key of what goes out by the nth way: the same at each attempt.
  public String messageId(int way) {
    return id + "." + way;
  }
}
