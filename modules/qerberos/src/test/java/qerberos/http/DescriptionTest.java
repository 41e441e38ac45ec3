package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.SocketClient;
import qerberos.http.Description.Operation;
import qerberos.http.RunningService.Reply;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.ledger.KeyType;
import qerberos.ledger.Quorum;
import qerberos.notice.Alert;
import qerberos.notice.AlertStatus;
import qerberos.notice.Notice;
import qerberos.notice.Severity;
import qerberos.notice.Ticket;
import qerberos.settings.Catalog.LogPublic;
import qerberos.settings.HttpSettings;
import qerberos.settings.LimitSettings;
import qerberos.settings.WitnessSettings;
import qerberos.state.Telling;
import qerberos.witness.WitnessServer;
import tools.jackson.databind.JsonNode;

/// `openapi.yaml` says what the server does: every route, every status, every header, every member.
///
/// The requests are made from the document's own examples, so a new route needs no line here.
class DescriptionTest {
  private static final Path FILE = Path.of("openapi.yaml");

  /// Nobody can count to these; one answer each, and then it is too many.
  private static final LimitSettings NARROW =
      new LimitSettings(1, 1, 1, 3_600_000, 1, 1, 1, 1, 1, 1, 1);

  /// What only a bad day brings, and not on every path.
  private static final Set<String> NOT_EVERYWHERE = Set.of("503");

  private static final Pattern MESSAGE = Pattern.compile("\ndata: .*\n\n");

  @TempDir Path folder;
  private final Map<String, Set<String>> seen = new TreeMap<>();
  private final List<String> faults = new ArrayList<>();

  @Test
  void theFileInTheRepository_isServed_andAsJsonToo() throws Exception {
    try (var service = RunningService.in(folder)) {
      Reply yaml = service.get("/openapi.yaml", "");
      assertThat(yaml.text()).isEqualTo(Files.readString(FILE));
      assertThat(yaml.header("Content-Type")).isEqualTo("application/yaml");
      assertThat(yaml.header("Cache-Control")).isEqualTo("public, max-age=300");
      Reply json = service.get("/api/v1/openapi.json", "");
      assertThat(json.json().text("openapi")).isEqualTo("3.1.1");
      assertThat(json.text()).startsWith("{\"openapi\":\"3.1.1\",\"info\":{\"title\"");
      Reply again = service.get("/openapi.json", "", "If-None-Match", json.header("ETag"));
      assertThat(again.status()).isEqualTo(304);
      assertThat(again.text()).isEmpty();
    }
  }

  @Test
  void thePage_takesNothingFromElsewhere_andNoScriptOrStyleStandsInIt() throws Exception {
    try (var service = RunningService.in(folder)) {
      Reply page = service.get("/docs", "");
      assertThat(page.header("Content-Security-Policy"))
          .contains("default-src 'none'", "script-src 'self'", "style-src 'self'")
          .doesNotContain("unsafe", "http:", "https:");
      assertThat(page.text())
          .doesNotContain("style=", "<style", "onclick", "//")
          .contains("<noscript>", "openapi.yaml")
          .containsPattern("<script type=\"module\" src=\"docs/docs.js\"></script>");
      String script = service.get("/docs/docs.js", "").text();
      assertThat(script).doesNotContain("innerHTML", "eval(", "https:", "document.write");
      assertThat(service.get("/docs/docs.css", "").text()).doesNotContain("url(", "@import");
    }
  }

  @Test
  void theDocument_isSoundInItself_andSoIsEveryExample() throws Exception {
    try (var service = RunningService.in(folder)) {
      assertThat(of(service).ownFaults()).isEmpty();
    }
  }

