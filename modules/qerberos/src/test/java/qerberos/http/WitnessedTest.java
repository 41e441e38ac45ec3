package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import qerberos.cli.WitnessedCommands;
import qerberos.event.Json;
import qerberos.ledger.KeyType;
import qerberos.ledger.Quorum;
import qerberos.ledger.SignedNote;
import qerberos.ledger.Trust;
import qerberos.ledger.Verification;
import qerberos.ledger.Verifier;
import qerberos.ledger.VerifierKey;
import qerberos.settings.WitnessSettings;
import qerberos.witness.WitnessServer;
import qerberos.witness.Witnesses;

/// What the API and the commands show of witnesses, and the checkpoint that is posted elsewhere.
@Timeout(120)
class WitnessedTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path folder = Path.of(".");

  private static WitnessSettings of(WitnessServer... servers) {
    List<WitnessSettings.Address> all =
        List.of(servers).stream().map(server -> server.address(false)).toList();
    List<VerifierKey> keys = all.stream().map(WitnessSettings.Address::key).toList();
    return new WitnessSettings(
        all, Quorum.of(1, keys), Duration.ofMillis(30), Duration.ofSeconds(2));
  }

  @Test
  void cosignaturesAreServed_shown_andDemandedByVerify() throws Exception {
    try (WitnessServer good = WitnessServer.start("good.example", KeyType.COSIGNATURE);
        WitnessServer idle = WitnessServer.start("idle.example", KeyType.COSIGNATURE);
        RunningService service =
            RunningService.following(folder, trail -> trail.withWitnesses(of(good, idle)))) {
      assertThat(service.get("/log/checkpoint/cosigned", "").status()).isEqualTo(404);
      var ledger = service.trail.ledger();
      good.witness(folder.resolve("w"), ledger.origin(), ledger.keys());
      String body = RunningService.event("e-1", "a.b", "did:squid:x");
      assertThat(service.post("/audit", service.admin, body).status()).isEqualTo(201);
      SignedNote first = service.trail.witnesses().awaitCosigned(ledger.size(), LONG);
      assertThat(first.signatures()).hasSize(2);

      RunningService.Reply cosigned = service.get("/log/checkpoint/cosigned", "");
      assertThat(cosigned.status()).isEqualTo(200);
      assertThat(cosigned.header("Cache-Control")).isEqualTo("no-store");
      Trust trust =
          Trust.in(ledger.keys())
              .witnessedBy(List.of(good.key()), Quorum.of(1, List.of(good.key())));
      trust.open(SignedNote.parse(cosigned.response().body()));
      byte[] newest = service.get("/log/checkpoint", "").response().body();
      Trust.in(ledger.keys()).open(SignedNote.parse(newest));

      RunningService.Reply proof = service.get("/audit/e-1/proof?witnessed=true", service.admin);
      assertThat(new Verifier(trust).proof(proof.response().body(), null))
          .isInstanceOf(Verification.Holds.class);
      assertThat(service.get("/audit/e-1/proof?witnessed=maybe", service.admin).status())
          .isEqualTo(400);

      Json.Obj health = service.get("/health/detailed", service.admin).json().object("witnesses");
      assertThat(health.text("quorum")).startsWith("1 of good.example+");
      assertThat(health.toString())
          .contains("cosigning")
          .contains("refusing")
          .contains("404: it does not know this log");
      String metrics = service.get("/metrics", service.admin).text();
      String label = "{witness=\"" + good.key().shortName() + "\"} ";
      assertThat(metrics)
          .contains("qerberos_witness_cosignatures_total" + label)
          .contains("qerberos_witness_last_success_timestamp_seconds" + label)
          .contains("qerberos_witness_behind_entries" + label)
          .contains("qerberos_ledger_cosigned_size ");

      commands(service, good, idle, proof.response().body());
    }
  }

  /// Whatever keeps the quorum from being reached: after a while the service says so, and takes
  /// events nevertheless; once it is reached again, all is well.
  @ParameterizedTest
  @EnumSource(
      value = WitnessServer.Mode.class,
      names = {"GONE", "SILENT", "LYING", "STRANGER_404"})
  void noQuorumForTooLong_degradesHealth_untilThereIsOne(WitnessServer.Mode mode) throws Exception {
    Duration timeout = Duration.ofMillis(200);
    try (WitnessServer good = WitnessServer.start("good.example", KeyType.COSIGNATURE);
        WitnessServer bad = WitnessServer.start("bad.example", KeyType.COSIGNATURE);
        RunningService service =
            RunningService.following(
                folder,
                trail ->
                    trail.withWitnesses(
                        new WitnessSettings(
                            List.of(good.address(false), bad.address(false)),
                            Quorum.of(2, List.of(good.key(), bad.key())),
                            Duration.ofMillis(30),
                            timeout)))) {
      var ledger = service.trail.ledger();
      good.witness(folder.resolve("good"), ledger.origin(), ledger.keys());
      bad.witness(folder.resolve("bad"), ledger.origin(), ledger.keys());
      String first = RunningService.event("e-1", "a.b", "did:squid:x");
      assertThat(service.post("/audit", service.admin, first).status()).isEqualTo(201);
      SignedNote ignored = service.trail.witnesses().awaitCosigned(ledger.size(), LONG);
      awaitHealth(service, "healthy", "up");
      bad.be(mode);
      String second = RunningService.event("e-2", "a.b", "did:squid:x");
      assertThat(service.post("/audit", service.admin, second).status()).isEqualTo(201);
      awaitHealth(service, "degraded", "down");
      Json.Obj dependencies =
          service.get("/health/detailed", service.admin).json().object("dependencies");
      assertThat(dependencies.object("witnesses").text("error"))
          .contains("no checkpoint has been cosigned by 2 of ");
      Json.Obj plain = service.get("/health", "").json().object("dependencies");
      assertThat(plain.members().keySet()).containsExactlyInAnyOrder("squid", "qonsent");
      String third = RunningService.event("e-3", "a.b", "did:squid:x");
      assertThat(service.post("/audit", service.admin, third).status()).isEqualTo(201);
      bad.be(WitnessServer.Mode.HONEST);
      awaitHealth(service, "healthy", "up");
    }
  }

  private static void awaitHealth(RunningService service, String status, String witnesses)
      throws Exception {
    long end = System.nanoTime() + LONG.toNanos();
    String seen = "";
    while (!seen.equals(status + " " + witnesses)) {
      assertThat(System.nanoTime()).as(seen).isLessThan(end);
      Thread.sleep(20);
      RunningService.Reply health = service.get("/health/detailed", service.admin);
      assertThat(health.status()).isEqualTo(200);
      assertThat(service.get("/health", "").status()).isEqualTo(200);
      Json.Obj json = health.json();
      seen =
          json.text("status")
              + " "
              + json.object("dependencies").object("witnesses").text("status");
    }
  }

  private void commands(
      RunningService service, WitnessServer good, WitnessServer idle, byte[] proof)
      throws Exception {
    String key = service.trail.ledger().keys().getFirst().toString();
    String url = "http://127.0.0.1:" + service.port() + "/log/";
    String data = service.data().toString();
    String file = Files.write(folder.resolve("e-1.tlog-proof"), proof).toString();
    String policy =
        Files.writeString(
                folder.resolve("policy"),
                "log %s\nwitness A %s\nwitness B %s\ngroup any-of any A B\nquorum any-of\n"
                    .formatted(key, good.key(), idle.key()))
            .toString();
    String strict =
        Files.writeString(
                folder.resolve("strict"),
                "log %s\nwitness A %s\nwitness B %s\ngroup all-of all A B\nquorum all-of\n"
                    .formatted(key, good.key(), idle.key()))
            .toString();
    Path old = folder.resolve("old.checkpoint");
    Files.write(old, service.get("/log/checkpoint/cosigned", "").response().body());
    Path kept = Witnesses.cosignedFile(service.data(), service.trail.ledger().origin());
    long end = System.nanoTime() + LONG.toNanos();
    while (!Files.exists(kept)) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(20);
    }
    var commands = new WitnessedCommands(folder);
    for (String target : List.of(url, data, file)) {
      String said = commands.verify(0, target, "--key", key, "--witness", good.key().toString());
      assertThat(said)
          .as(target)
          .contains("cosigned by " + good.key().shortName() + " at 20")
          .contains("holds");
      String broken =
          commands.verify(
              1, target, "--key", key, "--witness", good.key() + "", "--witness", idle.key() + "");
      assertThat(broken)
          .contains("cosigned by " + good.key().shortName() + ", want 2 of")
          .contains("does not hold");
      commands.verify(
          0,
          target,
          "--key",
          key,
          "--witness",
          good.key() + "",
          "--witness",
          idle.key() + "",
          "--quorum",
          "1");
      commands.verify(0, target, "--policy", policy);
      commands.verify(1, target, "--policy", strict);
      commands.verify(2, target, "--policy", strict, "--witness", good.key() + "");
      commands.verify(2, target, "--key", key, "--quorum", "1");
      commands.verify(2, target, "--key", key, "--witness", "rubbish");
      commands.verify(2, target, "--policy", file);
    }
    for (String target : List.of(url, data)) {
      commands.verify(0, target, "--key", key, "--since", old.toString());
      commands.verify(
          0, target, "--key", key, "--since", old.toString(), "--witness", good.key() + "");
    }
  }

  @Test
  void withoutWitnesses_nothingIsSaidOfThem() throws Exception {
    try (RunningService service = RunningService.in(folder)) {
      String body = RunningService.event("e-1", "a.b", "did:squid:x");
      assertThat(service.post("/audit", service.admin, body).status()).isEqualTo(201);
      assertThat(service.get("/audit/e-1/proof?witnessed=true", service.admin).status())
          .isEqualTo(400);
      assertThat(service.get("/log/checkpoint/cosigned", "").status()).isEqualTo(404);
      assertThat(service.get("/health/detailed", service.admin).text()).doesNotContain("witnesses");
      String key = service.trail.ledger().keys().getFirst().toString();
      String witness =
          qerberos.ledger.SigningKey.generate(
                  "w", KeyType.COSIGNATURE, new java.security.SecureRandom())
              .verifier()
              .toString();
      new WitnessedCommands(folder)
          .verify(3, service.data().toString(), "--key", key, "--witness", witness);
    }
  }

  /// The first try is turned away; the posted checkpoint is what `verify --since` takes, and so is
  /// the anchor file.
  @Test
  void theCheckpointIsPosted_againAfterAFailure_andIsAnAnchor() throws Exception {
    BlockingQueue<String> posted = new LinkedBlockingQueue<>();
    AtomicInteger tries = new AtomicInteger();
    var any = new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0);
    var receiver = com.sun.net.httpserver.HttpServer.create(any, 0);
    receiver.createContext(
        "/anchor",
        exchange -> {
          try (exchange) {
            String body =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean first = tries.getAndIncrement() == 0;
            exchange.sendResponseHeaders(first ? 503 : 204, -1);
            if (!first
                && exchange.getRequestHeaders().getFirst("Content-Type").startsWith("text/plain")) {
              posted.add(body);
            }
          }
        });
    receiver.start();
    Path anchor = Files.createDirectories(folder.resolve("elsewhere")).resolve("anchor");
    var url =
        java.net.URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/anchor");
    try (RunningService service =
        RunningService.following(
            folder,
            trail ->
                trail
                    .withAnchorFile(java.util.Optional.of(anchor))
                    .withAnchorUrl(url, Duration.ofMillis(100)))) {
      String body = RunningService.event("e-1", "a.b", "did:squid:x");
      assertThat(service.post("/audit", service.admin, body).status()).isEqualTo(201);
      String note = posted.poll(30, TimeUnit.SECONDS);
      assertThat(note).isNotNull();
      Path kept = Files.writeString(folder.resolve("posted"), note);
      String more = RunningService.event("e-2", "a.b", "did:squid:x");
      assertThat(service.post("/audit", service.admin, more).status()).isEqualTo(201);
      long end = System.nanoTime() + LONG.toNanos();
      while (!Files.exists(anchor)) {
        assertThat(System.nanoTime()).isLessThan(end);
        Thread.sleep(20);
      }
      String key = service.trail.ledger().keys().getFirst().toString();
      var commands = new WitnessedCommands(folder);
      String log = "http://127.0.0.1:" + service.port() + "/log/";
      for (Path old : List.of(kept, anchor)) {
        for (String target : List.of(log, service.data().toString())) {
          commands.verify(0, target, "--key", key, "--since", old.toString());
        }
      }
    } finally {
      receiver.stop(0);
    }
  }
}
