package qerberos.http;

/// Why a request was not done: the `code` of an answer, its HTTP status, whether trying again may
/// help, and what one could do. Immutable.
enum Code {
  VALIDATION_ERROR(400, false, "Correct the fields listed under details.errors and send again"),
  SQUID_IDENTITY_MISSING(401, false, "Send an Authorization: Bearer header"),
  SIGNATURE_MISSING(401, false, "Send x-sig and x-ts, or a bearer token"),
  TIMESTAMP_INVALID(401, false, "Send x-ts in epoch milliseconds, within five minutes of now"),
  SQUID_IDENTITY_INVALID(401, false, "Check the identity with sQuid"),
  SIGNATURE_INVALID(401, false, "Sign method, path, timestamp and body digest again"),
  TOKEN_EXPIRED(401, false, "Get a new token"),
  INVALID_TOKEN(401, false, "Check the token, or get a new one"),
  QONSENT_DENIED(403, false, "Ask an administrator for the permission named in the message"),
  NOT_FOUND(404, false, "Check the address"),
  METHOD_NOT_ALLOWED(405, false, "Use one of the methods in the Allow header"),
  REQUEST_TIMEOUT(408, true, "Send the request faster"),
  CONFLICT(409, false, "Use another id, or send exactly what was sent before"),
  LOG_NOT_SOUND(409, false, "Settle what the message names first; \"qerberos verify\" says more"),
  IDEMPOTENCY_MISMATCH(409, false, "Use another Idempotency-Key for another request"),
  CONFIRMATION_REQUIRED(412, false, "Send the X-Admin-Confirmation header"),
  PAYLOAD_TOO_LARGE(413, false, "Send less at once"),
  URI_TOO_LONG(414, false, "Send a shorter query"),
  UNSUPPORTED_MEDIA_TYPE(415, false, "Send application/json, or application/x-ndjson to /batch"),
  UNPROCESSABLE(422, false, "Send one of the forms that the message names"),
  EVIDENCE_LOCK(423, true, "Wait until the evidence lock is taken off, or ask who put it on"),
  HTTPS_REQUIRED(426, false, "Send it to the https:// address"),
  UPGRADE_REQUIRED(426, false, "Ask with a WebSocket client"),
  RATE_LIMIT_EXCEEDED(429, true, "Wait as long as Retry-After says"),
  HEADERS_TOO_LARGE(431, false, "Send fewer or shorter headers"),
  INTERNAL_ERROR(500, true, "Try again; give the requestId to whoever operates the service"),
  MAINTENANCE_MODE(503, true, "Wait as long as Retry-After says"),
  SERVICE_UNAVAILABLE(503, true, "Wait as long as Retry-After says"),
  SQUID_UNAVAILABLE(503, true, "Wait as long as Retry-After says"),
  QONSENT_UNAVAILABLE(503, true, "Wait as long as Retry-After says"),
  NOT_READY(503, true, "Wait until /health/ready answers 200");

  private final int status;
  private final boolean retryable;
  private final String suggestedAction;

  Code(int status, boolean retryable, String suggestedAction) {
    this.status = status;
    this.retryable = retryable;
    this.suggestedAction = suggestedAction;
  }

  int status() {
    return status;
  }

  boolean retryable() {
    return retryable;
  }

  String suggestedAction() {
    return suggestedAction;
  }
}