  @Test
  void everyRouteIsDescribed_withItsPermission_andNothingElse() throws Exception {
    try (var service = RunningService.in(folder)) {
      Description description = of(service);
      Set<String> extra = new TreeSet<>();
      description.operations().forEach(operation -> extra.add(operation.name()));
      for (Route route : service.api.routes()) {
        String path = route.pattern().replace("**", "{path}");
        @Nullable Operation known = description.operation(route.method() + " " + path).orElse(null);
        if (known == null) {
          faults.add(missing(route, path));
          continue;
        }
        extra.remove(known.name());
        @Nullable Permission needed = route.permission();
        Set<String> wanted = needed == null ? Set.of() : Set.of(needed.text());
        if (route.isOpen() ? !known.open() : known.open() || !known.permissions().equals(wanted)) {
          faults.add(known.name() + ": its security wants " + security(route));
        }
      }
      extra.forEach(name -> faults.add(name + ": no route does this; remove it, or add the route"));
      assertThat(faults).as("modules/qerberos/openapi.yaml").isEmpty();
    }
  }

  @Test
  void everyCodeAndEveryPermissionThereIs_isNamed() throws Exception {
    try (var service = RunningService.in(folder)) {
      Description description = of(service);
      Set<String> codes = new TreeSet<>();
      for (Code code : Code.values()) {
        codes.add(code.name());
      }
      assertThat(Description.texts(description.at("/components/schemas/Code/enum")))
          .as("components.schemas.Code")
          .isEqualTo(codes);
      Set<String> permissions = new TreeSet<>();
      EnumSet.allOf(Permission.class).forEach(one -> permissions.add(one.text()));
      assertThat(Description.texts(description.at("/components/schemas/Permission/enum")))
          .as("components.schemas.Permission")
          .isEqualTo(permissions);
    }
  }

  @Test
  void everyAnswerIsDescribed_andEveryAnswerDescribedIsGiven() throws Exception {
    Description description;
    try (WitnessServer witness = WitnessServer.start("w.example", KeyType.COSIGNATURE);
        var service =
            RunningService.following(
                folder.resolve("usual"), trail -> trail.withWitnesses(only(witness)))) {
      description = of(service);
      begin(service, witness);
      goodAndBad(description, service);
      special(description, service);
    }
    try (var service =
        RunningService.in(
            folder.resolve("strict"),
            DescriptionTest::overTlsOnly,
            RunningService.WIDE,
            disk -> disk)) {
      for (Operation operation : description.operations()) {
        HttpRequest.Builder request = request(description, service, operation, service.admin);
        Reply reply = service.send(request.header("X-Forwarded-For", "192.0.2.7"));
        faults.addAll(description.faults(operation, reply));
        boolean beside = operation.name().equals("POST /notifications/admin-alert");
        if (!beside && !Description.texts(operation.node().path("tags")).equals(Set.of("Health"))) {
          assertThat(reply.status()).as(operation.name()).isEqualTo(426);
        }
      }
    }
    try (var service =
        RunningService.in(
            folder.resolve("closed"),
            DescriptionTest::closedLog,
            RunningService.WIDE,
            disk -> disk)) {
      for (Operation operation : description.operations()) {
        if (operation.path().startsWith("/log/")) {
          good(description, service, operation, false);
          bad(description, service, operation);
        }
      }
    }
    try (var service =
        RunningService.in(folder.resolve("narrow"), http -> http, NARROW, disk -> disk)) {
      for (Operation operation : description.operations()) {
        if (description.statuses(operation).contains("429")) {
          for (int i = 0; i < 3; i++) {
            good(description, service, operation, false);
            checked(
                description,
                operation,
                service.send(request(description, service, operation, false, "guessed")));
          }
        }
      }
    }
    AtomicBoolean failing = new AtomicBoolean();
    try (var service =
        RunningService.in(
            folder.resolve("failing"),
            http -> http,
            RunningService.WIDE,
            disk -> new DiskThatFails(disk, failing))) {
      failing.set(true);
      description.operations().forEach(one -> good(description, service, one, false));
    } catch (java.io.IOException e) {
      // closing a ledger whose disk failed may say so
    }
    for (Operation operation : description.operations()) {
      Set<String> never = new TreeSet<>(description.statuses(operation));
      never.removeAll(seen.getOrDefault(operation.name(), Set.of()));
      never.removeAll(NOT_EVERYWHERE);
      if (!never.isEmpty()) {
        faults.add(
            operation.name()
                + ": openapi.yaml describes "
                + never
                + ", which no request of this test brought; describe only what is answered, and"
                + " show it in special()");
      }
    }
    assertThat(seen.get("POST /audit")).contains("503");
    assertThat(seen.get("GET /health")).contains("503");
    assertThat(faults).as("modules/qerberos/openapi.yaml").isEmpty();
  }

