package qerberos.identity;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qerberos.settings.IdentitySettings;
import qerberos.settings.IdentitySettings.SignedForm;
import qerberos.settings.IdentitySettings.SquidVerify;

/// sQuid over HTTP, in the `auth` family of calls, or in the `mcp` one, which knows signatures
/// only. Safe for concurrent use. Not trusted further than it must be: it can vouch for a wrong
/// identity, but a reply we cannot read lets nobody in.
final class SquidOverHttp implements IdentityProvider {
  private static final Set<String> BAD_STANDING =
      Set.of("INACTIVE", "SUSPENDED", "DELETED", "PENDING_VERIFICATION");

  private final Upstream squid;
  private final IdentitySettings settings;
  private final Clock clock;

  SquidOverHttp(Upstream squid, IdentitySettings settings, Clock clock) {
    this.squid = squid;
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public Verification verifyToken(String token) {
    if (settings.verify() == SquidVerify.MCP) {
      return new Verification.Refused(
          AccessCode.INVALID_TOKEN, "token: this sQuid verifies signed requests only");
    }
    try {
      Upstream.Reply reply = squid.post("/api/v1/auth/verify", token, null);
      return switch (reply.status()) {
        case 200 ->
            Boolean.TRUE.equals(reply.body().flag("valid"))
                ? identity(reply.body(), reply.body().at("expiresAt"))
                : refusedToken(reply.body());
        case 400, 401, 403 -> refusedToken(reply.body());
        default -> unexpected("/api/v1/auth/verify", reply);
      };
    } catch (IOException e) {
      return unavailable(e);
    }
  }

  @Override
  public Verification verifySignature(SignedRequest request) {
    return switch (settings.verify()) {
      case AUTH -> signatureByAuth(request);
      case MCP -> signatureByMcp(request);
      case JWKS -> throw new IllegalStateException("an issuer is not asked");
    };
  }

  @Override
  public Verification standing(String squidId) {
    if (settings.verify() == SquidVerify.MCP) {
      return new Verification.Verified(new SquidIdentity(squidId, null, null), soon());
    }
    String path = "/api/v1/identity/" + URLEncoder.encode(squidId, StandardCharsets.UTF_8);
    try {
      Upstream.Reply reply = squid.get(path);
      if (reply.status() == 404) {
        return new Verification.Refused(
            AccessCode.SQUID_IDENTITY_INVALID, "x-squid-id: sQuid knows no such identity");
      }
      if (reply.status() != 200) {
        return unexpected(path, reply);
      }
      return standing(squidId, reply.body());
    } catch (IOException e) {
      return unavailable(e);
    }
  }

  @Override
  public UpstreamHealth health() {
    return squid.health();
  }

  private Verification signatureByAuth(SignedRequest request) {
    Object payload = request.payload();
    if (settings.signedForm() == SignedForm.BODY) {
      String json = request.payload().isBlank() ? "{}" : request.payload();
      try {
        payload = new Message.Raw(json);
        Message ignored = Message.read(json.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        return new Verification.Refused(
            AccessCode.SIGNATURE_INVALID, "body: " + e.getMessage() + ", so it cannot be verified");
      }
    }
    try {
      Upstream.Reply reply =
          squid.post(
              "/api/v1/auth/verify-signature",
              null,
              Map.of(
                  "squidId", request.squidId(),
                  "signature", request.signature(),
                  "timestamp", request.timestamp(),
                  "payload", payload));
      return switch (reply.status()) {
        case 200 ->
            Boolean.TRUE.equals(reply.body().flag("valid"))
                ? new Verification.Verified(
                    new SquidIdentity(request.squidId(), null, null), soon())
                : refusedSignature();
        case 400, 401, 403, 404 -> refusedSignature();
        default -> unexpected("/api/v1/auth/verify-signature", reply);
      };
    } catch (IOException e) {
      return unavailable(e);
    }
  }

  private Verification signatureByMcp(SignedRequest request) {
    try {
      Upstream.Reply reply =
          squid.post(
              "/mcp/squid.verifyIdentity",
              null,
              Map.of(
                  "identityId", request.squidId(),
                  "signature", request.signature(),
                  "message", request.payload(),
                  "timestamp", request.timestamp()));
      return switch (reply.status()) {
        case 200 ->
            "ok".equals(reply.body().text("status"))
                    && Boolean.TRUE.equals(reply.body().flag("data", "verified"))
                ? new Verification.Verified(
                    new SquidIdentity(request.squidId(), null, null), soon())
                : refusedSignature();
        case 400, 401, 403 -> refusedSignature();
        default -> unexpected("/mcp/squid.verifyIdentity", reply);
      };
    } catch (IOException e) {
      return unavailable(e);
    }
  }

  /// The flat reply of the small sQuid, or the identity inside the large one's envelope.
  private Verification standing(String squidId, Message body) {
    boolean wrapped = body.at("data") instanceof Map<?, ?>;
    String status = wrapped ? body.text("data", "status") : body.text("status");
    String named = first(body, wrapped, "squidId", "did", "id");
    if (Boolean.FALSE.equals(body.flag("exists")) || !squidId.equals(normal(named))) {
      return new Verification.Refused(
          AccessCode.SQUID_IDENTITY_INVALID, "x-squid-id: sQuid knows no such identity");
    }
    if (status != null && BAD_STANDING.contains(status.toUpperCase(Locale.ROOT))) {
      return new Verification.Refused(
          AccessCode.SQUID_IDENTITY_INVALID, "x-squid-id: " + squidId + " is " + status);
    }
    String dao = wrapped ? body.text("data", "daoId") : body.text("daoId");
    return new Verification.Verified(new SquidIdentity(squidId, null, dao), soon());
  }

  private Verification identity(Message body, @Nullable Object expiresAt) {
    try {
      String id = body.text("identity", "squidId");
      if (id == null) {
        throw new IllegalArgumentException("identity.squidId: missing");
      }
      return new Verification.Verified(
          new SquidIdentity(
              SquidIdentity.normal(id),
              body.text("identity", "subId"),
              body.text("identity", "daoId")),
          instant(expiresAt));
    } catch (IllegalArgumentException | DateTimeException e) {
      return unavailable(new IOException("sQuid's reply cannot be used: " + e.getMessage()));
    }
  }

  /// RFC 3339, or seconds or milliseconds since 1970.
  private Instant instant(@Nullable Object value) {
    return switch (value) {
      case null -> soon();
      case String text -> Instant.parse(text);
      case Number number when number.longValue() < 100_000_000_000L ->
          Instant.ofEpochSecond(number.longValue());
      case Number number -> Instant.ofEpochMilli(number.longValue());
      default -> throw new IllegalArgumentException("expiresAt: not a time");
    };
  }

  private Instant soon() {
    return clock.instant().plus(settings.keepAllowed());
  }

  private static @Nullable String first(Message body, boolean wrapped, String... names) {
    for (String name : names) {
      String text = wrapped ? body.text("data", name) : body.text(name);
      if (text != null) {
        return text;
      }
    }
    return null;
  }

  private static @Nullable String normal(@Nullable String id) {
    try {
      return id == null ? null : SquidIdentity.normal(id);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Verification refusedToken(Message body) {
    String error = String.valueOf(body.text("error")).toLowerCase(Locale.ROOT);
    return error.contains("expired")
        ? new Verification.Refused(AccessCode.TOKEN_EXPIRED, "token: expired")
        : new Verification.Refused(AccessCode.INVALID_TOKEN, "token: sQuid does not accept it");
  }

  private static Verification refusedSignature() {
    return new Verification.Refused(
        AccessCode.SIGNATURE_INVALID, "x-sig: sQuid does not accept the signature");
  }

  private static Verification unexpected(String path, Upstream.Reply reply) {
    return unavailable(
        new IOException(
            "sQuid answered "
                + reply.status()
                + " to "
                + path
                + "; is QERBEROS_SQUID_VERIFY right for it?"));
  }

  private static Verification unavailable(IOException e) {
    return new Verification.Unavailable(
        String.valueOf(e.getMessage()), Duration.ofSeconds(Upstream.OPEN_FOR.toSeconds()));
  }
}
