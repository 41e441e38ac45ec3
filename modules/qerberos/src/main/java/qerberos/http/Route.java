package qerberos.http;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import qerberos.identity.Permission;

/// One thing that can be asked for: where, what one must be allowed to do, and who does it.
///
/// Immutable.
///
/// @param pattern the path, with `{x}` for one segment and a trailing `**` for the rest; also the
///     name of the route in metrics and logs
/// @param permission what the caller needs; null for what everybody may see, and, where the request
///     is counted, for what everybody may who is known
/// @param cost how the request is counted against the limits
record Route(
    String method, String pattern, @Nullable Permission permission, Cost cost, Handler handler) {

  private static final Set<String> SWITCHES = Set.of("/admin/maintenance", "/admin/evidence-lock");

  /// How a request is counted.
  enum Cost {
    /// Not at all: health, metrics.
    FREE,
    /// One request a minute and identity.
    REQUEST,
    /// By the events in it; the handler counts them.
    EVENTS
  }

  /// Answers one request on its own virtual thread; may block.
  @FunctionalInterface
  interface Handler {
    /// @throws Refused when it is not done
    Answer handle(Exchange exchange) throws Exception;
  }

  static Route open(String method, String pattern, Handler handler) {
    return new Route(method, pattern, null, Cost.FREE, handler);
  }

  /// For whoever is known, whatever else they may.
  static Route known(String method, String pattern, Handler handler) {
    return new Route(method, pattern, null, Cost.REQUEST, handler);
  }

  static Route guarded(String method, String pattern, Permission permission, Handler handler) {
    return new Route(method, pattern, permission, Cost.REQUEST, handler);
  }

  static Route ingest(String method, String pattern, Handler handler) {
    return new Route(method, pattern, Permission.AUDIT_WRITE, Cost.EVENTS, handler);
  }

  /// Whether it is nobody's business who asks.
  boolean isOpen() {
    return permission == null && cost == Cost.FREE;
  }

  /// Asked by what runs beside us, never from outside: exempt when HTTPS is enforced.
  boolean internal() {
    return switch (pattern) {
      case "/live", "/ready", "/metrics" -> true;
      case "/notifications/admin-alert" -> method.equals("POST");
      default -> pattern.equals("/health") || pattern.startsWith("/health/");
    };
  }

  /// Served in maintenance too: what programs record, how we are, the log's public files, what this
  /// API is, and the switches themselves. All else waits.
  boolean inMaintenance() {
    return cost == Cost.EVENTS
        || internal()
        || SWITCHES.contains(pattern)
        || pattern.startsWith("/log/")
        || pattern.startsWith("/docs")
        || pattern.startsWith("/schemas")
        || pattern.startsWith("/openapi.");
  }

  /// Changes what is evidence, or decides what becomes of it: not while the evidence lock is on.
  boolean changesEvidence() {
    return !method.equals("GET") && pattern.startsWith("/admin/keys/");
  }

  /// Waits, streams and exports stay out of the histogram of durations.
  boolean timed(Exchange exchange) {
    return !exchange.waited();
  }
}
