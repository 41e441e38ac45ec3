package qerberos.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.settings.RedisSettings;

class RedisLinkTest {
  @TempDir Path folder;

  @Test
  void commands_areCarriedOut_manyInOneRoundTrip() throws Exception {
    try (var server = RedisServer.in(folder);
        var link = server.link("one")) {
      assertThat(link.health()).isInstanceOf(RedisHealth.Up.class);
      String key = link.key("numbers");
      assertThat(key).isEqualTo("qerberos:one:numbers");
      List<List<String>> commands = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        commands.add(List.of("RPUSH", key, "zwölf " + i));
      }
      commands.add(List.of("INCR", key));
      List<Reply> replies = link.callAll(commands);
      assertThat(replies).hasSize(1_001).element(999).isEqualTo(new Reply.Whole(1_000));
      assertThat(replies.getLast())
          .isInstanceOfSatisfying(
              Reply.Refused.class, no -> assertThat(no.message()).startsWith("WRONGTYPE"));
      assertThat(link.call("LRANGE", key, "0", "1").many())
          .containsExactly(new Reply.Text("zwölf 0"), new Reply.Text("zwölf 1"));
      assertThat(link.call("GET", link.key("none"))).isEqualTo(new Reply.Nothing());
      assertThat(server.ask("--raw", "LINDEX", key, "7")).isEqualTo("zwölf 7");
      assertThatThrownBy(() -> link.call("INCR", key))
          .isInstanceOf(RedisUnavailable.class)
          .hasMessage(
              "redis://127.0.0.1:"
                  + server.port()
                  + "/0: INCR was refused: WRONGTYPE Operation against a key holding the wrong"
                  + " kind of value");
      assertThat(link.health()).as("a refusal is no loss").isInstanceOf(RedisHealth.Up.class);
    }
  }

  @Test
  void aScript_isSentOnce_andAgainWhenRedisForgotIt() throws Exception {
    Script script = Script.of("return {KEYS[1], ARGV[1], 7}");
    try (var server = RedisServer.in(folder);
        var link = server.link("one")) {
      for (int i = 0; i < 2; i++) {
        assertThat(link.run(script, List.of(link.key("k")), List.of("a")).many())
            .containsExactly(
                new Reply.Text("qerberos:one:k"), new Reply.Text("a"), new Reply.Whole(7));
        assertThat(server.ask("SCRIPT", "EXISTS", script.name())).isEqualTo("1");
        assertThat(server.ask("SCRIPT", "FLUSH")).isEqualTo("OK");
      }
    }
  }

  @Test
  void without_everyQuestionSaysSo() {
    try (var link = RedisLink.none()) {
      link.awaitFirst(Duration.ofDays(1));
      assertThat(link.health()).isEqualTo(new RedisHealth.Off());
      assertThatThrownBy(() -> link.call("PING"))
          .isInstanceOf(RedisUnavailable.class)
          .hasMessage("no Redis is configured");
    }
  }

  @Test
  void redisGone_isToldAtOnce_andIsBackByItself() throws Exception {
    try (var server = RedisServer.in(folder);
        var link = server.link("one")) {
      assertThat(link.call("INCR", link.key("n")).whole()).isEqualTo(1);
      server.stop();
      assertThatThrownBy(() -> link.call("INCR", link.key("n")))
          .isInstanceOf(RedisUnavailable.class);
      String where = "redis://127.0.0.1:" + server.port() + "/0: ";
      await(() -> link.health().equals(new RedisHealth.Down(where + "Connection refused")));
      assertThatThrownBy(() -> link.call("INCR", link.key("n")))
          .isInstanceOf(RedisUnavailable.class)
          .hasMessage(where + "Connection refused");
      server.start();
      await(() -> link.health() instanceof RedisHealth.Up);
      assertThat(link.call("INCR", link.key("n")).whole()).isEqualTo(2);
      server.kill();
      server.start();
      await(() -> link.health() instanceof RedisHealth.Up && works(link));
    }
  }

  @Test
  void absentAtTheStart_isFoundWhenItComes() throws Exception {
    try (var server = RedisServer.in(folder)) {
      server.stop();
      try (var link = server.link("one")) {
        assertThat(link.health()).isInstanceOf(RedisHealth.Down.class);
        server.start();
        await(() -> link.health() instanceof RedisHealth.Up);
      }
    }
  }

  /// Whoever asks after the first ones gets no answer at once: counted, not timed. With 200 callers
  /// one after the other that each waited, this would take a minute and a half.
  @Test
  void redisThatHangs_delaysOnlyThoseOnTheirWay() throws Exception {
    try (var server = RedisServer.in(folder);
        var link = server.link("one")) {
      server.pause();
      List<Future<Boolean>> callers = new ArrayList<>();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 50; i++) {
          callers.add(threads.submit(() -> works(link)));
        }
        for (Future<Boolean> caller : callers) {
          assertThat(caller.get()).isFalse();
        }
      }
      assertThat(link.health())
          .isEqualTo(
              new RedisHealth.Down(
                  "redis://127.0.0.1:" + server.port() + "/0: no answer within 500 ms"));
      int asked = 0;
      while (link.health() instanceof RedisHealth.Down && asked < 100_000) {
        assertThat(works(link)).isFalse();
        asked++;
      }
      assertThat(asked).as("asked while it hung").isEqualTo(100_000);
      server.resume();
      await(() -> link.health() instanceof RedisHealth.Up);
      assertThat(works(link)).isTrue();
    }
  }

  @Test
  void wrongPassword_isSaid_andNotShown() throws Exception {
    try (var server = RedisServer.in(folder, "right")) {
      var wrong = RedisSettings.read("redis://:geheim@127.0.0.1:" + server.port() + "/3");
      try (var link = RedisLink.open(Optional.of(wrong), "one")) {
        link.awaitFirst(Duration.ofSeconds(30));
        assertThat(link.health())
            .isEqualTo(
                new RedisHealth.Down(
                    "redis://127.0.0.1:"
                        + server.port()
                        + "/3: WRONGPASS invalid username-password pair or user is disabled"));
      }
      try (var link = server.link("one")) {
        assertThat(link.health()).isInstanceOf(RedisHealth.Up.class);
      }
    }
  }

  /// Those that the guide gives it, as it writes them.
  @Test
  void theRightsOfTheGuide_areEnough_andWithoutScriptsItIsDown() throws Exception {
    String guide = Files.readString(Path.of("../../cerberus/docs/several.md"));
    String rights = guide.lines().filter(line -> line.contains("ACL SETUSER")).findFirst().get();
    var news = new ConcurrentLinkedQueue<String>();
    try (var server = RedisServer.in(folder)) {
      assertThat(server.ask(rights.strip().split(" "))).isEqualTo("OK");
      var user = RedisSettings.read("redis://qerberos:PASSWORD@127.0.0.1:" + server.port() + "/1");
      try (var link = RedisLink.open(Optional.of(user), "one")) {
        link.awaitFirst(Duration.ofSeconds(30));
        assertThat(link.health()).isInstanceOf(RedisHealth.Up.class);
        assertThat(link.run(Script.of("return 1"), List.of(), List.of()).whole()).isOne();
        assertThat(link.call("XADD", link.key("s"), "*", "k", "v").text()).contains("-");
        Subscription all = link.subscribe(link.key("news"), hearing(news));
        await(() -> link.call("PUBLISH", link.key("news"), "heard").whole() == 1);
        await(() -> news.contains("heard"));
        all.close();
        assertThatThrownBy(() -> link.call("SET", "others", "1")).hasMessageContaining("NOPERM");
        assertThatThrownBy(() -> link.call("FLUSHALL")).hasMessageContaining("NOPERM");
      }
      assertThat(server.ask("ACL", "SETUSER", "qerberos", "-eval")).isEqualTo("OK");
      try (var link = RedisLink.open(Optional.of(user), "one")) {
        link.awaitFirst(Duration.ofSeconds(30));
        assertThat(link.health())
            .isInstanceOfSatisfying(
                RedisHealth.Down.class, down -> assertThat(down.reason()).contains("NOPERM"));
      }
    }
  }

  private static News hearing(Queue<String> heard) {
    return new News() {
      @Override
      public void begun() {}

      @Override
      public void heard(String message) {
        heard.add(message);
      }
    };
  }

  @Test
  void redisThatTakesNoWrites_isDown() throws Exception {
    try (var server = RedisServer.in(folder);
        var link = server.link("one")) {
      assertThat(server.ask("REPLICAOF", "127.0.0.1", "1")).isEqualTo("OK");
      await(
          () ->
              link.health() instanceof RedisHealth.Down(String reason)
                  && reason.contains("READONLY"));
      assertThat(server.ask("REPLICAOF", "NO", "ONE")).isEqualTo("OK");
      await(() -> link.health() instanceof RedisHealth.Up);
    }
  }

  @Test
  void whatIsPublished_isHeard_andAgainAfterALoss() throws Exception {
    var heard = new ConcurrentLinkedQueue<String>();
    var begun = new AtomicInteger();
    var news =
        new News() {
          @Override
          public void begun() {
            begun.incrementAndGet();
          }

          @Override
          public void heard(String message) {
            heard.add(message);
          }
        };
    try (var server = RedisServer.in(folder);
        var link = server.link("one");
        var other = server.link("two")) {
      Subscription subscription = link.subscribe(link.key("news"), news);
      await(() -> begun.get() == 1);
      assertThat(other.call("PUBLISH", other.key("news"), "of another").whole()).isZero();
      assertThat(other.call("PUBLISH", link.key("news"), "größer").whole()).isOne();
      await(() -> heard.contains("größer"));
      server.kill();
      server.start();
      await(() -> begun.get() == 2);
      await(() -> works(other));
      assertThat(other.call("PUBLISH", link.key("news"), "later").whole()).isOne();
      await(() -> heard.contains("later"));
      server.pause();
      await(() -> link.health() instanceof RedisHealth.Down);
      server.resume();
      await(() -> begun.get() == 3);
      subscription.close();
      await(() -> server.ask("PUBSUB", "CHANNELS").isEmpty());
      assertThat(heard).containsExactly("größer", "later");
    }
  }

  private static boolean works(RedisLink link) {
    try {
      return link.call("INCR", link.key("works")).whole() > 0;
    } catch (RedisUnavailable e) {
      return false;
    }
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