  @Test
  void whateverTheDocumentDoesNotSay_isFound() throws Exception {
    try (var service = RunningService.in(folder)) {
      String json = service.get("/openapi.json", "").text();
      Reply posted =
          service.post(
              "/audit", service.admin, RunningService.event("x", "t.a", "did:squid:alice"));
      Reply again =
          service.post(
              "/audit", service.admin, RunningService.event("x", "t.b", "did:squid:alice"));
      assertThat(posted.status()).isEqualTo(201);
      assertThat(again.status()).isEqualTo(409);
      for (var wrong :
          List.of(
              List.of("\"cid\":{\"type\":\"string\"}", "\"cib\":{}", "'cid'"),
              List.of(
                  "\"index\":{\"type\":\"integer\"", "\"index\":{\"type\":\"string\"", "/index"),
              List.of("\"X-RateLimit-Reset\":", "\"X-RateLimit-Later\":", "x-ratelimit-reset"),
              List.of("\"CONFLICT\",\"IDEMPOTENCY_MISMATCH\"]", "\"NOT_READY\"]", "/code"),
              List.of("\"409\":", "\"410\":", "'409': {$ref"),
              List.of("\"X-Request-ID\":{", "\"X-Other\":{", "X-Other"))) {
        assertThat(json).contains(wrong.get(0));
        var description =
            new Description(
                json.replace(wrong.get(0), wrong.get(1)).getBytes(StandardCharsets.UTF_8));
        Operation post = description.operation("POST /audit").orElseThrow();
        List<String> found = new ArrayList<>(description.faults(post, posted));
        found.addAll(description.faults(post, again));
        assertThat(String.join("\n", found)).as(wrong.get(0)).contains(wrong.get(2));
      }
    }
  }

  /// Every operation with its own examples, then the mistakes that can be made with any of them.
  private void goodAndBad(Description description, RunningService service) throws Exception {
    for (Operation operation : description.operations()) {
      if (operation.node().has("x-websocket")) {
        opened(description, service, operation);
        bad(description, service, operation);
        continue;
      }
      boolean more =
          description.parameters(operation).stream()
              .anyMatch(one -> one.has("example") && !one.path("in").asString().equals("path"));
      for (boolean everything : more ? List.of(false, true) : List.of(false)) {
        Reply reply = good(description, service, operation, everything);
        boolean unconfirmed = reply.status() == 412 && more && !everything;
        if (reply.status() >= 300 && !unconfirmed) {
          faults.add(
              operation.name()
                  + ": its example was refused with "
                  + reply.status()
                  + ": "
                  + reply.text());
        }
        if (description.statuses(operation).contains("304")) {
          HttpRequest.Builder again = request(description, service, operation, false, "");
          again.setHeader("If-None-Match", reply.header("ETag"));
          checked(description, operation, service.send(again));
        }
      }
      if (operation.node().has("x-try")) {
        String tried =
            path(description, service, operation, false)
                + "?"
                + operation.node().path("x-try").asString();
        Reply reply = service.get(tried, service.admin);
        assertThat(reply.status()).as(tried).isEqualTo(200);
        checked(description, operation, reply);
      }
      bad(description, service, operation);
    }
  }

