package qerberos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Frontier;
import qerberos.ledger.Rfc6962;
import qerberos.service.ServerFile;
import qerberos.trail.TrailReader;

/// Real processes that share one data folder: the one that writes is killed, leaves, comes back,
/// and whatever was acknowledged by any of them is in the one log, once.
class MembersTest {
  private static final int ROUNDS = Integer.getInteger("members.rounds", 3);
  private static final int PER_SECOND = Integer.getInteger("members.perSecond", 100);
  private static final int CLIENTS = 8;
  private static final Path EDGE = Path.of("../../cerberus/deploy/edge/haproxy.cfg");
  private static final Pattern ROLE = Pattern.compile("\"role\":\"(\\w+)\"");
  private static final Pattern WRITER = Pattern.compile("\"writer\":\\{[^}]*\"pid\":(\\d+)");
  private static final Pattern INDEX = Pattern.compile("\"index\":(\\d+)");
  private static final Pattern LINE =
      Pattern.compile("\"line\":(\\d+),\"status\":20[01],\"id\":\"[^\"]*\",\"index\":(\\d+)");
  private static final Pattern MARK = Pattern.compile("\"ref\":\"(mark:[^\"]+)\"");

  /// A machine that does much else takes long for a takeover; nothing here asserts a time.
  private static final List<String> PATIENT =
      List.of(
          "/usr/bin/env",
          "QERBEROS_TAKEOVER_WAIT=60s",
          "QERBEROS_RATE_LIMIT_MAX=1000000",
          "QERBEROS_INDEX_BUFFER=8");

  @TempDir Path folder = Path.of(".");

  private final List<ServerProcess> members = new CopyOnWriteArrayList<>();
  private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
  private final Map<Long, String> checkpoints = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();
  private final AtomicLong asked = new AtomicLong();

  private Path data() {
    return folder.resolve("data");
  }

  private ServerProcess join(String... environment) throws Exception {
    List<String> before = new ArrayList<>(PATIENT);
    before.addAll(List.of(environment));
    ServerProcess member = ServerProcess.start(before, data(), data(), "--join");
    members.add(member);
    return member;
  }

