package qerberos;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real process loses its state, whichever database keeps it, and gets it back from the log.
abstract class StateRebuildFacts {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir Path folder = Path.of(".");
  Path data = folder;
  private Path config = folder;

  /// What the configuration says about the state; empty for the default.
  abstract String configured(Path folder) throws Exception;

  /// Nothing of it is left.
  abstract void lose() throws Exception;

  @BeforeEach
  final void configure() throws Exception {
    data = folder.resolve("data");
    config = folder.resolve("config");
    try (Stream<Path> all = Files.walk(Path.of("config"))) {
      for (Path path : all.toList()) {
        Path target = config.resolve(Path.of("config").relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
    Files.writeString(
        config.resolve("identities.yaml"),
        """
        identities:
          - squidId: did:squid:alice
            daoId: dao:red
        """);
    Files.writeString(
        config.resolve("grants.yaml"),
        """
        grants:
          - identity: did:squid:alice
            permissions: [qerberos:audit:read, qerberos:audit:write]
            scope: own
        """);
    String state = configured(folder);
    if (!state.isEmpty()) {
      Files.writeString(config.resolve("state.yaml"), state);
    }
  }

  private ServerProcess start() throws Exception {
    return ServerProcess.start(data, "--config", config.toString());
  }

  private record Ended(int status, String said) {}

  private Ended command(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--data", data.toString()));
    Path output = Files.createTempFile(folder, "out", "");
    Process process = ServerProcess.run(all, output);
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), Files.readString(output));
  }

  private Ended rebuild(String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("state", "rebuild", "--config"));
    words.add(config.toString());
    words.addAll(List.of(more));
    return command(words.toArray(String[]::new));
  }

  private static String ok(HttpResponse<byte[]> answer) {
    String body = new String(answer.body(), StandardCharsets.UTF_8);
    assertThat(answer.statusCode()).as(body).isBetween(200, 299);
    return body;
  }

  private static String member(String json, String name) {
    Matcher found = Pattern.compile('"' + name + "\":\"([^\"]+)\"").matcher(json);
    assertThat(found.find()).as(json).isTrue();
    return found.group(1);
  }

