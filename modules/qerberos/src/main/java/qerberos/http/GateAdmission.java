package qerberos.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
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
import qerberos.settings.HttpSettings;

/// Asks [Access] and [Limits], and turns what they say into answers, headers and events.
///
/// Safe for concurrent use.
final class GateAdmission implements Admission {
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
    if (permission == null) {
      return;
    }
    enter(exchange, permission);
    if (route.cost() == Route.Cost.REQUEST) {
      counted(exchange, limits.request(exchange.caller()));
    }
  }

  /// Lets the request in for this permission, or not; counts nothing.
  void enter(Exchange exchange, Permission permission) throws Exception {
    Decision decision =
        exchange.timed("access", () -> access.decide(request(exchange), permission));
    switch (decision) {
      case Decision.Granted(Caller caller, var login) -> {
        metrics.count("qerberos.auth", 1, "result", "allowed");
        exchange.enteredAs(caller);
        login.ifPresent((Login first) -> records.login(first, access));
      }
      case Decision.Denied(AccessCode code, String message, var record) -> {
        metrics.count("qerberos.auth", 1, "result", code.name().toLowerCase(java.util.Locale.ROOT));
        record.ifPresent((Refusal refusal) -> records.refusal(refusal));
        throw Refused.because(
            Code.valueOf(code.name()),
            message,
            code.status() == 401
                ? Map.of("WWW-Authenticate", "Bearer realm=\"qerberos\"")
                : Map.of());
      }
      case Decision.TooMany(var allowance, var record) -> {
        record.ifPresent((Refusal refusal) -> records.refusal(refusal));
        counted(exchange, allowance);
      }
      case Decision.Unavailable(AccessCode code, String message, Duration retryAfter) ->
          throw Refused.unavailable(Code.valueOf(code.name()), message, retryAfter.toSeconds());
    }
  }

  /// Counts events against the caller's allowance.
  void ingest(Exchange exchange, int events) {
    counted(exchange, limits.ingest(exchange.caller(), events));
  }

  private void counted(Exchange exchange, Allowance allowance) {
    long remaining =
        switch (allowance) {
          case Allowance.Within within -> within.remaining();
          case Allowance.Exceeded _ -> 0;
        };
    Instant now = clock.instant();
    long seconds = Math.max(0, Duration.between(now, allowance.reset()).toSeconds());
    exchange.answerWith("X-RateLimit-Limit", Long.toString(allowance.limit()));
    exchange.answerWith("X-RateLimit-Remaining", Long.toString(remaining));
    exchange.answerWith("X-RateLimit-Reset", allowance.reset().toString());
    exchange.answerWith(
        "RateLimit", "\"" + allowance.policy() + "\";r=" + remaining + ";t=" + seconds);
    exchange.answerWith(
        "RateLimit-Policy",
        "\""
            + allowance.policy()
            + "\";q="
            + allowance.limit()
            + ";w="
            + allowance.window().toSeconds());
    if (allowance instanceof Allowance.Exceeded exceeded) {
      metrics.count("qerberos.rate.limited", 1, "scope", exceeded.policy());
      throw Refused.because(
          Code.RATE_LIMIT_EXCEEDED,
          "more than " + exceeded.limit() + " in " + exceeded.window().toSeconds() + " s",
          Map.of("Retry-After", Long.toString(Math.max(1, exceeded.retryAfter().toSeconds()))));
    }
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
    return exchange.onlyHeader(name).orElse(null);
  }
}