  /// A client that can set no more than a browser can gets one too.
  private void opened(Description description, RunningService service, Operation operation)
      throws Exception {
    String path = path(description, service, operation, true);
    try (var client =
        SocketClient.open(
            service.port(), path, "Sec-WebSocket-Protocol", "bearer, " + service.admin)) {
      assertThat(client.next()).isEqualTo("{\"type\":\"hello\",\"place\":0}");
    }
    assertThat(description.statuses(operation)).contains("101");
    seen.computeIfAbsent(operation.name(), _ -> new TreeSet<>()).add("101");
  }

  private static WitnessSettings only(WitnessServer witness) {
    WitnessSettings.Address address = witness.address(false);
    return new WitnessSettings(
        List.of(address),
        Quorum.of(1, List.of(address.key())),
        Duration.ofMillis(30),
        Duration.ofSeconds(2));
  }

  /// A log that its witness knows, with a first entry that is cosigned.
  private static void begin(RunningService service, WitnessServer witness) throws Exception {
    var ledger = service.trail.ledger();
    witness.witness(service.data().resolve("witness"), ledger.origin(), ledger.keys());
    String first = RunningService.event("first", "t.first", "did:squid:alice");
    assertThat(service.post("/audit", service.admin, first).status()).isEqualTo(201);
    var ignored = service.trail.witnesses().awaitCosigned(ledger.size(), Duration.ofSeconds(30));
  }

  /// What takes more than one request, or a request no example shows.
  private void special(Description description, RunningService service) throws Exception {
    Operation post = description.operation("POST /audit").orElseThrow();
    String event = RunningService.event("twice", "t.a", "did:squid:alice");
    checked(description, post, service.post("/audit", service.admin, event));
    checked(description, post, service.post("/audit", service.admin, event.replace("t.a", "t.b")));
    Operation save = description.operation("PUT /audit/searches/{name}").orElseThrow();
    checked(
        description,
        save,
        service.send(
            service
                .request("/audit/searches/all", service.admin)
                .PUT(BodyPublishers.ofString("{\"q\":\"*\"}"))));
    for (String path :
        List.of("/audit", "/audit/search", "/audit/stats", "/audit/export", "/audit/stream")) {
      Operation find = description.operation("GET " + path).orElseThrow();
      String query = path.equals("/audit/stream") ? "?from=0&search=all" : "?search=all";
      Reply found = service.send(service.request(path + query, service.admin), MESSAGE);
      assertThat(found.status()).as(path).isEqualTo(200);
      checked(description, find, found);
      Reply mistake = service.get(path + "?q=type:", service.admin);
      assertThat(mistake.text()).contains("\"column\":");
      checked(description, find, mistake);
    }
    Operation metrics = description.operation("GET /metrics").orElseThrow();
    checked(
        description,
        metrics,
        service.get("/metrics", service.admin, "Accept", "application/openmetrics-text"));
    Operation unblock = description.operation("DELETE /admin/blocks/{squidId}").orElseThrow();
    checked(
        description,
        unblock,
        service.send(service.request("/admin/blocks/did:squid:nobody", service.admin).DELETE()));
    for (String where : List.of("/audit/support-tickets/", "/notifications/support-ticket/")) {
      Operation change = description.operation("PATCH " + where + "{id}").orElseThrow();
      String closed = real(service, change, "");
      for (String step : List.of(closed + " closed", closed + " resolved", "nothing open")) {
        String[] parts = step.split(" ");
        checked(
            description,
            change,
            service.send(
                service
                    .request(where + parts[0], service.admin)
                    .method(
                        "PATCH", BodyPublishers.ofString("{\"status\":\"" + parts[1] + "\"}"))));
      }
    }
    String tickets = "/notifications/support-ticket";
    Operation open = description.operation("POST " + tickets).orElseThrow();
    for (String message : List.of("once", "once", "twice")) {
      String body = "{\"subject\":\"s\",\"message\":\"" + message + "\"}";
      checked(
          description,
          open,
          service.post(tickets, service.admin, body, "Idempotency-Key", "described"));
    }
    Operation acknowledge =
        description.operation("POST /notifications/admin-alert/{id}/acknowledge").orElseThrow();
    for (String id : List.of("none", alert(service, AlertStatus.RESOLVED))) {
      checked(
          description,
          acknowledge,
          service.post("/notifications/admin-alert/" + id + "/acknowledge", service.admin, "{}"));
    }
    Operation keys = description.operation("POST /admin/keys/rotate").orElseThrow();
    seen.computeIfAbsent(keys.name(), _ -> new TreeSet<>()).add("409"); // BadDaysTest shows it
    Operation tile = description.operation("GET /log/tile/{path}").orElseThrow();
    for (String path : List.of("entries/000.p/1", "0/999", "x")) {
      for (String token : List.of("", service.admin)) {
        checked(description, tile, service.get("/log/tile/" + path, token));
      }
    }
    Reply last = service.get("/audit/verify", service.admin);
    checked(description, description.operation("GET /audit/verify").orElseThrow(), last);
    for (String path : new TreeSet<>(paths(description))) {
      HttpRequest.Builder patch = service.request(path.replaceAll("\\{\\w+}", "x"), service.admin);
      String method = description.operation("PATCH " + path).isPresent() ? "PUT" : "PATCH";
      Reply refused = service.send(patch.method(method, BodyPublishers.noBody()));
      assertThat(refused.status()).isEqualTo(405);
      description.operations().stream()
          .filter(one -> one.path().equals(path))
          .forEach(one -> faults.addAll(description.faults(one, refused)));
    }
  }

