package qerberos.bus;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/// What the bus tells of, one name for each kind of message. Immutable.
///
/// A topic never changes what it promises: its messages fit its JSON Schema, which is closed, or
/// they are not sent. Another shape is another version, beside this one.
public enum Topic {
  /// Every entry of the log.
  AUDIT_LOGGED("audit.logged"),
  /// An alert fires that nobody knew.
  ALERT_CREATED("alert.created"),
  /// An alert that was known is over, or fires once more.
  ALERT_UPDATED("alert.updated"),
  ANOMALY_DETECTED("anomaly.detected"),
  RISK_SCORED("risk.scored"),
  COMPLIANCE_VIOLATION("compliance.violation");

  private final String text;

  Topic(String action) {
    this.text = "q.qerberos." + action + ".v1";
  }

  /// The name by which consumers ask for it: `q.qerberos.audit.logged.v1`.
  public String text() {
    return text;
  }

  /// The topic of that name.
  public static Optional<Topic> of(String text) {
    return Arrays.stream(values()).filter(one -> one.text.equals(text)).findFirst();
  }

  /// The name of its schema: the topic's with `.json`.
  public String schemaName() {
    return text + ".json";
  }

  /// What its messages look like: a JSON Schema, draft 2020-12, as UTF-8.
  public byte[] schema() {
    try (InputStream in = Topic.class.getResourceAsStream(schemaName())) {
      if (in == null) {
        throw new IllegalStateException(schemaName() + " is missing from the jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(schemaName() + " cannot be read from the jar", e);
    }
  }
}
