package qerberos.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisSettingsTest {
  @TempDir Path home;

  @Test
  void withoutAUrl_thereIsNoRedis() throws Exception {
    assertThat(load(Map.of()).redis()).isEmpty();
    assertThat(load(Map.of("QERBEROS_REDIS_URL", "")).redis()).isEmpty();
  }

  @Test
  void aUrl_isTakenApart() {
    assertThat(RedisSettings.read("redis://localhost"))
        .isEqualTo(
            new RedisSettings(false, "localhost", 6379, Optional.empty(), Optional.empty(), 0));
    assertThat(RedisSettings.read("rediss://us%40er:a+b%2Fc:d@[::1]:7000/12"))
        .isEqualTo(
            new RedisSettings(true, "::1", 7000, Optional.of("us@er"), Optional.of("a+b/c:d"), 12));
    assertThat(RedisSettings.read("redis://:word@10.0.0.7/"))
        .isEqualTo(
            new RedisSettings(false, "10.0.0.7", 6379, Optional.empty(), Optional.of("word"), 0));
  }

  @Test
  void thePassword_isNeverShown() throws Exception {
    Settings settings =
        load(Map.of("QERBEROS_REDIS_URL", "redis://cerberus:geheim@redis.internal:6380/1"));
    assertThat(settings.values().effective()).containsEntry("QERBEROS_REDIS_URL", "***");
    assertThat(settings.redis().orElseThrow()).hasToString("redis://redis.internal:6380/1");
    assertThat(settings.toString()).doesNotContain("geheim");
  }

  @Test
  void earlierNames_andFiles_countToo() throws Exception {
    Path file = Files.writeString(home.resolve("redis"), "redis://:geheim@r:1/2\n");
    for (Map<String, String> said :
        List.of(
            Map.of("REDIS_URL", "redis://:geheim@r:1/2", "EVENT_BUS_URL", "redis://other"),
            Map.of("EVENT_BUS_URL", "redis://:geheim@r:1/2"),
            Map.of("QERBEROS_REDIS_URL_FILE", file.toString()))) {
      assertThat(load(said).redis()).contains(RedisSettings.read("redis://:geheim@r:1/2"));
    }
  }

  @Test
  void whatIsNoUrlOfRedis_isRefused_withoutShowingIt() {
    for (String bad :
        List.of(
            "localhost:6379",
            "http://:geheim@localhost",
            "redis://",
            "redis://:geheim@",
            "redis://geheim@localhost",
            "redis://:geheim@localhost/zero",
            "redis://:geheim@localhost:70000",
            "redis://:geheim@localhost/0?timeout=1",
            "redis://:ge#heim@localhost",
            "redis://:gehe%im@localhost",
            "redis://:ge heim@localhost")) {
      SettingsFaults refused =
          catchThrowableOfType(SettingsFaults.class, () -> load(Map.of("QERBEROS_REDIS_URL", bad)));
      assertThat(refused).as(bad).isNotNull();
      assertThat(refused.faults())
          .as(bad)
          .containsExactly(
              "QERBEROS_REDIS_URL: ***, want a URL such as redis://localhost:6379,"
                  + " redis://user:password@localhost:6379/0 or rediss://... for TLS, with %40 for"
                  + " @ and the like in a password, or nothing");
    }
  }

  private Settings load(Map<String, String> environment) throws SettingsFaults {
    return new Loader(home, home, environment, Map.of()).load();
  }
}