  @AfterEach
  void nothingIsLeftRunning() throws IOException {
    members.forEach(ServerProcess::close);
    for (ServerFile left : ServerFile.allIn(data())) {
      ProcessHandle.of(left.pid()).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void theWriterKilledAgainAndAgainUnderLoad_nothingAcknowledgedIsLostOrDoubled() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("MembersTest seed " + seed);
    var random = new Random(seed);
    for (int i = 0; i < 3; i++) {
      join("QERBEROS_LEAVE_NOTICE=0s");
    }
    oneWriterThatAllName();
    var over = new AtomicBoolean();
    List<Thread> load = new ArrayList<>();
    for (int sender = 0; sender < 3; sender++) {
      int number = sender;
      var own = new Random(random.nextLong());
      load.add(Thread.ofVirtual().start(() -> send(number, own, over)));
    }
    load.add(Thread.ofVirtual().start(() -> watch(over)));
    for (int round = 0; round < ROUNDS; round++) {
      Thread.sleep(500 + random.nextInt(1_500));
      ServerProcess writer = writer();
      members.remove(writer);
      writer.kill();
      join("QERBEROS_LEAVE_NOTICE=0s");
    }
    Thread.sleep(500);
    over.set(true);
    for (Thread thread : load) {
      thread.join();
    }
    assertThat(faults).isEmpty();
    oneWriterThatAllName();
    for (ServerProcess member : members) {
      assertThat(member.stop()).as("exit status after SIGTERM").isZero();
    }
    System.out.printf(
        "MembersTest: %,d acknowledged, %d checkpoints seen%n",
        acknowledged.size(), checkpoints.size());
    assertThat(acknowledged).hasSizeGreaterThan(20 * ROUNDS);
    isOneConsistentLog();
  }

  @Test
  void restartedOneAfterTheOtherBehindTheEdge_noRequestFails() throws Exception {
    Path haproxy = Path.of("/usr/sbin/haproxy");
    assumeTrue(Files.isExecutable(haproxy), "needs haproxy: apt-get install haproxy");
    List<Long> before = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      before.add(join().pid());
    }
    int port = freePort();
    Process edge = edge(haproxy, port);
    try {
      var over = new AtomicBoolean();
      List<Thread> load = new ArrayList<>();
      for (int client = 0; client < CLIENTS; client++) {
        int number = client;
        load.add(Thread.ofPlatform().start(() -> ask(port, number, over)));
      }
      Thread.sleep(1_000);
      long sentBefore = asked.get();
      long begin = System.nanoTime();
      Path said = folder.resolve("restart.out");
      Process restart =
          ServerProcess.run(PATIENT, List.of("restart", "--data", data().toString()), said);
      assertThat(restart.waitFor(240, TimeUnit.SECONDS)).as("the restart ended").isTrue();
      assertThat(restart.exitValue()).as(Files.readString(said)).isZero();
      Thread.sleep(1_000);
      over.set(true);
      for (Thread thread : load) {
        thread.join();
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      System.out.printf(
          "MembersTest: %,d requests while restarting, %.0f a second, %d failed%n",
          asked.get() - sentBefore, (asked.get() - sentBefore) / seconds, faults.size());
      assertThat(faults).as(Files.readString(folder.resolve("edge.out"))).isEmpty();
      assertThat(asked.get() - sentBefore).isGreaterThan(50);
      List<ServerFile> after = ServerFile.allIn(data());
      assertThat(after).hasSize(3);
      assertThat(after).extracting(ServerFile::pid).doesNotContainAnyElementsOf(before);
      Process stop = ServerProcess.run(PATIENT, List.of("stop", "--data", data().toString()), said);
      assertThat(stop.waitFor()).as(Files.readString(said)).isZero();
      assertThat(ServerFile.allIn(data())).isEmpty();
      isOneConsistentLog();
    } finally {
      edge.destroy();
      edge.waitFor();
    }
  }

  @Test
  void whatOneProcessTookBack_noneGives_andLimitsCountTogether() throws Exception {
    join("QERBEROS_LEAVE_NOTICE=0s", "QERBEROS_RATE_LIMIT_MAX=10");
    join("QERBEROS_LEAVE_NOTICE=0s", "QERBEROS_RATE_LIMIT_MAX=10");
    ServerProcess writer = writer();
    ServerProcess reader =
        members.stream().filter(one -> one.pid() != writer.pid()).findFirst().orElseThrow();
    String made =
        text(
            reader.post(
                "/admin/tokens",
                "application/json",
                "{\"name\":\"shop\",\"permissions\":[\"qerberos:audit:read\"],\"scope\":\"own\"}"));
    String token = group(Pattern.compile("\"(qrb_[^\"]+)\""), made);
    String id = group(Pattern.compile("\"id\":\"([^\"]+)\""), made);
    int answered = 0;
    for (int i = 0; i < 30; i++) {
      int status = (i % 2 == 0 ? writer : reader).get("/audit/none", token).statusCode();
      assertThat(status).isIn(404, 429);
      answered += status == 404 ? 1 : 0;
    }
    assertThat(answered).as("10 a minute, twice as many at once").isBetween(20, 25);
    assertThat(writer.delete("/admin/tokens/" + id).statusCode()).isEqualTo(200);
    assertThat(reader.get("/audit/none", token).statusCode()).isEqualTo(401);
    String[] signed = signedByAdmin456("/audit?limit=1");
    assertThat(reader.getWith("/audit?limit=1", signed).statusCode()).isEqualTo(200);
    assertThat(writer.getWith("/audit?limit=1", signed).statusCode()).as("replayed").isEqualTo(401);
    theInnerDoorIsShutToWhoDoesNotKnowTheSecret();
    maintenanceIsToldByEveryProcess(reader);
    // A takeover brings nothing back.
    members.remove(writer);
    writer.kill();
    assertThat(reader.get("/audit/none", token).statusCode()).isEqualTo(401);
    assertThat(role(reader)).isEqualTo("writer");
    assertThat(reader.getWith("/audit?limit=1", signed).statusCode()).as("replayed").isEqualTo(401);
    refusedWithoutJoining();
  }

  /// The headers of a GET as an identity of the bundled sQuid signs it.
  private String[] signedByAdmin456(String target) throws Exception {
    String pem = Files.readString(data().resolve("secrets/identities/admin456.key"));
    String base64 = group(Pattern.compile("PRIVATE KEY-----([^-]+)-----END PRIVATE KEY"), pem);
    PrivateKey key =
        KeyFactory.getInstance("Ed25519")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
    String ts = String.valueOf(System.currentTimeMillis());
    byte[] nothing = MessageDigest.getInstance("SHA-256").digest();
    String text = "GET\n" + target + "\n" + ts + "\n" + HexFormat.of().formatHex(nothing);
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(key);
    signature.update(text.getBytes(StandardCharsets.UTF_8));
    String sig = Base64.getEncoder().encodeToString(signature.sign());
    return new String[] {"x-squid-id", "did:squid:admin456", "x-sig", sig, "x-ts", ts};
  }

  /// Its lock stays its own, so nobody takes over; whoever asks the others is told so, and not left
  /// waiting.
  @Test
  void aWriterThatHangs_isToldOf_andServesAgainWhenItGoesOn() throws Exception {
    ServerProcess writer = join("QERBEROS_TAKEOVER_WAIT=8s");
    ServerProcess reader = join("QERBEROS_TAKEOVER_WAIT=8s");
    assertThat(role(reader)).isEqualTo("reader");
    String type = "application/json";
    String event = event("hanging", Optional.of("hanging"));
    stopped(writer);
    try {
      var caught = reader.post("/audit", type, event);
      assertThat(caught.statusCode()).as(text(caught)).isEqualTo(503);
      assertThat(caught.headers().firstValue("Retry-After")).isPresent();
      assertThat(reader.get("/audit?limit=1").statusCode()).isEqualTo(503);
      assertThat(reader.get("/health/ready").statusCode()).isEqualTo(503);
      assertThat(text(reader.get("/health"))).contains("\"unhealthy\"");
    } finally {
      signal("CONT", writer);
    }
    awaitReady(reader, 200);
    var again = reader.post("/audit", type, event);
    assertThat(again.statusCode()).as(text(again)).isIn(200, 201);
    acknowledged.put("mark:hanging", Long.parseLong(group(INDEX, text(again))));
    stopped(writer);
    awaitReady(reader, 503);
    writer.kill();
    assertThat(reader.get("/audit?limit=1").statusCode())
        .as("served by the one that writes next, which is itself")
        .isEqualTo(200);
    assertThat(reader.stop()).isZero();
    isOneConsistentLog();
  }

  private static void stopped(ServerProcess process) throws Exception {
    signal("STOP", process);
    while (!isStopped(process)) {
      Thread.sleep(5);
    }
  }

  private static void awaitReady(ServerProcess process, int status) throws Exception {
    Instant end = Instant.now().plusSeconds(60);
    while (process.get("/health/ready").statusCode() != status) {
      assertThat(Instant.now()).as("/health/ready never says " + status).isBefore(end);
      Thread.sleep(50);
    }
  }

  /// Whether each of its threads has stopped, as Linux tells it.
  private static boolean isStopped(ServerProcess process) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
      for (Path thread : threads.toList()) {
        if (!Files.readString(thread.resolve("stat")).matches("(?s)[0-9]+ \\(.*\\) T .*")) {
          return false;
        }
      }
      return true;
    }
  }

  private static void signal(String name, ServerProcess to) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(to.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /// Where one is asked how it is, it says that people are shut out, whoever writes.
  private void maintenanceIsToldByEveryProcess(ServerProcess reader) throws Exception {
    Path said = folder.resolve("maintenance.out");
    List<String> on = List.of("maintenance", "on", "--reason", "test", "--data", data().toString());
    assertThat(ServerProcess.run(on, said).waitFor()).as(Files.readString(said)).isZero();
    Instant end = Instant.now().plusSeconds(30);
    while (!text(reader.get("/health")).contains("\"maintenance\":true")) {
      assertThat(Instant.now()).as("the reader never tells of maintenance").isBefore(end);
      Thread.sleep(100);
    }
    List<String> off = List.of("maintenance", "off", "--data", data().toString());
    assertThat(ServerProcess.run(off, said).waitFor()).as(Files.readString(said)).isZero();
  }

  private void theInnerDoorIsShutToWhoDoesNotKnowTheSecret() throws Exception {
    Path file = data().resolve("writer.json");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    String inner = group(Pattern.compile("\"inner\":\"([^\"]+)\""), Files.readString(file));
    try (var client = new PlainClient(URI.create(inner).getPort())) {
      String token = members.getFirst().token();
      assertThat(client.ask("GET /health/detailed\n", token, true).status()).isEqualTo(404);
      assertThat(client.ask("GET /health\n", "", true).status()).isEqualTo(404);
    }
  }

  private void refusedWithoutJoining() throws Exception {
    Path said = folder.resolve("second.out");
    Process second =
        ServerProcess.run(
            List.of("start", "--data", data().toString(), "--port", "0", "--squid-port", "0"),
            said);
    assertThat(second.waitFor()).isNotZero();
    assertThat(Files.readString(said)).contains("already running here");
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static String group(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    assertThat(found.find()).as(pattern + " in " + text).isTrue();
    return found.group(1);
  }

  private static String role(ServerProcess member) throws Exception {
    return group(ROLE, text(member.get("/health/detailed")));
  }

  private ServerProcess writer() throws Exception {
    while (true) {
      for (ServerProcess member : members) {
        if (role(member).equals("writer")) {
          return member;
        }
      }
    }
  }

  private void oneWriterThatAllName() throws Exception {
    long pid = writer().pid();
    for (ServerProcess member : members) {
      String health = text(member.get("/health/detailed"));
      assertThat(group(WRITER, health)).isEqualTo(Long.toString(pid));
      assertThat(group(ROLE, health)).isEqualTo(member.pid() == pid ? "writer" : "reader");
    }
  }

  private static String event(String mark, Optional<String> id) {
    return "{"
        + id.map(text -> "\"id\":\"" + text + "\",").orElse("")
        + "\"type\":\"members.test\",\"ref\":\"mark:"
        + mark
        + "\",\"layer\":\"test\",\"verdict\":\"ALLOW\",\"actor\":{\"squidId\":\"did:squid:a\"}}";
  }

  /// Sends to whichever process, with ids and without, one by one and in batches; repeats nothing
  /// itself, because a process that was killed may have passed it on.
  private void send(int sender, Random random, AtomicBoolean over) {
    for (int n = 0; !over.get(); n++) {
      ServerProcess member = members.get(random.nextInt(members.size()));
      String mark = sender + "-" + n;
      boolean named = random.nextBoolean();
      try {
        Thread.sleep(random.nextInt(20));
        if (random.nextBoolean()) {
          Optional<String> id = named ? Optional.of("one-" + mark) : Optional.empty();
          var answer = member.post("/audit", "application/json", event(mark, id));
          if (answer.statusCode() / 100 == 2) {
            acknowledged.put("mark:" + mark, Long.parseLong(group(INDEX, text(answer))));
          } else {
            assertThat(answer.statusCode()).as(text(answer)).isEqualTo(503);
          }
        } else {
          var lines = new StringBuilder();
          for (int line = 1; line <= 5; line++) {
            String each = mark + "-" + line;
            Optional<String> id = named ? Optional.of("many-" + each) : Optional.empty();
            lines.append(event(each, id)).append('\n');
          }
          var answer = member.post("/audit/batch", "application/x-ndjson", lines.toString());
          Matcher line = LINE.matcher(text(answer));
          while (line.find()) {
            acknowledged.put("mark:" + mark + "-" + line.group(1), Long.parseLong(line.group(2)));
          }
        }
      } catch (IOException e) {
        // killed in between: nothing of this was acknowledged to us
      } catch (InterruptedException | RuntimeException | AssertionError e) {
        faults.add(e);
        return;
      }
    }
  }

  /// Notes every checkpoint that any of them shows.
  private void watch(AtomicBoolean over) {
    for (int n = 0; !over.get(); n++) {
      try {
        Thread.sleep(10);
        var answer = members.get(n % members.size()).get("/log/checkpoint");
        if (answer.statusCode() == 200) {
          String note = text(answer);
          Checkpoint checkpoint = Checkpoint.parse(note.substring(0, note.indexOf("\n\n") + 1));
          String known = checkpoints.putIfAbsent(checkpoint.size(), checkpoint.root().toString());
          assertThat(known).isIn(null, checkpoint.root().toString());
          if (!Files.exists(folder.resolve("first.checkpoint"))) {
            Files.writeString(folder.resolve("first.checkpoint"), note);
          }
        }
      } catch (IOException e) {
        // killed in between
      } catch (InterruptedException | RuntimeException | AssertionError e) {
        faults.add(e);
        return;
      }
    }
  }

  /// What lies in the folder holds by `verify`, has every acknowledged event once at its index and
  /// none twice, and begins with whatever a checkpoint promised.
  private void isOneConsistentLog() throws Exception {
    List<String> words = new ArrayList<>(List.of("verify", data().toString()));
    Path first = folder.resolve("first.checkpoint");
    if (Files.exists(first)) {
      words.addAll(List.of("--since", first.toString()));
    }
    Path said = folder.resolve("verify.out");
    assertThat(ServerProcess.run(words, said).waitFor()).as(Files.readString(said)).isZero();
    Map<String, Long> found = new HashMap<>();
    var tree = new Frontier();
    try (TrailReader trail = TrailReader.open(data())) {
      long size = trail.ledger().size();
      trail
          .ledger()
          .entries(
              0,
              size,
              (index, leaf, attachment) -> {
                matches(index, tree.root().toString());
                Matcher mark = MARK.matcher(new String(leaf, StandardCharsets.UTF_8));
                if (mark.find()) {
                  assertThat(found.put(mark.group(1), index)).as(mark.group(1) + " twice").isNull();
                }
                tree.add(Rfc6962.leafHash(leaf));
              });
      matches(size, tree.root().toString());
    }
    assertThat(checkpoints).as("checkpoints beyond the last size").isEmpty();
    acknowledged.forEach((mark, index) -> assertThat(found.get(mark)).as(mark).isEqualTo(index));
  }

  private void matches(long size, String root) {
    String promised = checkpoints.remove(size);
    assertThat(root).as("root over " + size + " entries").isIn(promised == null ? root : promised);
  }

  /// A client of the edge that takes no answer but a good one and repeats nothing; every other
  /// keeps its connection. It asks at its times, and hurries when an answer came late.
  private void ask(int port, int client, AtomicBoolean over) {
    try (var connection = new PlainClient(port)) {
      String token = members.getFirst().token();
      long begin = System.nanoTime();
      for (int n = 0; !over.get(); n++) {
        String mark = "edge-" + client + "-" + n;
        boolean keep = client % 2 == 0;
        String request =
            switch (n % 4) {
              case 0 -> "POST /audit\n" + event(mark, Optional.empty());
              case 1 -> "POST /audit\n" + event(mark, Optional.of(mark));
              case 2 -> "GET /audit/edge-" + client + "-" + (n - 1) + "\n";
              default -> "GET /log/checkpoint\n";
            };
        PlainClient.Answer answer = connection.ask(request, token, keep);
        asked.incrementAndGet();
        if (answer.status() / 100 != 2) {
          faults.add(new AssertionError(request + " " + answer.status() + " " + answer.body()));
        } else if (n % 4 < 2) {
          acknowledged.put("mark:" + mark, Long.parseLong(group(INDEX, answer.body())));
        }
        long next = begin + (n + 1L) * CLIENTS * 1_000_000_000 / PER_SECOND;
        Thread.sleep(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
      }
    } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
      faults.add(e);
    }
  }

  private Process edge(Path haproxy, int port) throws Exception {
    Path said = folder.resolve("edge.out");
    for (String mode : List.of("-c", "-db")) {
      var builder = new ProcessBuilder(haproxy.toString(), mode, "-f", EDGE.toString());
      builder.environment().put("EDGE_ADDRESS", "127.0.0.1:" + port);
      for (int i = 0; i < members.size(); i++) {
        builder.environment().put("QERBEROS_" + (i + 1), "127.0.0.1:" + members.get(i).port());
      }
      Process process = builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
      if (mode.equals("-c")) {
        assertThat(process.waitFor()).as(Files.readString(said)).isZero();
      } else {
        while (!answers(port)) {
          assertThat(process.isAlive()).as(Files.readString(said)).isTrue();
          Thread.sleep(50);
        }
        return process;
      }
    }
    throw new AssertionError("not reached");
  }

  private boolean answers(int port) throws IOException {
    try (var client = new PlainClient(port)) {
      return client.ask("GET /health/ready\n", "", false).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
