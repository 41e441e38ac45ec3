package qerberos.identity;

import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Qonsent over HTTP. Safe for concurrent use. Whatever is not a clear yes is no, and whatever does
/// not say for whose events is for the caller's own.
///
/// The scope stands in `data.conditions.scope` (own, subidentity, dao, all); without it a policy of
/// type `dao` means the DAO.
final class QonsentOverHttp implements ConsentProvider {
  private final Upstream qonsent;
  private final String credential;
  private final Clock clock;

  /// `credential` is the bearer token by which Qonsent knows us.
  QonsentOverHttp(Upstream qonsent, String credential, Clock clock) {
    this.qonsent = qonsent;
    this.credential = credential;
    this.clock = clock;
  }

  @Override
  public Consent check(
      SquidIdentity identity, Permission permission, String address, String agent) {
    Map<String, Object> context = new LinkedHashMap<>();
    context.put("timestamp", clock.instant().toString());
    context.put("clientIp", address);
    context.put("userAgent", agent);
    if (identity.daoId() != null) {
      context.put("daoContext", identity.daoId());
    }
    try {
      Upstream.Reply reply =
          qonsent.post(
              "/api/v1/qonsent/check",
              credential,
              Map.of(
                  "resource", permission.resource(),
                  "identity", identity.squidId(),
                  "action", permission.action(),
                  "context", context));
      return switch (reply.status()) {
        case 200 -> answer(reply.body());
        case 401 -> unavailable("Qonsent does not accept our own token");
        default -> unavailable("Qonsent answered " + reply.status());
      };
    } catch (IOException e) {
      return unavailable(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public UpstreamHealth health() {
    return qonsent.health();
  }

  private static Consent answer(Message body) {
    Boolean allowed = body.flag("data", "allowed");
    if (allowed == null || !"ok".equals(body.text("status"))) {
      return unavailable("Qonsent's reply has no data.allowed");
    }
    if (!allowed) {
      String reason = body.text("data", "reason");
      return new Consent.Denied(reason == null ? "no grant" : reason);
    }
    try {
      return new Consent.Allowed(scope(body), expiry(body.text("data", "expiresAt")));
    } catch (IllegalArgumentException | DateTimeException e) {
      return unavailable("Qonsent's reply cannot be used: " + e.getMessage());
    }
  }

  private static Scope scope(Message body) {
    String scope = body.text("data", "conditions", "scope");
    if (scope != null) {
      return Scope.of(scope)
          .orElseThrow(() -> new IllegalArgumentException("scope: \"" + scope + "\""));
    }
    return "dao".equals(body.text("data", "policy", "type")) ? Scope.DAO : Scope.OWN;
  }

  private static @Nullable Instant expiry(@Nullable String text) {
    return text == null ? null : Instant.parse(text);
  }

  private static Consent unavailable(String reason) {
    return new Consent.Unavailable(reason, Upstream.OPEN_FOR);
  }
}
