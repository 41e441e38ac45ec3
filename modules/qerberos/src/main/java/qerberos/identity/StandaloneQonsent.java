package qerberos.identity;

import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qerberos.identity.LocalServer.Answer;
import qerberos.settings.IdentitySettings;

/// The Qonsent of a standalone installation: the grants of `grants.yaml`, and no to everything
/// else. Safe for concurrent use. It answers only to the token it shares with the service.
final class StandaloneQonsent implements AutoCloseable {
  private static final Pattern RESOURCE = Pattern.compile("[a-z]+:[a-z]+:[a-zA-Z0-9_-]+");
  private static final Pattern IDENTITY = Pattern.compile("did:squid:[a-zA-Z0-9_-]+");
  private static final Pattern ACTION = Pattern.compile("read|write|delete|admin|share|execute");
  private static final long GOOD_FOR_SECONDS = 60;

  private final byte[] credential;
  private final Clock clock;
  private final LocalServer server;
  private volatile Directory directory;

  StandaloneQonsent(
      IdentitySettings settings, Directory directory, String credential, Clock clock) {
    this.directory = directory;
    this.credential = credential.getBytes(StandardCharsets.UTF_8);
    this.clock = clock;
    this.server =
        new LocalServer(
            "Qonsent",
            settings.bind(),
            settings.qonsentPort(),
            settings.allowInsecure(),
            "--qonsent-port");
  }

  void start() throws IOException {
    server.start(this::routes);
  }

  /// From now on these grants count.
  void adopt(Directory other) {
    directory = other;
  }

  int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
  }

  private void routes(HttpRouting.Builder routes) {
    for (String path : List.of("/health", "/ready", "/live")) {
      routes.get(path, LocalServer.json(clock, _ -> Answer.ok(LocalServer.health(clock))));
    }
    routes.post("/api/v1/qonsent/check", LocalServer.json(clock, this::check));
  }

  private Answer check(ServerRequest request) throws IOException {
    String bearer = LocalServer.bearer(request);
    if (bearer == null
        || !MessageDigest.isEqual(bearer.getBytes(StandardCharsets.UTF_8), credential)) {
      return LocalServer.error(clock, 401, "INVALID_TOKEN", "want the service's token", List.of());
    }
    Message body = LocalServer.body(request);
    List<Map<String, String>> errors = new ArrayList<>();
    String resource = matching(body, "resource", RESOURCE, errors);
    String identity = matching(body, "identity", IDENTITY, errors);
    String action = matching(body, "action", ACTION, errors);
    if (!errors.isEmpty()) {
      return LocalServer.error(
          clock, 400, "VALIDATION_ERROR", errors.getFirst().get("message") + "", errors);
    }
    return Answer.ok(verdict(directory.grant(identity, resource, action), identity));
  }

  private Map<String, Object> verdict(Optional<Grant> grant, String identity) {
    Instant now = clock.instant();
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("allowed", grant.isPresent());
    data.put("reason", grant.isPresent() ? "granted in grants.yaml" : "no grant for it");
    if (grant.isPresent()) {
      data.put("policy", Map.of("id", "grants", "name", identity, "type", "direct"));
      data.put("conditions", Map.of("scope", grant.get().scope().text()));
      data.put("expiresAt", now.plusSeconds(GOOD_FOR_SECONDS).toString());
    }
    data.put(
        "auditTrail",
        Map.of(
            "checkId", UUID.randomUUID().toString(),
            "timestamp", LocalServer.now(clock),
            "source", "standalone"));
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("status", "ok");
    body.put("data", data);
    body.put("timestamp", LocalServer.now(clock));
    body.put("requestId", UUID.randomUUID().toString());
    return body;
  }

  private static String matching(
      Message body, String field, Pattern pattern, List<Map<String, String>> errors) {
    @Nullable String value = body.text(field);
    if (value == null || !pattern.matcher(value).matches()) {
      errors.add(Map.of("field", field, "message", field + ": want " + pattern.pattern()));
      return "";
    }
    return value;
  }
}
