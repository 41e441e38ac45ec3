package qerberos.identity;

/// Why somebody was not let in: the `code` of the answer and its HTTP status. Immutable.
public enum AccessCode {
  SQUID_IDENTITY_MISSING(401),
  SIGNATURE_MISSING(401),
  TIMESTAMP_INVALID(401),
  SQUID_IDENTITY_INVALID(401),
  SIGNATURE_INVALID(401),
  TOKEN_EXPIRED(401),
  INVALID_TOKEN(401),
  QONSENT_DENIED(403),
  RATE_LIMIT_EXCEEDED(429),
  SQUID_UNAVAILABLE(503),
  QONSENT_UNAVAILABLE(503),
  SERVICE_UNAVAILABLE(503);

  private final int status;

  AccessCode(int status) {
    this.status = status;
  }

  public int status() {
    return status;
  }
}
