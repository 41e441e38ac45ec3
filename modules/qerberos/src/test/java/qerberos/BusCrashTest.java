package qerberos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.bus.RedisConsumer;
import qerberos.bus.Topic;
import qerberos.redis.RedisServer;

/// The real process with a real Redis, killed while it publishes: every entry of the log is in its
/// stream once.
class BusCrashTest {
  private static final Pattern QUEUED =
      Pattern.compile("\"bus\":\\{\"state\":\"running\",\"queueDepth\":0\\}");

  @TempDir Path folder = Path.of(".");

  @Test
  void killedWhilePublishing_everyEntryIsThereOnce() throws Exception {
    Path data = folder.resolve("data");
    try (var redis = RedisServer.in(folder.resolve("redis"))) {
      String config = config(redis);
      int batch = 0;
      for (int life = 0; life < 3; life++) {
        try (var server = ServerProcess.start(data, "--config", config)) {
          for (int i = 0; i < 5; i++) {
            batch(server, batch++);
          }
          server.kill(); // the last batches are on their way to Redis, or not begun
        }
      }
      try (var server = ServerProcess.start(data, "--config", config)) {
        awaitEnd(server);
        List<RedisConsumer.Entry> all = new RedisConsumer(redis).all(Topic.AUDIT_LOGGED);
        for (int i = 0; i < all.size(); i++) {
          assertThat(all.get(i).leafIndex()).isEqualTo(i);
        }
        String size = new String(server.get("/log/checkpoint").body(), StandardCharsets.US_ASCII);
        assertThat(all.size()).isGreaterThanOrEqualTo(Integer.parseInt(size.split("\n", -1)[1]));
        long ours = all.stream().filter(one -> one.message().contains("\"bus.test\"")).count();
        assertThat(ours).isEqualTo(batch * 1_000L);
      }
    }
  }

  private String config(RedisServer redis) throws IOException {
    Path config = Files.createDirectory(folder.resolve("config"));
    for (String name : List.of("identities.yaml", "grants.yaml")) {
      Path ignored = Files.copy(Path.of("config", name), config.resolve(name));
    }
    Path url = Files.writeString(folder.resolve("redis.url"), redis.url() + "\n");
    Path ignored =
        Files.writeString(
            config.resolve("qerberos.yaml"), "state:\n  redisFile: \"" + url + "\"\n");
    return config.toString();
  }

  private static void batch(ServerProcess server, int number) throws Exception {
    var lines = new StringBuilder();
    for (int i = 0; i < 1_000; i++) {
      lines
          .append("{\"id\":\"b-")
          .append(number)
          .append('-')
          .append(i)
          .append("\",\"type\":\"bus.test\",\"ref\":\"x:1\",\"layer\":\"application\",")
          .append("\"verdict\":\"ALLOW\",\"actor\":{\"squidId\":\"did:squid:alice\"}}\n");
    }
    var answer = server.post("/audit/batch", "application/x-ndjson", lines.toString());
    assertThat(answer.statusCode()).isIn(200, 201, 207);
  }

  private static void awaitEnd(ServerProcess server) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    String health = "";
    while (!QUEUED.matcher(health).find()) {
      assertThat(System.nanoTime()).as("lag 0 within 60 s: %s", health).isLessThan(deadline);
      Thread.sleep(50);
      health = new String(server.get("/health/detailed").body(), StandardCharsets.UTF_8);
    }
  }
}
