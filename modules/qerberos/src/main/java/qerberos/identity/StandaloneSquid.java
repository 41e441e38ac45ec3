package qerberos.identity;

import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qerberos.identity.LocalServer.Answer;
import qerberos.settings.IdentitySettings;
import qerberos.state.ReplayCache;
import qerberos.state.StateUnavailable;

/// The sQuid of a standalone installation: the identities of `identities.yaml`, each with a
/// password and an Ed25519 key that are made at first start under `secrets/identities/` and nowhere
/// else. Safe for concurrent use.
///
/// It vouches for identities and never for rights; there is no way to register and none to name a
/// role. Only the identity's own subidentities and DAO can be put into a token. A refresh token
/// works once.
final class StandaloneSquid implements AutoCloseable {
  private final SecretFiles secrets;
  private final ReplayCache used;
  private final Limits limits;
  private final SecureRandom random;
  private final Clock clock;
  private final LocalServer server;
  private volatile Listed listed;
  private @Nullable SquidTokens tokens;

  /// The directory with the credentials of all that it lists.
  private record Listed(
      Directory directory, Map<String, PublicKey> keys, Map<String, byte[]> passwords) {
    Optional<ListedIdentity> active(String idOrName) {
      return directory.find(idOrName).filter(ListedIdentity::active);
    }
  }

  StandaloneSquid(
      IdentitySettings settings,
      Directory directory,
      ReplayCache used,
      Limits limits,
      SecureRandom random,
      Clock clock) {
    this.listed = new Listed(directory, Map.of(), Map.of());
    this.secrets = new SecretFiles(settings.secrets());
    this.used = used;
    this.limits = limits;
    this.random = random;
    this.clock = clock;
    this.server =
        new LocalServer(
            "sQuid",
            settings.bind(),
            settings.squidPort(),
            settings.allowInsecure(),
            "--squid-port");
  }

  /// Makes the secrets that are missing and listens.
  void start() throws IOException {
    tokens = new SquidTokens(pair("squid-signing.key"), random, clock);
    adopt(listed.directory());
    server.start(this::routes);
  }

  /// From now on these identities count; the secrets of new ones are made first.
  void adopt(Directory directory) throws IOException {
    Map<String, PublicKey> keys = new HashMap<>();
    Map<String, byte[]> passwords = new HashMap<>();
    for (ListedIdentity one : directory.identities()) {
      String file = "identities/" + one.name();
      keys.put(
          one.squidId(),
          one.publicKey() == null
              ? pair(file + ".key").getPublic()
              : Ed25519.publicKey(one.publicKey()));
      passwords.put(
          one.squidId(), hash(secrets.once(file + ".password", () -> TokenText.make(random))));
    }
    listed = new Listed(directory, keys, passwords);
  }

