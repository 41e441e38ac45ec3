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
/// @param escalations by which ways it goes out too, when it is about an alert that still fires by
///     then and nobody has acknowledged it
public record Notice(
    String id,
    String recipient,
    String kind,
    Severity severity,
    String subject,
    String text,
    Instant at,
    Map<String, String> fields,
    List<Way> ways,
    List<Way> escalations) {
  /// Whoever looks after the service. No principal can have this name.
  public static final String OPERATORS = "group:operators";

  /// The field that names the alert which a notice is about.
  public static final String ALERT = "alert";

  /// Before the subject of an escalation.
  public static final String NOT_ACKNOWLEDGED = "not acknowledged: ";

  /// Whose silence has no consequences.
  public Notice(
      String id,
      String recipient,
      String kind,
      Severity severity,
      String subject,
      String text,
      Instant at,
      Map<String, String> fields,
      List<Way> ways) {
    this(id, recipient, kind, severity, subject, text, at, fields, ways, List.of());
  }

  /// @throws IllegalArgumentException when there are escalations and no alert
  public Notice {
    fields = Collections.unmodifiableMap(new TreeMap<>(fields));
    ways = List.copyOf(ways);
    escalations = List.copyOf(escalations);
    if (!escalations.isEmpty() && !fields.containsKey(ALERT)) {
      throw new IllegalArgumentException("escalations: of no alert, want the field " + ALERT);
    }
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

  /// The key of what goes out by the nth way, the escalations counted behind the others: the same
  /// at each attempt.
  public String messageId(int way) {
    return id + "." + way;
  }
}
