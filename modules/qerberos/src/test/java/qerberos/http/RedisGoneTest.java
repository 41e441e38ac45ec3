package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Json;
import qerberos.http.RunningService.Reply;
import qerberos.redis.RedisHealth;
import qerberos.redis.RedisServer;
import qerberos.settings.LimitSettings;
import qerberos.settings.RedisSettings;

/// A service whose Redis goes, hangs, and comes back.
class RedisGoneTest {
  @TempDir Path folder;

  @Test
  void redisGone_isDegraded_andNothingElse_untilItIsBack() throws Exception {
    try (var server = RedisServer.in(folder.resolve("redis"));
        var service = RunningService.sharing(folder, RunningService.WIDE, server.settings())) {
      Reply well = service.get("/health", "");
      assertThat(well.json().text("status")).as(well.text()).isEqualTo("healthy");
      assertThat(redis(well).text("status")).isEqualTo("up");
      assertThat(metric(service)).isEqualTo("1.0");

      server.stop();
      String refused = "redis://127.0.0.1:" + server.port() + "/0: Connection refused";
      await(() -> service.redis.health().equals(new RedisHealth.Down(refused)));
      Reply degraded = service.get("/health", "");
      assertThat(degraded.status()).isEqualTo(200);
      assertThat(degraded.json().text("status")).isEqualTo("degraded");
      assertThat(redis(degraded)).isEqualTo(Json.EMPTY.with("status", Json.of("down")));
      assertThat(service.get("/health/ready", "").status()).isEqualTo(200);
      assertThat(metric(service)).isEqualTo("0.0");
      assertThat(redis(service.get("/health/detailed", service.admin)).text("error"))
          .isEqualTo(refused);

      server.start();
      await(() -> service.redis.health() instanceof RedisHealth.Up);
      assertThat(service.get("/health", "").json().text("status")).isEqualTo("healthy");
    }
  }

  /// While Redis is stopped, started, paused and resumed, events are posted and found again; those
  /// of a caller who is too fast are posted later.
  @Test
  void redisThatComesAndGoes_losesNoEvent() throws Exception {
    var limits =
        new LimitSettings(4_000, 100_000, 200_000, 60_000, 100, 100, 100, 100, 50, 10, 100);
    try (var server = RedisServer.in(folder.resolve("redis"));
        var service = RunningService.sharing(folder, limits, server.settings())) {
      var over = new AtomicBoolean();
      var taken = new AtomicInteger();
      var faults = new ConcurrentLinkedQueue<String>();
      List<Thread> senders = new ArrayList<>();
      for (int sender = 0; sender < 3; sender++) {
        String name = "s" + sender + "-";
        senders.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      for (int i = 0; !over.get() && faults.isEmpty(); i++) {
                        post(service, name + i, taken, faults);
                      }
                    }));
      }
      for (int round = 0; round < 2; round++) {
        int before = taken.get();
        server.stop();
        await(() -> service.redis.health() instanceof RedisHealth.Down);
        assertThat(service.get("/health/ready", "").status()).isEqualTo(200);
        await(() -> taken.get() > before + 100);
        server.start();
        await(() -> service.redis.health() instanceof RedisHealth.Up);
        int again = taken.get();
        server.pause();
        await(() -> service.redis.health() instanceof RedisHealth.Down);
        await(() -> taken.get() > again + 100);
        server.resume();
        await(() -> service.redis.health() instanceof RedisHealth.Up);
      }
      over.set(true);
      for (Thread sender : senders) {
        sender.join();
      }
      assertThat(faults).isEmpty();
      service.awaitIndexed();
      Reply found = service.get("/audit?type=bad.day&limit=1", service.admin);
      assertThat(found.data().get("totalCount")).isEqualTo(Json.of((double) taken.get()));
    }
  }

  private static void post(
      RunningService service, String id, AtomicInteger taken, Queue<String> faults) {
    try {
      Reply reply = service.post("/audit", service.admin, event(id));
      while (reply.status() == 429) {
        Thread.sleep(50);
        reply = service.post("/audit", service.admin, event(id));
      }
      if (reply.status() == 201) {
        taken.incrementAndGet();
      } else {
        faults.add(reply.status() + " " + reply.text());
      }
    } catch (IOException | InterruptedException e) {
      faults.add(e.toString());
    }
  }

  private static String event(String id) {
    return RunningService.event(id, "bad.day", "did:squid:alice");
  }

  @Test
  void withoutRedis_healthSaysNothingOfIt() throws Exception {
    try (var service = RunningService.in(folder)) {
      assertThat(service.get("/health", "").text()).doesNotContain("redis");
      assertThat(redis(service.get("/health/detailed", service.admin)).text("status"))
          .isEqualTo("off");
      assertThat(service.get("/metrics", service.admin).text()).doesNotContain("\"redis\"");
    }
  }

  @Test
  void aWrongPassword_isNamedInDetail_withoutIt() throws Exception {
    try (var server = RedisServer.in(folder.resolve("redis"), "right");
        var service =
            RunningService.sharing(
                folder,
                RunningService.WIDE,
                RedisSettings.read("redis://:geheim@127.0.0.1:" + server.port()))) {
      Reply detailed = service.get("/health/detailed", service.admin);
      assertThat(redis(detailed).text("error")).contains("WRONGPASS invalid username-password");
      assertThat(detailed.text()).doesNotContain("geheim");
      assertThat(service.get("/health", "").text()).contains("degraded").doesNotContain("geheim");
    }
  }

  private static Json.Obj redis(Reply health) {
    return health.json().object("dependencies").object("redis");
  }

  private static String metric(RunningService service) throws Exception {
    String name = "qerberos_dependency_up{dependency=\"redis\"} ";
    return service
        .get("/metrics", service.admin)
        .text()
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()))
        .findFirst()
        .orElse("none");
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("it did not come about in 30 s").isLessThan(deadline);
      Thread.sleep(20);
    }
  }
}
