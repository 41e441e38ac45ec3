package qerberos.identity;

import java.util.Arrays;
import java.util.Optional;

/// What a caller may be allowed to do, and how Qonsent is asked about it. Immutable.
///
/// The last four have no counterpart of their own in Qonsent: service tokens carry them, and an
/// identity needs the administrator's permission for them.
public enum Permission {
  AUDIT_READ("qerberos:audit:read", "qerberos:audit:all", "read"),
  AUDIT_WRITE("qerberos:audit:write", "qerberos:audit:all", "write"),
  RISK_READ("qerberos:risk:read", "qerberos:risk:all", "read"),
  RISK_CALCULATE("qerberos:risk:calculate", "qerberos:risk:all", "execute"),
  ANOMALY_DETECT("qerberos:anomaly:detect", "qerberos:anomaly:all", "execute"),
  ALERTS_READ("qerberos:alerts:read", "qerberos:alerts:all", "read"),
  ALERTS_MANAGE("qerberos:alerts:manage", "qerberos:alerts:all", "write"),
  COMPLIANCE_READ("qerberos:compliance:read", "qerberos:compliance:all", "read"),
  COMPLIANCE_GENERATE("qerberos:compliance:generate", "qerberos:compliance:all", "execute"),
  NOTIFICATIONS_SEND("qerberos:notifications:send", "qerberos:notifications:all", "execute"),
  ADMIN("qerberos:admin", "qerberos:system:all", "admin"),
  METRICS("qerberos:metrics", "qerberos:system:all", "admin"),
  HEALTH("qerberos:health", "qerberos:system:all", "admin"),
  ADMIN_ALERT("qerberos:admin-alert", "qerberos:system:all", "admin");

  private final String text;
  private final String resource;
  private final String action;

  Permission(String text, String resource, String action) {
    this.text = text;
    this.resource = resource;
    this.action = action;
  }

  /// The name in settings, tokens and messages: `qerberos:audit:read`.
  public String text() {
    return text;
  }

  /// The resource Qonsent is asked about.
  public String resource() {
    return resource;
  }

  /// The action Qonsent is asked about.
  public String action() {
    return action;
  }

  public static Optional<Permission> of(String text) {
    return Arrays.stream(values()).filter(one -> one.text.equals(text)).findFirst();
  }

  @Override
  public String toString() {
    return text;
  }
}
