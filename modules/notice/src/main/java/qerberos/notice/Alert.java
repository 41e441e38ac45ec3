package qerberos.notice;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// One alert as somebody outside told it. Immutable.
///
/// Two are the same alert when fingerprint and beginning are the same; [#id] is made of both.
///
/// @param fingerprint the sender's name for what it is about
/// @param startsAt when it began to fire
/// @param summary at most 180 characters
/// @param source who noticed: `alertmanager`, `monitoring`
/// @param fields what else is known, by name: `alertname`, `instance`, `job`, `description`, ...
public record Alert(
    String fingerprint,
    Instant startsAt,
    AlertStatus status,
    Severity severity,
    String summary,
    String source,
    Map<String, String> fields) {
  /// Characters of a summary.
  public static final int SUMMARY_MAX = 180;

  /// Characters of a source.
  public static final int SOURCE_MAX = 64;

  public Alert {
    fingerprint = Wording.shortened(fingerprint, 200);
    summary = Wording.shortened(summary, SUMMARY_MAX);
    source = Wording.shortened(source, SOURCE_MAX);
    fields = Collections.unmodifiableMap(new TreeMap<>(fields));
  }

  /// The same for every repetition, whoever tells it.
  public String id() {
    return Wording.digest(fingerprint + "\n" + startsAt);
  }
}
