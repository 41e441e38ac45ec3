package qerberos.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.notice.KeptNotice;
import qerberos.notice.Notice;
import qerberos.notice.Severity;
import qerberos.redis.RedisHealth;
import qerberos.redis.RedisLink;
import qerberos.redis.RedisServer;
import qerberos.settings.StatePlace;
import qerberos.settings.StateSettings;
import qerberos.state.PostgresServer;
import qerberos.state.State;
import qerberos.state.Telling;

/// Two rooms that share one PostgreSQL and one Redis, both real.
class RedisNewsTest {
  private static final String ALICE = "did:squid:alice";
  private static final Duration FOR_EVER = Duration.ofDays(1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;
  private int kept;

  /// As a process has it.
  private record Member(State state, Room room, RedisLink link, RedisNews news)
      implements AutoCloseable {
    static Member at(StatePlace place, RedisServer redis) {
      State state =
          State.open(
              new StateSettings(place, 4, Duration.ofSeconds(5), Duration.ofSeconds(5)),
              Clock.systemUTC());
      RedisLink link = redis.link("shop");
      Room room = new Room();
      RedisNews news = RedisNews.between(link, room).orElseThrow();
      state.notices().tell(room);
      state.notices().tell(news);
      return new Member(state, room, link, news);
    }

    @Override
    public void close() {
      news.close();
      link.close();
      state.close();
    }
  }

  private void keep(Member by) throws Exception {
    by.state()
        .notices()
        .keep(
            List.of(
                new Notice(
                    "n" + ++kept,
                    ALICE,
                    "note",
                    Severity.INFO,
                    "",
                    "x",
                    Instant.now(),
                    Map.of(),
                    List.of())),
            Telling.NOTHING);
  }

  private static Thread waiting(Room.Listener listener) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                listener.await(FOR_EVER);
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
  }

  @Test
  void whatOneKeeps_wakesTheOther_andAgainWhenRedisIsBack() throws Exception {
    try (RedisServer redis = RedisServer.in(folder.resolve("redis"));
        PostgresServer postgres = new PostgresServer(folder.resolve("postgres"))) {
      StatePlace place = postgres.place();
      try (Member one = Member.at(place, redis);
          Member other = Member.at(place, redis);
          Room.Listener here = one.room().join(Set.of(ALICE));
          Room.Listener there = other.room().join(Set.of(ALICE))) {
        heardByBoth(one, other, here, there);
        redis.stop();
        await(one.link(), RedisHealth.Down.class);
        here.await(Duration.ofMillis(1));
        Thread local = waiting(here);
        keep(one);
        assertThat(local.join(PATIENCE)).as("the same process hears without Redis").isTrue();
        Thread back = waiting(there);
        redis.start();
        assertThat(back.join(PATIENCE)).as("whoever was not told looks when it is back").isTrue();
        await(one.link(), RedisHealth.Up.class);
        heardByBoth(one, other, here, there);
        List<KeptNotice> all = other.state().notices().notices(Set.of(ALICE), ALICE, 0, 100);
        assertThat(all).hasSize(kept);
      }
    }
  }

  /// News may come before the subscription begins, so it is told until it is heard.
  private void heardByBoth(Member one, Member other, Room.Listener here, Room.Listener there)
      throws Exception {
    for (Member from : List.of(one, other)) {
      Thread first = waiting(here);
      Thread second = waiting(there);
      for (int i = 0; i < 600 && (first.isAlive() || second.isAlive()); i++) {
        keep(from);
        boolean ignored = first.join(Duration.ofMillis(50)) && second.join(Duration.ofMillis(50));
      }
      assertThat(first.isAlive() || second.isAlive()).isFalse();
    }
    Thread.sleep(500);
    here.await(Duration.ofMillis(1));
    there.await(Duration.ofMillis(1));
  }

  private static void await(RedisLink link, Class<?> health) throws InterruptedException {
    Instant end = Instant.now().plus(PATIENCE);
    while (!health.isInstance(link.health())) {
      assertThat(Instant.now()).as("it never was " + health).isBefore(end);
      Thread.sleep(20);
    }
  }
}
