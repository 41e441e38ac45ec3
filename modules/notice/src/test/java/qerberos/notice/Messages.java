package qerberos.notice;

import java.time.Instant;
import java.util.Map;

/// Messages for tests.
public final class Messages {
  public static final Instant AT = Instant.parse("2026-11-24T10:00:00Z");

  private Messages() {}

  public static Message of(String id, String recipient, Severity severity) {
    return of(id, recipient, severity, "subject of " + id, "text of " + id);
  }

  public static Message of(
      String id, String recipient, Severity severity, String subject, String text) {
    return new Message(
        id, recipient, severity, subject, text, AT, Map.of("type", "alert.raised", "count", "51"));
  }
}