  private String alice() throws Exception {
    Matcher port =
        Pattern.compile("\"squidPort\"\\s*:\\s*(\\d+)")
            .matcher(Files.readString(data.resolve("server.json")));
    assertThat(port.find()).isTrue();
    String password = Files.readString(data.resolve("secrets/identities/alice.password")).strip();
    var login =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.group(1) + "/auth/login"))
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    "{\"username\":\"alice\",\"password\":\"" + password + "\"}"))
            .build();
    return member(ok(HTTP.send(login, BodyHandlers.ofByteArray())), "access_token");
  }

  private static String alert(String fingerprint, String status, String severity) {
    return """
    {"version":"4","status":"%s","groupKey":"{}:{alertname=\\"Down\\"}","alerts":[{"status":"%s",\
    "labels":{"alertname":"Down","instance":"10.0.0.1:1","severity":"%s"},"annotations":\
    {"summary":"<b>%s</b> is down","description":"v=0"},"startsAt":"2026-11-21T22:56:05.119Z",\
    "generatorURL":"http://vm:19090/graph","fingerprint":"%s"}]}\
    """
        .formatted(status, status, severity, fingerprint, fingerprint);
  }

  /// Something of everything, also what was taken back.
  private void live(ServerProcess server) throws Exception {
    String json = "application/json";
    String admin = server.token();
    String alice = alice();
    for (String name : List.of("shop", "till", "gone")) {
      ok(
          server.post(
              "/admin/tokens",
              json,
              "{\"name\":\""
                  + name
                  + "\",\"permissions\":[\"qerberos:audit:read\",\"qerberos:audit:write\"],"
                  + "\"expiresAt\":\"2099-01-01T00:00:00Z\"}"));
    }
    Matcher gone =
        Pattern.compile("\"id\":\"([0-9a-f]+)\",\"name\":\"gone\"")
            .matcher(ok(server.get("/admin/tokens")));
    assertThat(gone.find()).isTrue();
    ok(server.delete("/admin/tokens/" + gone.group(1)));

    ok(server.put("/admin/blocks/did:squid:mallory", "{\"reason\":\"left\"}"));
    ok(server.put("/admin/blocks/did:squid:mallory", "{\"reason\":\"left again\"}"));
    ok(server.put("/admin/blocks/did:squid:trent", "{\"reason\":\"a mistake\"}"));
    ok(server.delete("/admin/blocks/did:squid:trent"));

    String search = "{\"q\":\"type:a.b  verdict:ALLOW\",\"order\":\"time\",\"shared\":true}";
    ok(server.send("PUT", "/audit/searches/mine", alice, search));
    ok(server.send("PUT", "/audit/searches/mine", alice, search.replace("time", "oldest")));
    ok(server.send("PUT", "/audit/searches/other", alice, search));
    ok(server.send("DELETE", "/audit/searches/other", alice, ""));
    ok(server.put("/audit/searches/ours", "{\"q\":\"severity:critical\"}"));

    ok(server.post("/notifications/admin-alert", json, alert("f1", "firing", "critical")));
    ok(server.post("/notifications/admin-alert", json, alert("f1", "firing", "critical")));
    ok(server.post("/notifications/admin-alert", json, alert("f1", "resolved", "critical")));
    String f2 =
        member(
            ok(server.post("/notifications/admin-alert", json, alert("f2", "firing", "warning"))),
            "id");
    ok(server.post("/notifications/admin-alert/" + f2 + "/acknowledge", json, "{}"));
    ok(server.post("/notifications/admin-alert", json, alert("f2", "resolved", "warning")));
    ok(server.post("/notifications/admin-alert", json, alert("f2", "firing", "warning")));
    String f3 =
        member(
            ok(server.post("/notifications/admin-alert", json, alert("f3", "firing", "critical"))),
            "id");
    ok(
        server.post(
            "/notifications/admin-alert/" + f3 + "/acknowledge",
            json,
            "{\"note\":\"I look after it\"}"));

    String ticket = "{\"subject\":\"I cannot log in\",\"message\":\"since \\\"Monday\\\"\\nä €\"}";
    String first =
        member(ok(server.send("POST", "/notifications/support-ticket", alice, ticket)), "id");
    String path = "/audit/support-tickets/" + first;
    ok(
        server.send(
            "PATCH",
            path,
            admin,
            "{\"status\":\"in_progress\",\"assignee\":\"token:admin\",\"note\":\"I look\"}"));
    ok(server.send("PATCH", path, admin, "{\"assignee\":\"\",\"note\":\"it works again\"}"));
    assertThat(command("tickets", "close", first, "--note", "done").status()).isZero();
    ok(server.send("POST", "/notifications/support-ticket", alice, ticket));

    assertThat(command("maintenance", "on", "--reason", "an update").said())
        .contains("maintenance: on");
    assertThat(command("maintenance", "off").status()).isZero();
    assertThat(command("evidence-lock", "on", "--reason", "incident 17").status()).isZero();
  }

  /// Every list there is, as the administrator and as alice see it.
  private Map<String, String> lists(ServerProcess server) throws Exception {
    String alice = alice();
    Map<String, String> lists = new LinkedHashMap<>();
    for (String path :
        List.of(
            "/admin/tokens",
            "/admin/blocks",
            "/admin/maintenance",
            "/admin/evidence-lock",
            "/audit/searches",
            "/audit/support-tickets",
            "/notifications/admin-alert",
            "/notifications")) {
      lists.put(path, data(ok(server.get(path))));
    }
    for (String path : List.of("/audit/searches", "/audit/support-tickets", "/notifications")) {
      lists.put("alice: " + path, data(ok(server.get(path, alice))));
    }
    return lists;
  }

  private static String data(String answer) {
    int from = answer.indexOf("\"data\":");
    assertThat(from).as(answer).isNotNegative();
    // Places move on, see Rebuild.
    return answer
        .substring(from)
        .replaceAll("\"(place|next)\":\\d+,", "")
        .replaceAll(",\"(timestamp|requestId)\":\"[^\"]*\"", "");
  }

  @Test
  void aLostState_comesBackFromTheLog_asOftenAsOneLikes() throws Exception {
    Map<String, String> before;
    try (var server = start()) {
      live(server);
      before = lists(server);
      assertThat(rebuild().status()).as("while it runs").isEqualTo(75);
      // What somebody sends that looks like ours is an event like any other.
      ok(
          server.send(
              "POST",
              "/audit",
              alice(),
              """
              {"type":"token.revoke","ref":"%s","layer":"application","verdict":"ALLOW",\
              "actor":{"squidId":"did:squid:alice"}}
              """
                  .formatted("qerberos:token:" + member(ok(server.get("/admin/tokens")), "id"))));
      ok(
          server.send(
              "POST",
              "/audit",
              alice(),
              """
              {"type":"identity.block","ref":"qerberos:identity:did:squid:bob","layer":"app",\
              "verdict":"ALLOW","actor":{"squidId":"did:squid:alice"},\
              "details":{"what":{"reason":"no","identity":"did:squid:bob"}}}
              """));
      assertThat(server.stop()).isZero();
    }
    assertThat(before.get("/notifications")).contains("firing: \\u003cb\\u003ef1");
    assertThat(before.get("alice: /notifications")).contains("it works again");
    Ended kept = rebuild();
    assertThat(kept.status()).as(kept.said()).isOne();
    assertThat(kept.said())
        .contains("is not lost: it holds 3 alerts, 2 tickets, 3 tokens, 1 blocked identities,")
        .contains("with --force");

    lose();
    Ended rebuilt = rebuild();
    assertThat(rebuilt.status()).as(rebuilt.said()).isZero();
    assertThat(rebuilt.said())
        .contains("holds: qerberos-", "nobody can see whether this is an older copy of the log")
        .contains("alerts: 3\n", "tickets: 2\n", "tokens: 3\n", "blocked identities: 1\n")
        .contains("saved searches: 2\n", "switches: 2\n")
        .doesNotContain("INFO", "WARNING", "Hikari")
        .doesNotContain("earlier version");
    try (var server = start()) {
      assertThat(lists(server)).isEqualTo(before);
      assertThat(server.stop()).isZero();
    }
    Ended locked = rebuild("--force");
    assertThat(locked.status()).as(locked.said()).isEqualTo(78);
    assertThat(locked.said()).contains("the evidence lock is on");
    try (var server = start()) {
      ok(server.send("POST", "/notifications/support-ticket", alice(), TICKET));
      assertThat(command("evidence-lock", "off").status()).isZero();
      before = lists(server);
      assertThat(server.stop()).isZero();
    }
    Ended again = rebuild("--force");
    assertThat(again.status()).as(again.said()).isZero();
    assertThat(again.said()).contains("tickets: 3\n").doesNotContain("older copy");
    Ended twice = rebuild("--yes");
    assertThat(twice.status()).as(twice.said()).isZero();
    try (var server = start()) {
      assertThat(lists(server)).isEqualTo(before);
      assertThat(ok(server.get("/audit?type=state.rebuild"))).contains("\"totalCount\":3,");
      assertThat(server.stop()).isZero();
    }
  }

  private static final String TICKET = "{\"subject\":\"one more\",\"message\":\"thing\"}";

  @Test
  void whatWasDoneJustBeforeThePowerCut_comesBackToo() throws Exception {
    String token;
    try (var server = start()) {
      token =
          member(
              ok(
                  server.post(
                      "/admin/tokens",
                      "application/json",
                      "{\"name\":\"shop\",\"permissions\":[\"qerberos:audit:read\"]}")),
              "token");
      ok(server.put("/admin/blocks/did:squid:alice", "{\"reason\":\"x\"}"));
      server.kill();
    }
    lose();
    assertThat(rebuild().status()).isZero();
    try (var server = start()) {
      assertThat(server.get("/audit", token).statusCode()).isEqualTo(200);
      assertThat(ok(server.get("/admin/blocks"))).contains("did:squid:alice");
      assertThat(server.stop()).isZero();
    }
  }

  @Test
  void aLogThatDoesNotHold_isNotBelieved() throws Exception {
    try (var server = start()) {
      ok(server.put("/admin/blocks/did:squid:alice", "{\"reason\":\"x\"}"));
      assertThat(server.stop()).isZero();
    }
    lose();
    Path entries;
    try (Stream<Path> all = Files.walk(data.resolve("ledger/entries"))) {
      entries = all.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(entries);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("did:squid:alice");
    int changed = at < 0 ? 200 : at;
    bytes[changed] ^= 1;
    Files.write(entries, bytes);
    Ended refused = rebuild();
    assertThat(refused.status()).as(refused.said()).isOne();
    assertThat(refused.said()).contains("from such a log no state is made");
  }
}
