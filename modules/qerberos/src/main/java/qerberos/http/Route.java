package qerberos.http;

import java.util.EnumSet;
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
/// @param traits what sets it apart from others; none of them for most
record Route(
    String method,
    String pattern,
    @Nullable Permission permission,
    Cost cost,
    Handler handler,
    Set<Trait> traits) {
  Route {
    traits = Set.copyOf(traits);
  }

  /// How a request is counted.
  enum Cost {
    /// Not at all: health, metrics.
    FREE,
    /// One request a minute and identity.
    REQUEST,
    /// By the events in it; the handler counts them.
    EVENTS
  }

  enum Trait {
    /// Asked by what runs beside us, never from outside: exempt when HTTPS is enforced, and served
    /// in maintenance.
    INTERNAL,
    /// Served in maintenance too. All else that people do waits.
    IN_MAINTENANCE,
    /// Changes what is evidence, or decides what becomes of it: not while the evidence lock is on.
    CHANGES_EVIDENCE,
    /// Opened by pages, which can set no header: who they are may stand elsewhere ([Handshake]).
    OPENED_BY_PAGES
  }

  /// Answers one request on its own virtual thread; may block.
  @FunctionalInterface
  interface Handler {
    /// @throws Refused when it is not done
    Answer handle(Exchange exchange) throws Exception;
  }

  static Route of(
      String method, String pattern, @Nullable Permission permission, Cost cost, Handler handler) {
    return new Route(method, pattern, permission, cost, handler, Set.of());
  }

  /// For what runs beside us.
  static Route internal(String method, String pattern, Handler handler) {
    return open(method, pattern, handler).with(Trait.INTERNAL);
  }

  static Route open(String method, String pattern, Handler handler) {
    return of(method, pattern, null, Cost.FREE, handler);
  }

  /// For whoever is known, whatever else they may.
  static Route known(String method, String pattern, Handler handler) {
    return of(method, pattern, null, Cost.REQUEST, handler);
  }

  static Route guarded(String method, String pattern, Permission permission, Handler handler) {
    return of(method, pattern, permission, Cost.REQUEST, handler);
  }

  static Route ingest(String method, String pattern, Handler handler) {
    return of(method, pattern, Permission.AUDIT_WRITE, Cost.EVENTS, handler)
        .with(Trait.IN_MAINTENANCE);
  }

  Route with(Trait trait) {
    Set<Trait> more = EnumSet.of(trait);
    more.addAll(traits);
    return new Route(method, pattern, permission, cost, handler, more);
  }

  /// Whether it is nobody's business who asks.
  boolean isOpen() {
    return permission == null && cost == Cost.FREE;
  }

  boolean isInternal() {
    return traits.contains(Trait.INTERNAL);
  }

  boolean inMaintenance() {
    return isInternal() || traits.contains(Trait.IN_MAINTENANCE);
  }

  boolean changesEvidence() {
    return traits.contains(Trait.CHANGES_EVIDENCE);
  }

  /// Waits, streams and exports stay out of the histogram of durations.
  boolean timed(Exchange exchange) {
    return !exchange.waited();
  }
}