  private static Set<String> paths(Description description) {
    Set<String> paths = new TreeSet<>();
    description.operations().forEach(operation -> paths.add(operation.path()));
    return paths;
  }

  private void bad(Description description, RunningService service, Operation operation)
      throws Exception {
    if (operation.method().equals("OPTIONS")) {
      return;
    }
    checked(description, operation, service.send(request(description, service, operation, "")));
    Set<String> statuses = description.statuses(operation);
    if (statuses.contains("403")) {
      String other =
          service.token(
              "other-" + operation.node().path("operationId").asString(),
              Scope.OWN,
              operation.permissions().contains(Permission.RISK_READ.text())
                  ? Permission.RISK_CALCULATE
                  : Permission.RISK_READ);
      checked(
          description, operation, service.send(request(description, service, operation, other)));
    }
    if (statuses.contains("400")) {
      checked(
          description,
          operation,
          service.send(
              request(description, service, operation, service.admin)
                  .header("Authorization", "Bearer twice")));
    }
    String path = path(description, service, operation, false);
    if (statuses.contains("404")) {
      String nowhere = operation.path().replaceAll("\\{\\w+}", "nothing-of-this-name");
      checked(
          description,
          operation,
          service.send(method(service.request(nowhere, service.admin), operation, new byte[0])));
    }
    if (operation.node().has("requestBody")) {
      for (String body : List.of("{", "[]", "{\"unknown\":1}")) {
        checked(
            description,
            operation,
            service.send(
                method(
                    service.request(path, service.admin),
                    operation,
                    body.getBytes(StandardCharsets.UTF_8))));
      }
      checked(
          description,
          operation,
          service.send(
              method(
                  service.request(path, service.admin, "Content-Type", "text/xml"),
                  operation,
                  new byte[] {'<'})));
      checked(
          description,
          operation,
          service.send(
              method(service.request(path, service.admin), operation, new byte[17 << 20])));
    }
    if (description.parameters(operation).stream()
        .anyMatch(one -> one.path("in").asString().equals("query"))) {
      Reply misspelt =
          service.send(
              method(
                  service.request(path + "?tpye=x", service.admin),
                  operation,
                  body(operation, description)));
      checked(description, operation, misspelt);
      assertThat(misspelt.status()).as(operation.name() + "?tpye=x").isEqualTo(400);
    }
  }

