package qerberos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.cli.Program.Ended;
import qerberos.event.Json;
import qerberos.http.OwnPair;
import qerberos.service.ServerFile;
import qerberos.settings.TlsSettings;

/// Real processes, as a user or a script starts and stops them, in a folder of their own and with
/// an empty home.
class ServerProcessTest {
  private static final List<String> FREE_PORTS =
      List.of("--port", "0", "--squid-port", "0", "--qonsent-port", "0");

  @TempDir Path folder = Path.of(".");
  private final List<Process> begun = new ArrayList<>();

  @AfterEach
  void nothingIsLeftRunning() throws Exception {
    ServerFile.in(data()).filter(ServerFile::isAlive).ifPresent(this::kill);
    begun.forEach(Process::destroyForcibly);
  }

  @Test
  void detached_loggedFoundProvedVerifiedAndStopped() throws Exception {
    Ended start = run(with(List.of("start", "--detach"), FREE_PORTS));
    assertThat(start.status()).as(start.err()).isZero();
    ServerFile server = ServerFile.in(data()).orElseThrow();
    assertThat(start.out())
        .contains("Qerberos is ready at " + server.url())
        .contains("the bundled one")
        .contains(data().resolve("secrets/admin.token").toString())
        .contains("curl -s '" + server.url() + "/audit?wait=proof'");
    assertThat(data().resolve("logs/error.log")).isEmptyFile();
    assertThat(server.isAlive()).isTrue();

    Ended logged =
        here("log", "--id", "e-1", "--type", "a.b", "--ref", "c:1", "--actor", "did:squid:x");
    assertThat(logged.status()).as(logged.err()).isZero();
    assertThat(logged.out()).startsWith("recorded: e-1 at index ");
    assertThat(
            here("log", "--id", "e-1", "--type", "a.b", "--ref", "c:1", "--actor", "did:squid:x")
                .out())
        .startsWith("already there: e-1 at index ");
    Ended conflict =
        here("log", "--id", "e-1", "--type", "a.b", "--ref", "c:2", "--actor", "did:squid:x");
    assertThat(conflict.status()).isEqualTo(Exit.FAILED);
    assertThat(here("show", "e-1").out()).contains("did:squid:x");
    assertThat(here("search", "ref:c:1", "--json").out()).contains("\"id\": \"e-1\"");
    countedFacetedAndKept();
    Path proof = folder.resolve("e-1.tlog-proof");
    assertThat(here("proof", "e-1", "-o", proof.toString()).status()).isZero();
    String key = here("keys").out().lines().findFirst().orElseThrow();
    assertThat(here("verify", proof.toString(), "--key", key).status()).isZero();
    assertThat(here("verify", proof.toString()).status()).isEqualTo(Exit.CANNOT_TELL);
    assertThat(here("verify", server.url().toString(), "--key", key).status()).isZero();
    assertThat(here("verify", server.url().toString()).status()).isEqualTo(Exit.CANNOT_TELL);
    Ended token = here("token", "create", "shop", "--may", "qerberos:audit:write");
    assertThat(token.out()).startsWith("qrb_");
    String id = token.err().replaceAll("(?s)token (\\w+),.*", "$1");
    assertThat(here("token", "list").out()).contains(id);
    assertThat(here("token", "revoke", id).status()).isZero();
    assertThat(here("identity", "block", "did:squid:x", "--reason", "test").status()).isZero();
    assertThat(here("identity", "blocked").out()).contains("did:squid:x");
    assertThat(here("identity", "unblock", "did:squid:x").status()).isZero();
    ticketsListedShownAndClosed(server);
    alertsListedAndAcknowledged(server);
    assertThat(here("reindex").out()).isEqualTo("reindex: done\n");
    assertThat(here("status").out()).startsWith("healthy  " + server.url());

    // On the very same port, too: that the server runs is the reason, the port only follows.
    Ended second =
        run(
            with(
                List.of("start", "--port", String.valueOf(server.port())),
                List.of("--squid-port", "0", "--qonsent-port", "0")));
    assertThat(second.status()).isEqualTo(Exit.TAKEN);
    assertThat(second.err())
        .startsWith(
            "qerberos: already running here (pid "
                + server.pid()
                + ", "
                + server.url()
                + "): "
                + data()
                + " belongs to that server; stop it with")
        .doesNotContain("\tat ");

    Ended stop = here("stop");
    assertThat(stop.status()).as(stop.err()).isZero();
    assertThat(stop.out()).isEqualTo("stopped (process " + server.pid() + ")\n");
    assertThat(server.isAlive()).isFalse();
    assertThat(data().resolve("server.json")).doesNotExist();
    assertThat(Files.readAllLines(data().resolve("logs/error.log")))
        .singleElement()
        .asString()
        .contains("already running here");
    assertThat(here("verify", data().toString()).status()).isZero();
    Ended stopped = here("status");
    assertThat(stopped.status()).isEqualTo(Exit.CANNOT_TELL);
    assertThat(stopped.out()).startsWith("stopped  " + data()).contains("origin", "unpublished");
    withoutAServer_theFolderItselfAnswers(key);
    assertThat(here("stop").status()).isZero();
  }