  int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
  }

  private void routes(HttpRouting.Builder routes) {
    routes
        .get("/health", LocalServer.json(clock, _ -> Answer.ok(LocalServer.health(clock))))
        .post("/api/v1/auth/verify", LocalServer.json(clock, this::verify))
        .post("/api/v1/auth/verify-signature", LocalServer.json(clock, this::verifySignature))
        .get("/api/v1/identity/{squidId}", LocalServer.json(clock, this::identity))
        .post("/mcp/squid.verifyIdentity", LocalServer.json(clock, this::verifyIdentity))
        .post("/auth/login", LocalServer.json(clock, this::login))
        .post("/auth/refresh", LocalServer.json(clock, this::refresh));
  }

  private Answer verify(ServerRequest request) {
    String token = LocalServer.bearer(request);
    if (token == null) {
      return invalid("token missing");
    }
    try {
      SquidTokens.Claims claims = tokens().verify(token, SquidTokens.Use.ACCESS);
      if (!stillRight(claims.identity())) {
        return invalid("identity not active");
      }
      return Answer.ok(
          Map.of(
              "valid", true,
              "identity", fields(claims.identity()),
              "expiresAt", claims.expiresAt().toString()));
    } catch (SquidTokens.Bad e) {
      return invalid(String.valueOf(e.getMessage()));
    }
  }

  private Answer verifySignature(ServerRequest request) throws IOException {
    Message body = LocalServer.body(request);
    String payload = body.text("payload");
    if (payload == null) {
      return Answer.ok(Map.of("valid", false, "error", "payload: want the signed text"));
    }
    boolean valid =
        signed(body.text("squidId"), body.text("signature"), body.number("timestamp"), payload);
    return Answer.ok(
        valid ? Map.of("valid", true) : Map.of("valid", false, "error", "signature invalid"));
  }

  private Answer verifyIdentity(ServerRequest request) throws IOException {
    Message body = LocalServer.body(request);
    String id = body.text("identityId");
    String message = body.text("message");
    Long timestamp = body.number("timestamp");
    boolean verified =
        message != null
            && signed(
                id,
                body.text("signature"),
                timestamp == null ? clock.millis() : timestamp,
                message);
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("verified", verified);
    data.put("identity", id);
    data.put("verificationLevel", "BASIC");
    data.put("reputation", 0);
    data.put("timestamp", LocalServer.now(clock));
    return Answer.ok(Map.of("status", "ok", "data", data));
  }

  private boolean signed(
      @Nullable String id, @Nullable String signature, @Nullable Long timestamp, String payload) {
    if (id == null || signature == null || timestamp == null) {
      return false;
    }
    Listed now = listed;
    PublicKey key = now.keys().get(id);
    boolean active = now.active(id).isPresent();
    boolean fresh = Math.abs(timestamp - clock.millis()) <= SignedHeaders.SKEW.toMillis();
    if (key == null || !active || !fresh) {
      return false;
    }
    try {
      return Ed25519.verify(
          key, payload.getBytes(StandardCharsets.UTF_8), SignedHeaders.bytes(signature));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private Answer identity(ServerRequest request) {
    String id = request.path().pathParameters().get("squidId");
    Optional<ListedIdentity> found =
        listed.directory().find(id).filter(one -> one.squidId().equals(id));
    if (found.isEmpty()) {
      return LocalServer.error(clock, 404, "NOT_FOUND", "no such identity", List.of());
    }
    ListedIdentity one = found.get();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("squidId", one.squidId());
    body.put("did", one.squidId());
    body.put("exists", true);
    body.put("name", one.name());
    body.put("type", one.type());
    body.put("status", one.status());
    body.put("verificationLevel", "BASIC");
    body.put("reputation", 0);
    if (one.daoId() != null) {
      body.put("daoId", one.daoId());
    }
    return Answer.ok(body);
  }

  private Answer login(ServerRequest request) throws IOException {
    if (limits.stranger(LocalServer.caller(request)) instanceof Allowance.Exceeded) {
      return LocalServer.error(clock, 429, "RATE_LIMIT_EXCEEDED", "too many logins", List.of());
    }
    Message body = LocalServer.body(request);
    String name = body.text("username");
    String password = body.text("password");
    if (name == null || password == null) {
      return LocalServer.error(
          clock, 400, "VALIDATION_ERROR", "want username and password", List.of());
    }
    Listed now = listed;
    Optional<ListedIdentity> found = now.active(name);
    // The same work for a name that does not exist, so that time tells nothing.
    byte[] wanted =
        now.passwords().getOrDefault(found.map(ListedIdentity::squidId).orElse(""), hash(""));
    if (!MessageDigest.isEqual(wanted, hash(password)) || found.isEmpty()) {
      return LocalServer.error(
          clock, 401, "INVALID_TOKEN", "username or password wrong", List.of());
    }
    String subId = body.text("subId");
    if (subId != null && !found.get().subIds().contains(subId)) {
      return LocalServer.error(
          clock, 401, "SQUID_IDENTITY_INVALID", "subId: not of this identity", List.of());
    }
    return issue(new SquidIdentity(found.get().squidId(), subId, found.get().daoId()));
  }

  private Answer refresh(ServerRequest request) throws IOException {
    if (limits.stranger(LocalServer.caller(request)) instanceof Allowance.Exceeded) {
      return LocalServer.error(clock, 429, "RATE_LIMIT_EXCEEDED", "too many logins", List.of());
    }
    String token = LocalServer.body(request).text("refresh_token");
    if (token == null) {
      return LocalServer.error(clock, 400, "VALIDATION_ERROR", "want refresh_token", List.of());
    }
    try {
      SquidTokens.Claims claims = tokens().verify(token, SquidTokens.Use.REFRESH);
      Instant forgetAt = claims.expiresAt().plus(Duration.ofMinutes(1));
      if (!stillRight(claims.identity())
          || !used.claim(Digest.of("refresh", claims.id()), forgetAt)) {
        throw new SquidTokens.Bad("used before, or its identity is not active");
      }
      return issue(claims.identity());
    } catch (SquidTokens.Bad e) {
      return LocalServer.error(
          clock, 401, "INVALID_TOKEN", "refresh_token: " + e.getMessage(), List.of());
    } catch (StateUnavailable e) {
      return LocalServer.error(
          clock, 503, "SERVICE_UNAVAILABLE", "the state database is down", List.of());
    }
  }

  /// Whether what was put into a token is still what the list says.
  private boolean stillRight(SquidIdentity identity) {
    return listed
        .active(identity.squidId())
        .filter(one -> identity.subId() == null || one.subIds().contains(identity.subId()))
        .filter(one -> Objects.equals(identity.daoId(), one.daoId()))
        .isPresent();
  }

  private Answer issue(SquidIdentity identity) {
    byte[] csrf = new byte[16];
    random.nextBytes(csrf);
    return Answer.ok(
        Map.of(
            "access_token", tokens().issue(identity, SquidTokens.Use.ACCESS),
            "refresh_token", tokens().issue(identity, SquidTokens.Use.REFRESH),
            "token_type", "Bearer",
            "expires_in", SquidTokens.ACCESS.toSeconds(),
            "csrf_token", HexFormat.of().formatHex(csrf)));
  }

  private SquidTokens tokens() {
    if (tokens == null) {
      throw new IllegalStateException("not started");
    }
    return tokens;
  }

  private KeyPair pair(String file) throws IOException {
    String pem = secrets.once(file, () -> Ed25519.pem(Ed25519.generate(random)));
    try {
      return Ed25519.read(pem);
    } catch (IllegalArgumentException e) {
      throw new IOException(secrets.path(file) + ": " + e.getMessage(), e);
    }
  }

  private static Answer invalid(String error) {
    return new Answer(401, Map.of("valid", false, "error", error));
  }

  private static Map<String, String> fields(SquidIdentity identity) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("squidId", identity.squidId());
    if (identity.subId() != null) {
      fields.put("subId", identity.subId());
    }
    if (identity.daoId() != null) {
      fields.put("daoId", identity.daoId());
    }
    return fields;
  }

  private static byte[] hash(String text) {
    return Digest.of("password", text).getBytes(StandardCharsets.US_ASCII);
  }
}