  /// Sends each example of the body, or the one request there is; gives the last answer.
  private Reply good(
      Description description, RunningService service, Operation operation, boolean everything) {
    try {
      Reply last = null;
      JsonNode content = description.resolved(operation.node().path("requestBody")).path("content");
      List<byte[]> bodies = new ArrayList<>();
      content.forEach(
          media ->
              media.path("examples").forEach(example -> bodies.add(bytes(example.path("value")))));
      if (bodies.isEmpty()) {
        bodies.add(new byte[0]);
      }
      for (byte[] body : bodies) {
        last =
            service.send(
                method(
                    headed(
                        service.request(
                            path(description, service, operation, everything),
                            operation.open() ? "" : service.admin),
                        description,
                        operation,
                        everything),
                    operation,
                    body));
        checked(description, operation, last);
      }
      if (last == null) {
        throw new AssertionError("no request for " + operation.name());
      }
      return last;
    } catch (java.io.IOException | InterruptedException e) {
      throw new AssertionError(operation.name(), e);
    }
  }

  private HttpRequest.Builder request(
      Description description, RunningService service, Operation operation, String token)
      throws Exception {
    return request(description, service, operation, false, token);
  }

  private HttpRequest.Builder request(
      Description description,
      RunningService service,
      Operation operation,
      boolean everything,
      String token)
      throws Exception {
    return method(
        service.request(path(description, service, operation, everything), token),
        operation,
        body(operation, description));
  }

  private static HttpRequest.Builder headed(
      HttpRequest.Builder request,
      Description description,
      Operation operation,
      boolean everything) {
    for (JsonNode parameter : description.parameters(operation)) {
      if (everything
          && parameter.path("in").asString().equals("header")
          && parameter.has("example")) {
        request.header(parameter.path("name").asString(), parameter.path("example").asString());
      }
    }
    return request;
  }