  private void ticketsListedShownAndClosed(ServerFile server) throws Exception {
    String admin = Files.readString(data().resolve("secrets/admin.token")).strip();
    String id;
    try (Api api = new Api(server.url(), admin, "")) {
      Json ticket =
          new Json.Obj(
              Map.of("subject", Json.of("Help \u001b[31m"), "message", Json.of("It\nhurts")));
      id = api.post("/notifications/support-ticket", ticket).at("data", "id").text();
    }
    assertThat(here("tickets", "list", "--status", "open").out())
        .contains(id, "Help \\u001b[31m")
        .doesNotContain("\u001b");
    assertThat(here("tickets", "close", id, "--note", "done").out()).contains("status: closed");
    assertThat(here("tickets", "show", id).out()).contains("It\nhurts\n", "done");
    assertThat(here("tickets", "show", id, "--json").out()).contains("\"status\": \"closed\"");
    assertThat(here("tickets", "close", "nothing").status()).isEqualTo(Exit.FAILED);
  }

  private void alertsListedAndAcknowledged(ServerFile server) throws Exception {
    String admin = Files.readString(data().resolve("secrets/admin.token")).strip();
    String id;
    try (Api api = new Api(server.url(), admin, "")) {
      Json alert = new Json.Obj(Map.of("summary", Json.of("Down \u001b[31m")));
      id =
          api.post("/notifications/admin-alert", alert)
              .at("data", "alerts")
              .items()
              .getFirst()
              .at("id")
              .text();
    }
    for (String[] list : new String[][] {{"alerts"}, {"alerts", "list", "--status", "firing"}}) {
      assertThat(here(list).out())
          .contains(id, "ACKNOWLEDGED BY", "Down \\u001b[31m")
          .doesNotContain("\u001b", "token:admin");
    }
    for (int i = 0; i < 2; i++) {
      assertThat(here("alerts", "ack", id, "--note", "on it").out())
          .startsWith("acknowledged by token:admin at 20")
          .endsWith(": Down \\u001b[31m\n");
    }
    assertThat(here("alerts", "ack", id, "--json").out())
        .contains("\"acknowledgedNote\": \"on it\"");
    assertThat(here("alerts").out()).contains("token:admin");
    assertThat(here("alerts", "ack", "nothing").status()).isEqualTo(Exit.FAILED);
  }

