package qerberos.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Privacy;
import qerberos.event.Treatment;
import qerberos.redis.RedisServer;
import qerberos.trail.Follower;

/// The bus in a real Redis: read as consumers read it, gone and back again.
class RedisCarrierTest {
  private static final String ALERT =
      """
      {"what":{"status":"firing","change":"fired","summary":"Trouble","source":"alertmanager",\
      "description":"Call Erika Mustermann","instance":"10.0.0.1:80"}}\
      """;

  @TempDir Path folder = Path.of(".");

  @Test
  void everyEntry_isThereOnce_inTheOrderOfTheLog() throws Exception {
    try (var redis = RedisServer.in(folder.resolve("redis"));
        var own = new OwnTrail(folder.resolve("data"))) {
      own.callers(700);
      try (var bus = carried(own, redis, 100_000)) {
        own.callers(700);
        own.own("notification.admin_alert", "alert:a1", "critical", ALERT);
        own.callers(1_700);
        arrived(own, bus);
      }
      assertWhole(own, redis, 0);
      List<RedisConsumer.Entry> alerts = new RedisConsumer(redis).all(Topic.ALERT_CREATED);
      assertThat(alerts).singleElement().matches(one -> one.id().equals("1401-0"));
      assertThat(new RedisConsumer(redis).all(Topic.ALERT_UPDATED)).isEmpty();
    }
  }

  @Test
  void restarted_goesOnBehindWhatIsThere() throws Exception {
    try (var redis = RedisServer.in(folder.resolve("redis"))) {
      for (int i = 0; i < 3; i++) {
        try (var own = new OwnTrail(folder.resolve("data"));
            var bus = carried(own, redis, 100_000)) {
          own.callers(600);
          if (i < 2) {
            arrived(own, bus); // the last time it may be closed before it has come to the end
          }
        }
      }
      try (var own = new OwnTrail(folder.resolve("data"));
          var bus = carried(own, redis, 100_000)) {
        arrived(own, bus);
        assertWhole(own, redis, 0);
      }
    }
  }

  @Test
  void redisGoneAndBack_withWhatItHad_getsTheRest() throws Exception {
    try (var redis = RedisServer.in(folder.resolve("redis"));
        var own = new OwnTrail(folder.resolve("data"));
        var bus = carried(own, redis, 100_000)) {
      own.callers(600);
      arrived(own, bus);
      redis.stop();
      own.callers(600);
      awaitFailing(bus);
      assertThat(follower(bus).lag()).isEqualTo(600);
      redis.start();
      own.callers(10);
      arrived(own, bus);
      assertThat(follower(bus).failure()).isEmpty();
      assertWhole(own, redis, 0);
    }
  }

  @Test
  void redisGoneAndBack_withNothing_getsWhatItWouldHave_andTheRest() throws Exception {
    for (int keeps : List.of(1_000, 100_000)) {
      Path place = folder.resolve("keeps-" + keeps);
      try (var redis = RedisServer.in(place.resolve("redis"));
          var own = new OwnTrail(place.resolve("data"));
          var bus = carried(own, redis, keeps)) {
        own.callers(3_000);
        arrived(own, bus);
        awaitCursor(own, 3_000);
        redis.kill();
        own.callers(600);
        awaitFailing(bus);
        redis.start();
        arrived(own, bus);
        assertWhole(own, redis, Math.max(0, 3_600 - keeps));
      }
    }
  }

  @Test
  void redisWithoutRoom_getsAllOfIt_whenThereIsRoom() throws Exception {
    try (var redis = RedisServer.in(folder.resolve("redis"));
        var own = new OwnTrail(folder.resolve("data"));
        var bus = carried(own, redis, 100_000)) {
      own.callers(500);
      arrived(own, bus);
      assertThat(redis.ask("CONFIG", "SET", "maxmemory", "2mb")).isEqualTo("OK");
      own.callers(5_000);
      awaitFailing(bus);
      assertThat(follower(bus).failure())
          .hasValueSatisfying(said -> assertThat(said).contains("OOM command not allowed"));
      assertThat(redis.ask("CONFIG", "SET", "maxmemory", "0")).isEqualTo("OK");
      arrived(own, bus);
      assertWhole(own, redis, 0);
    }
  }

  @Test
  void absentAtTheStart_isFilledWhenItComes() throws Exception {
    try (var redis = RedisServer.in(folder.resolve("redis"));
        var own = new OwnTrail(folder.resolve("data"))) {
      redis.stop();
      own.callers(50);
      try (var bus = carried(own, redis, 100_000)) {
        awaitFailing(bus);
        redis.start();
        arrived(own, bus);
        assertWhole(own, redis, 0);
      }
    }
  }

