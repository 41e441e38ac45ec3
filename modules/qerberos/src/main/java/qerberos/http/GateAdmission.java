package qerberos.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import qerberos.identity.Access;
import qerberos.identity.AccessCode;
import qerberos.identity.AccessRequest;
import qerberos.identity.Allowance;
import qerberos.identity.Caller;
import qerberos.identity.Decision;
import qerberos.identity.Limits;
import qerberos.identity.Login;
import qerberos.identity.Permission;
import qerberos.identity.Refusal;
import qerberos.identity.Scope;
import qerberos.settings.HttpSettings;

/// Asks [Access] and [Limits], and turns what they say into answers, headers and events.
///
/// Safe for concurrent use.
final class GateAdmission implements Admission {
  private record Policy(String name, long limit, Duration window) {}

  private record Second(long epochSecond, String text) {}

  private static final HeaderName LIMIT = HeaderNames.create("X-RateLimit-Limit");
  private static final HeaderName REMAINING = HeaderNames.create("X-RateLimit-Remaining");
  private static final HeaderName RESET = HeaderNames.create("X-RateLimit-Reset");
  private static final HeaderName RATE_LIMIT = HeaderNames.create("RateLimit");
  private static final HeaderName POLICY = HeaderNames.create("RateLimit-Policy");

  private final Map<Policy, Header> policies = new ConcurrentHashMap<>();
  private volatile Second lastSecond = new Second(0, Instant.EPOCH.toString());
  private final Access access;
  private final Limits limits;
  private final Records records;
  private final Metrics metrics;
  private final InstantSource clock;
  private final int maxBody;

  GateAdmission(
      Access access,
      Limits limits,
      Records records,
      Metrics metrics,
      InstantSource clock,
      HttpSettings settings) {
    this.access = access;
    this.limits = limits;
    this.records = records;
    this.metrics = metrics;
    this.clock = clock;
    this.maxBody = Math.max(settings.maxBatchBytes(), settings.maxEventBytes());
  }

  @Override
  public void admit(Exchange exchange, Route route) throws Exception {
    Permission permission = route.permission();
    if (route.isOpen()) {
      return;
    }
    enter(exchange, permission);
    if (route.cost() == Route.Cost.REQUEST) {
      counted(exchange, limits.request(exchange.caller()));
    }
  }

  /// Lets the request in for this permission, or not; counts nothing.
  ///
  /// @param permission null when it is enough to be known
  void enter(Exchange exchange, @Nullable Permission permission) throws Exception {
    Decision decision =
        exchange.timed("access", () -> access.decide(request(exchange), permission));
    switch (decision) {
      case Decision.Granted(Caller caller, var login) -> {
        metrics.allowed();
        exchange.enteredAs(caller);
        login.ifPresent((Login first) -> records.login(first, access));
      }
      case Decision.Denied denied -> throw refused(denied);
      case Decision.TooMany(var allowance, var record) -> {
        record.ifPresent((Refusal refusal) -> records.refusal(refusal));
        counted(exchange, allowance);
      }
      case Decision.Unavailable(AccessCode code, String message, Duration retryAfter) ->
          throw Refused.unavailable(Code.valueOf(code.name()), message, retryAfter.toSeconds());
    }
  }

  private Refused refused(Decision.Denied denied) {
    AccessCode code = denied.code();
    metrics.count("qerberos.auth", 1, "result", code.name().toLowerCase(java.util.Locale.ROOT));
    denied.record().ifPresent((Refusal refusal) -> records.refusal(refusal));
    return Refused.because(
        Code.valueOf(code.name()),
        denied.message(),
        code.status() == 401 ? Map.of("WWW-Authenticate", "Bearer realm=\"qerberos\"") : Map.of());
  }

  /// Records that the caller, who was let in, asks for what is another's.
  ///
  /// @return 403, to be thrown
  Refused notTheirs(Exchange exchange, Permission permission, String reason) {
    return refused(access.refuse(request(exchange), permission, exchange.caller(), reason));
  }

  /// Whether the caller, who was let in, still would be; asks without counting or recording.
  ///
  /// @param permission null when it is enough to be known
  boolean holds(Exchange exchange, @Nullable Permission permission) {
    try {
      return access.holds(request(exchange), permission, exchange.caller());
    } catch (Refused e) {
      return false;
    }
  }

  /// With which scope the caller, who was let in, has another permission; empty for without.
  Optional<Scope> scope(Exchange exchange, Permission permission) {
    return access.scope(request(exchange), permission, exchange.caller());
  }

  /// Counts events against the caller's allowance.
  void ingest(Exchange exchange, int events) {
    counted(exchange, limits.ingest(exchange.caller(), events));
  }

  /// Counts what came on a connection that was let in, as one request.
  Allowance frame(Exchange exchange) {
    return limits.request(exchange.caller());
  }

  /// Counts a request for a public file of the log.
  void tile(Exchange exchange) {
    counted(exchange, limits.tile(exchange.peer()));
  }

  private void counted(Exchange exchange, Allowance allowance) {
    long remaining =
        switch (allowance) {
          case Allowance.Within within -> within.remaining();
          case Allowance.Exceeded _ -> 0;
        };
    long seconds =
        Math.max(0, allowance.reset().getEpochSecond() - clock.instant().getEpochSecond());
    exchange.answerWith(HeaderValues.create(LIMIT, Long.toString(allowance.limit())));
    exchange.answerWith(HeaderValues.create(REMAINING, Long.toString(remaining)));
    exchange.answerWith(HeaderValues.create(RESET, second(allowance.reset())));
    exchange.answerWith(
        HeaderValues.create(
            RATE_LIMIT, "\"" + allowance.policy() + "\";r=" + remaining + ";t=" + seconds));
    exchange.answerWith(
        policies.computeIfAbsent(
            new Policy(allowance.policy(), allowance.limit(), allowance.window()),
            policy ->
                HeaderValues.createCached(
                    POLICY,
                    "\""
                        + policy.name()
                        + "\";q="
                        + policy.limit()
                        + ";w="
                        + policy.window().toSeconds())));
    if (allowance instanceof Allowance.Exceeded exceeded) {
      metrics.count("qerberos.rate.limited", 1, "scope", exceeded.policy());
      throw Refused.because(
          Code.RATE_LIMIT_EXCEEDED,
          "more than " + exceeded.limit() + " in " + exceeded.window().toSeconds() + " s",
          Map.of("Retry-After", Long.toString(Math.max(1, exceeded.retryAfter().toSeconds()))));
    }
  }

  /// ISO 8601 to the second, rounded up; the same second is asked for again and again.
  private String second(Instant instant) {
    long second = instant.getEpochSecond() + (instant.getNano() > 0 ? 1 : 0);
    Second known = lastSecond;
    if (known.epochSecond() != second) {
      known = new Second(second, Instant.ofEpochSecond(second).toString());
      lastSecond = known;
    }
    return known.text();
  }

  private AccessRequest request(Exchange exchange) {
    String query = exchange.rawQuery();
    return new AccessRequest(
        exchange.method(),
        query.isEmpty() ? exchange.path() : exchange.path() + "?" + query,
        exchange.peer(),
        exchange.agent(),
        name -> only(exchange, name),
        () -> exchange.rawBody(maxBody));
  }

  /// A header that says who one is may be there once; two could be read differently by two readers.
  private static @Nullable String only(Exchange exchange, String name) {
    Optional<String> header = exchange.onlyHeader(name);
    return name.equalsIgnoreCase("Authorization")
        ? exchange.presented().or(() -> header).orElse(null)
        : header.orElse(null);
  }
}