  private void countedFacetedAndKept() throws Exception {
    Ended stats =
        here(
            "stats",
            "type:a.b",
            "--top",
            "type,actor",
            "--distinct",
            "actor",
            "--interval",
            "12M",
            "--by",
            "verdict");
    assertThat(stats.status()).as(stats.err()).isZero();
    assertThat(stats.out().replaceAll("20[0-9-]+T00:00:00Z", "YEAR"))
        .isEqualTo(
            """
            count  1
            different values of actor  1

            TIME                  COUNT                                  verdict
            YEAR  1      ==============================  ALLOW 1

            COUNT  actor
            1      did:squid:x

            COUNT  type
            1      a.b
            """);
    assertThat(here("stats", "type:a.b", "--json").out()).contains("\"count\": 1,");
    Ended mistaken = here("stats", "type:a.b", "--interval", "1x");
    assertThat(mistaken.status()).isEqualTo(Exit.FAILED);
    assertThat(mistaken.err())
        .contains("interval: \"1x\", want a number and one of s, m, h, d, w, M (months)");

    Ended facets = here("search", "type:a.b", "--facets", "type,verdict");
    assertThat(facets.status()).as(facets.err()).isZero();
    assertThat(facets.out())
        .contains("e-1")
        .endsWith("\n\nCOUNT  type\n1      a.b\n\nCOUNT  verdict\n1      ALLOW\n");

    Ended kept = here("search", "type:a.b", "--save", "my search", "--shared");
    assertThat(kept.status()).as(kept.err()).isZero();
    assertThat(kept.err()).startsWith("kept: my search\n");
    assertThat(kept.out()).contains("e-1");
    assertThat(here("search", "--saved", "my search", "--json").out()).contains("\"id\": \"e-1\"");
    assertThat(here("search", "--saved", "my search", "ref:c:2").out())
        .isEqualTo("nothing found\n");
    assertThat(here("stats", "--saved", "my search").out()).startsWith("count  1\n");
    assertThat(here("search", "--list").out())
        .isEqualTo(
            """
            NAME       OWNER        SHARED  ORDER   QUERY
            my search  token:admin  yes     newest  type:a.b
            """);
    assertThat(here("search", "x", "--save", "other").status()).isZero();
    assertThat(here("search", "--forget", "other").out()).isEqualTo("deleted: other\n");
    Ended gone = here("search", "--forget", "other");
    assertThat(gone.status()).isEqualTo(Exit.FAILED);
    assertThat(gone.err()).contains("no saved search of yours has this name");
  }

  /// What the running server was asked before is asked again, and every file is as it was.
  private void withoutAServer_theFolderItselfAnswers(String key) throws Exception {
    Map<Path, String> before = everyFile();
    Ended search = here("search", "ref:c:1");
    assertThat(search.status()).as(search.err()).isZero();
    assertThat(search.out()).contains("e-1").contains("did:squid:x");
    assertThat(search.err())
        .isEqualTo(
            "qerberos: no server runs on " + data() + ", so the folder itself is read\n1 of 1\n");
    assertThat(here("search", "ref:c:1", "--json").out()).contains("\"seq\":");
    assertThat(here("search", "ref:c:1", "--from", "2000-01-01", "--to", "2001-01-01").out())
        .isEqualTo("nothing found\n");
    Ended mistaken = here("search", "time:yesterday");
    assertThat(mistaken.status()).isEqualTo(Exit.FAILED);
    assertThat(mistaken.err())
        .startsWith("qerberos: column 6: time: \"yesterday\", want RFC 3339")
        .endsWith("\nqerberos:   time:yesterday\nqerberos:        ^\n");
    assertThat(here("search", "--saved", "my search", "--json").out()).contains("\"id\": \"e-1\"");
    assertThat(here("search", "--saved", "none").err())
        .contains("search: no saved search has this name");
    assertThat(here("stats").status()).isEqualTo(Exit.CANNOT_TELL);
    assertThat(here("search", "--facets", "type").status()).isEqualTo(Exit.CANNOT_TELL);
    assertThat(here("show", "e-1").out()).contains("did:squid:x");
    Ended missing = here("show", "e-2");
    assertThat(missing.status()).isEqualTo(Exit.FAILED);
    assertThat(missing.err()).contains("no event has this id");
    Path proof = folder.resolve("e-1.again.tlog-proof");
    assertThat(here("proof", "e-1", "-o", proof.toString()).status()).isZero();
    assertThat(here("verify", proof.toString(), "--key", key).status()).isZero();
    assertThat(here("keys").out()).isEqualTo(key + "\n");
    assertThat(here("token", "list").out()).contains("shop").contains("revoked");
    assertThat(here("identity", "list").out()).contains("did:squid:user123");
    assertThat(here("identity", "blocked").status()).isZero();
    assertThat(here("token", "create", "x", "--may", "qerberos:audit:read").status())
        .isEqualTo(Exit.CANNOT_TELL);
    assertThat(everyFile()).isEqualTo(before);
  }

