package qerberos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.redis.RedisServer;

/// Several processes on one folder, with a real Redis: what was counted outlives the one that
/// counted it.
class LimitsOutliveTest {
  private static final int LIMIT = 20;

  @TempDir Path folder;

  @Test
  void theWriterIsKilled_andWhoeverWasBeyondALimitStillIs() throws Exception {
    Path data = folder.resolve("data");
    try (var redis = RedisServer.in(folder.resolve("redis"), "geheim")) {
      List<String> environment =
          List.of(
              "/usr/bin/env",
              "QERBEROS_REDIS_URL=" + redis.url(),
              "QERBEROS_RATE_LIMIT_MAX=" + LIMIT,
              "QERBEROS_RATE_LIMIT_BURST=" + LIMIT,
              "QERBEROS_RATE_LIMIT_WINDOW=1h");
      try (var writer = ServerProcess.start(environment, data, data, "--join");
          var other = ServerProcess.start(environment, data, data, "--join")) {
        int passed = 0;
        while (status(passed % 2 == 0 ? writer : other) == 200) {
          passed++;
        }
        assertThat(passed).isEqualTo(LIMIT);
        assertThat(status(writer)).isEqualTo(429);
        writer.kill();
        int now = status(other);
        for (int i = 0; i < 30 && now == 503; i++) {
          now = status(other);
        }
        assertThat(now).isEqualTo(429);
        assertThat(new String(other.get("/health/detailed").body(), UTF_8))
            .contains("\"role\":\"writer\"", "\"redis\":{\"status\":\"up\"")
            .doesNotContain("geheim");
      }
    }
  }

  private static int status(ServerProcess process) throws Exception {
    return process.get("/audit?limit=1").statusCode();
  }
}