  private static HttpRequest.Builder method(
      HttpRequest.Builder request, Operation operation, byte[] body) {
    return request.method(
        operation.method(),
        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
  }

  private static byte[] body(Operation operation, Description description) {
    for (JsonNode media :
        description.resolved(operation.node().path("requestBody")).path("content")) {
      for (JsonNode example : media.path("examples")) {
        return bytes(example.path("value"));
      }
    }
    return new byte[0];
  }

  private static byte[] bytes(JsonNode example) {
    return (example.isString() ? example.asString() : example.toString())
        .getBytes(StandardCharsets.UTF_8);
  }

  /// The address made from the examples; `everything` means the query parameters too.
  private static String path(
      Description description, RunningService service, Operation operation, boolean everything)
      throws java.io.IOException {
    String path = operation.path();
    StringBuilder query = new StringBuilder();
    for (JsonNode parameter : description.parameters(operation)) {
      String name = parameter.path("name").asString();
      String value = parameter.path("example").asString("");
      String in = parameter.path("in").asString();
      if (in.equals("path")) {
        path = path.replace("{" + name + "}", real(service, operation, value));
      } else if (in.equals("query")
          && parameter.has("example")
          && (everything || parameter.path("required").asBoolean(false))) {
        query
            .append(query.isEmpty() ? '?' : '&')
            .append(name)
            .append('=')
            .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
      }
    }
    return path + query;
  }

  /// An example that only the server can make up: the id of a token, ticket or notification that is
  /// there.
  private static String real(RunningService service, Operation operation, String example)
      throws java.io.IOException {
    if (operation.path().equals("/audit/support-tickets/{id}")
        || operation.path().equals("/notifications/support-ticket/{id}")
        || operation.path().equals("/notifications/{id}/read")) {
      String id = service.trail.ids().next();
      Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
      var notice =
          new Notice(
              id, "token:admin", "ticket", Severity.INFO, "s", "t", now, Map.of(), List.of());
      service
          .state
          .notices()
          .open(
              Ticket.opened(id, "token:admin", null, null, "Help", "Please", now),
              List.of(notice),
              Telling.NOTHING);
      return id;
    }
    if (operation.path().equals("/notifications/admin-alert/{id}/acknowledge")) {
      return alert(service, AlertStatus.FIRING);
    }
    if (!operation.path().equals("/admin/tokens/{id}")) {
      return example;
    }
    service.token("goes-away", Scope.OWN, Permission.AUDIT_READ);
    return service.gate.tokens().list().stream()
        .filter(token -> token.name().equals("goes-away") && token.revokedAt() == null)
        .findFirst()
        .orElseThrow()
        .id();
  }

  private void checked(Description description, Operation operation, Reply reply) {
    seen.computeIfAbsent(operation.name(), _ -> new TreeSet<>())
        .add(Integer.toString(reply.status()));
    for (String fault : description.faults(operation, reply)) {
      if (!faults.contains(fault)) {
        faults.add(fault);
      }
    }
  }

  private static Description of(RunningService service) throws Exception {
    return new Description(service.get("/openapi.json", "").response().body());
  }

  private static HttpSettings overTlsOnly(HttpSettings usual) {
    return usual.withHttps(false, true);
  }

  private static HttpSettings closedLog(HttpSettings usual) {
    return usual.withLogPublic(LogPublic.NONE);
  }

  /// What to paste into the document for a route it does not have.
  private static String missing(Route route, String path) {
    boolean counted = route.cost() != Route.Cost.FREE;
    return """
    %s %s is not described. Under `paths` add (with the schema of its answer, and an `example` for
    each parameter and body, which this test then sends):

      %s:
        %s:
          operationId: ...
          tags: [Find]
          summary: ...
          security: %s
          responses:
            '200':
              description: ...
    %s\
              content:
                application/json:
                  schema:
                    allOf:
                      - {$ref: '#/components/schemas/Done'}
                      - properties:
                          data: {$ref: '#/components/schemas/...'}
    %s\
            default: {$ref: '#/components/responses/Other'}
    """
        .formatted(
            route.method(),
            path,
            path,
            route.method().toLowerCase(java.util.Locale.ROOT),
            security(route),
            counted ? "          headers: *limits\n" : "",
            route.isOpen()
                ? ""
                : """
                      '400': {$ref: '#/components/responses/BadRequest'}
                      '401': {$ref: '#/components/responses/NotKnown'}
                      '403': {$ref: '#/components/responses/NotAllowed'}
                      '429': {$ref: '#/components/responses/TooMany'}
                      '503': {$ref: '#/components/responses/Unavailable'}
                """);
  }

  private static String security(Route route) {
    return switch (route.permission()) {
      case null -> route.isOpen() ? "*anybody" : "*known";
      case AUDIT_READ -> "*read";
      case AUDIT_WRITE -> "*write";
      case ADMIN -> "*admin";
      case HEALTH -> "*health";
      case METRICS -> "*metrics";
      case ADMIN_ALERT -> "*tellAlerts";
      case ALERTS_READ -> "*readAlerts";
      case ALERTS_MANAGE -> "*manageAlerts";
      case NOTIFICATIONS_SEND -> "*sendNotices";
      default -> "[{bearer: ['" + route.permission().text() + "']}]";
    };
  }

  /// A new alert; its id.
  private static String alert(RunningService service, AlertStatus status)
      throws java.io.IOException {
    String id = service.trail.ids().next();
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    return service
        .state
        .notices()
        .seen(
            new Alert(id, now, status, Severity.INFO, "s", "test", Map.of()),
            now,
            _ -> List.of(),
            _ -> Telling.NOTHING)
        .alert()
        .id();
  }
}