  private Map<Path, String> everyFile() throws IOException {
    Map<Path, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(data())) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(
            file,
            Files.getLastModifiedTime(file) + " " + Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  @Test
  void inTheForeground_linesOnStandardOutputAreJson_andSigtermEndsWithZero() throws Exception {
    Path out = folder.resolve("out");
    Process server =
        begin(with(List.of("start"), FREE_PORTS))
            .redirectOutput(out.toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    begun.add(server);
    ServerFile file = awaitServer(server);
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI ready = file.url().resolve("/health/ready");
      assertThat(
              client
                  .send(HttpRequest.newBuilder(ready).build(), BodyHandlers.ofString())
                  .statusCode())
          .isEqualTo(200);
    }
    server.destroy();
    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(server.exitValue()).isZero();
    List<String> lines = Files.readAllLines(out);
    assertThat(lines).allSatisfy(line -> assertThat(line).startsWith("{\"timestamp\":"));
    assertThat(lines).anySatisfy(line -> assertThat(line).contains("\"message\":\"ready\""));
    assertThat(lines.getLast()).contains("\"message\":\"stopped\"");
    assertThat(Files.readString(folder.resolve("err"))).contains("Qerberos is ready at");
  }

  @Test
  void aTakenPort_isOneSentence() throws Exception {
    try (var socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      int port = socket.getLocalPort();
      Ended start =
          run("start", "--port", String.valueOf(port), "--squid-port", "0", "--qonsent-port", "0");
      assertThat(start.status()).isEqualTo(Exit.TAKEN);
      assertThat(start.err())
          .startsWith("qerberos: the API: port " + port + " is taken")
          .endsWith("choose another with --port\n");
      assertThat(start.err().lines()).hasSize(1);
    }
  }

  @Test
  void wrongSettings_areListedAndNothingIsMade() throws Exception {
    Ended start = run("start", "--port", "x", "--squid-port", "y");
    assertThat(start.status()).isEqualTo(Exit.CONFIGURATION);
    assertThat(start.err())
        .isEqualTo(
            """
            qerberos: 2 mistakes in the settings:
            qerberos:   --port: "x", want a whole number 0..65535
            qerberos:   --squid-port: "y", want a whole number 0..65535
            """);
    assertThat(data()).doesNotExist();
  }

  @Test
  void aFolderThatCannotBeWritten_isOneSentence() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    Ended start = bare(with(List.of("start", "--data", file.toString()), FREE_PORTS));
    assertThat(start.status()).isEqualTo(Exit.CANNOT_WRITE);
    assertThat(start.err().lines()).hasSize(1);
    Ended below = bare(with(List.of("start", "--data", file + "/inner"), FREE_PORTS));
    assertThat(below.status()).isEqualTo(Exit.CANNOT_WRITE);
    assertThat(below.err().lines()).hasSize(1);
  }