  @Test
  void streamsOfAnotherLog_areLeftAsTheyAre() throws Exception {
    try (var redis = RedisServer.in(folder.resolve("redis"))) {
      try (var one = new OwnTrail(folder.resolve("one"));
          var bus = carried(one, redis, 100_000)) {
        one.callers(20);
        arrived(one, bus);
      }
      try (var other = new OwnTrail(folder.resolve("other"))) {
        for (int more : List.of(5, 50)) {
          other.callers(more);
          try (var bus = carried(other, redis, 100_000)) {
            awaitFailing(bus);
            assertThat(follower(bus).failure())
                .hasValueSatisfying(said -> assertThat(said).contains("put them aside"));
          }
        }
        assertThat(new RedisConsumer(redis).all(Topic.AUDIT_LOGGED)).hasSize(20);
        String stream = Topic.AUDIT_LOGGED.text();
        assertThat(redis.ask("RENAME", stream, stream + ":old")).isEqualTo("OK");
        try (var bus = carried(other, redis, 100_000)) {
          arrived(other, bus);
          assertWhole(other, redis, 0);
        }
      }
    }
  }

  @Test
  void whatIsPersonal_isInNoStream() throws Exception {
    List<Privacy.Rule> rules = new ArrayList<>(Privacy.defaults().rules());
    rules.add(new Privacy.Rule("*", "details.what.description", Treatment.SEAL));
    var privacy = new Privacy(Privacy.defaults().names(), rules);
    try (var redis = RedisServer.in(folder.resolve("redis"));
        var own = new OwnTrail(folder.resolve("data"), privacy)) {
      for (int i = 0; i < 2; i++) {
        // Both from the log, at the start, and from memory.
        own.callers(20);
        own.own("notification.admin_alert", "alert:a" + i, "critical", ALERT);
        try (var bus = carried(own, redis, 100_000)) {
          arrived(own, bus);
          own.callers(20);
          own.own("notification.admin_alert", "alert:b" + i, "critical", ALERT);
          arrived(own, bus);
        }
      }
      assertThat(own.trail.events().read(20).event().details().toString()).contains("Erika");
      for (Topic topic : Topic.values()) {
        String all = redis.ask("XRANGE", topic.text(), "-", "+");
        assertThat(all).doesNotContain("192.0.2.77", "alice@example.org", "Erika");
      }
      assertThat(new RedisConsumer(redis).all(Topic.ALERT_CREATED)).hasSize(4);
    }
  }

  private static Bus carried(OwnTrail own, RedisServer redis, long keeps) {
    return Bus.carried(own.trail, own.state.cursors(), new RedisCarrier(redis.settings(), keeps));
  }

  private static Follower follower(Bus bus) {
    return bus.follower().orElseThrow();
  }

  /// Everything that is in the log now was taken.
  private static void arrived(OwnTrail own, Bus bus) throws Exception {
    await("the bus at the end of the log", () -> follower(bus).next() >= own.size());
    await("no failure", () -> follower(bus).failure().isEmpty());
  }

  private static void awaitFailing(Bus bus) throws Exception {
    await("a failure", () -> follower(bus).failure().isPresent());
  }

  private static void awaitCursor(OwnTrail own, long next) throws Exception {
    String name = "bus " + own.trail.ledger().origin();
    await("the cursor", () -> own.state.cursors().next(name).orElse(0) >= next);
  }

  /// From that entry on, or from some before it, everything, once, in order, and as it is told
  /// inside.
  private static void assertWhole(OwnTrail own, RedisServer redis, long from) throws Exception {
    List<RedisConsumer.Entry> all = new RedisConsumer(redis).all(Topic.AUDIT_LOGGED);
    assertThat(all).isNotEmpty();
    long first = all.getFirst().leafIndex();
    assertThat(first).isLessThanOrEqualTo(from);
    assertThat(all).hasSize((int) (own.size() - first));
    try (var inside = Bus.inside(own.trail)) {
      Subscription consumer = inside.subscribe(Topic.AUDIT_LOGGED, first);
      List<Message> told = new ArrayList<>();
      while (consumer.lag() > 0) {
        told.addAll(consumer.next(256, Duration.ZERO));
      }
      for (int i = 0; i < told.size(); i++) {
        assertThat(all.get(i).leafIndex()).isEqualTo(first + i);
        assertThat(all.get(i).message())
            .isEqualTo(new String(told.get(i).json(), StandardCharsets.UTF_8));
      }
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(String what, Condition condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as(what + " within 60 s").isLessThan(deadline);
      Thread.sleep(20);
    }
  }
}