  @Test
  void overTls_theCommandsKnowTheirServerByItsCertificate_alsoAfterAnother() throws Exception {
    String kind = "-keyalg EC -groupname secp256r1";
    TlsSettings files = OwnPair.make(folder, kind).into(folder);
    var builder = begin(with(List.of("start", "--log-format", "text"), FREE_PORTS));
    builder.environment().put("QERBEROS_TLS_CERT_FILE", files.certificate().toString());
    builder.environment().put("QERBEROS_TLS_KEY_FILE", files.key().toString());
    Path out = folder.resolve("out");
    Process process =
        builder.redirectOutput(out.toFile()).redirectError(folder.resolve("err").toFile()).start();
    begun.add(process);
    ServerFile server = awaitServer(process);
    assertThat(server.url()).hasScheme("https");
    assertThat(server.certificate()).matches("[0-9a-f]{64}");
    for (int i = 0; i < 200 && !read(folder.resolve("err")).contains("ready at"); i++) {
      Thread.sleep(50);
    }
    assertThat(read(folder.resolve("err")))
        .contains("Qerberos is ready at " + server.url())
        .contains("curl -s --cacert " + files.certificate() + " '" + server.url() + "/audit");
    assertThat(here("status").out()).startsWith("healthy  " + server.url());

    OwnPair.make(folder, kind).into(folder);
    for (int i = 0; i < 600 && known().equals(server.certificate()); i++) {
      Thread.sleep(50);
    }
    assertThat(known()).isNotEqualTo(server.certificate());
    assertThat(here("status").out()).startsWith("healthy  " + server.url());

    String json = Files.readString(data().resolve("server.json"));
    Files.writeString(data().resolve("server.json"), json.replace(known(), server.certificate()));
    Ended other = here("status");
    assertThat(other.status()).isEqualTo(Exit.CANNOT_TELL);
    assertThat(other.err()).contains("TLS").contains("another certificate than server.json names");
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  private String known() throws IOException {
    return ServerFile.in(data()).orElseThrow().certificate();
  }

  @Test
  void aPairThatIsNotGood_stopsTheStartWithOneSentence() throws Exception {
    String kind = "-keyalg EC -groupname secp256r1";
    TlsSettings old =
        OwnPair.make(folder, kind, "-startdate", "-3d", "-validity", "1").into(folder);
    var builder = begin(with(List.of("start"), FREE_PORTS));
    builder.environment().put("QERBEROS_TLS_CERT_FILE", old.certificate().toString());
    builder.environment().put("QERBEROS_TLS_KEY_FILE", old.key().toString());
    Path err = folder.resolve("err");
    Process process =
        builder.redirectOutput(folder.resolve("out").toFile()).redirectError(err.toFile()).start();
    begun.add(process);
    assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(Exit.CONFIGURATION);
    assertThat(read(err))
        .contains("qerberos: QERBEROS_TLS_CERT_FILE: " + old.certificate() + ": the certificate")
        .contains("expired at")
        .doesNotContain("\tat ");
    assertThat(data().resolve("ledger")).doesNotExist();
  }

  private Path data() {
    return folder.resolve("data folder");
  }

  private ServerFile awaitServer(Process server) throws IOException, InterruptedException {
    for (int i = 0; i < 1200; i++) {
      var file = ServerFile.in(data()).filter(there -> there.pid() == server.pid());
      if (file.isPresent()) {
        return file.get();
      }
      assertThat(server.isAlive()).as(() -> read(folder.resolve("err"))).isTrue();
      Thread.sleep(50);
    }
    throw new AssertionError("not ready: " + read(folder.resolve("err")));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static List<String> with(List<String> words, List<String> more) {
    List<String> all = new ArrayList<>(words);
    all.addAll(more);
    return all;
  }

  private Ended run(String... words) throws Exception {
    return run(List.of(words));
  }

  private Ended run(List<String> words) throws Exception {
    return bare(with(words, List.of("--data", data().toString())));
  }

  /// The same command in this process: a client is a client, and a JVM each takes its time.
  private Ended here(String... words) {
    Map<String, String> environment = Map.of("QERBEROS_DATA_DIR", data().toString());
    return new Program(folder).here(environment, "", words);
  }

  private Ended bare(List<String> words) throws Exception {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    Process process =
        command(words).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    begun.add(process);
    process.getOutputStream().close();
    assertThat(process.waitFor(90, TimeUnit.SECONDS)).as(() -> read(err)).isTrue();
    return new Ended(process.exitValue(), read(out), read(err));
  }

  private ProcessBuilder begin(List<String> words) {
    return command(with(words, List.of("--data", data().toString())));
  }

  private ProcessBuilder command(List<String> words) {
    return new Program(folder).process(words, "256m");
  }

  private void kill(ServerFile server) {
    ProcessHandle.of(server.pid()).ifPresent(ProcessHandle::destroyForcibly);
  }
}
