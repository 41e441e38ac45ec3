package qerberos.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.settings.RedisSettings;

class StreamsTest {
  private static final String STREAM = "q.qerberos.test.v1";

  @TempDir Path folder = Path.of(".");

  @Test
  void whatIsPutAgain_isThereOnce_andTheEndIsKnown() throws Exception {
    try (var server = RedisServer.in(folder);
        var streams = Streams.to(server.settings(), "message", 1_000)) {
      assertThatThrownBy(() -> put(streams, 1)).hasMessageEndingWith(": not connected");
      assertThat(streams.begin(STREAM)).isEmpty();
      streams.settle();
      for (long id : new long[] {1, 2, 3}) {
        put(streams, id);
      }
      streams.settle();
      for (long id : new long[] {2, 3, 5}) {
        put(streams, id);
      }
      streams.settle();
      assertThat(server.ask("XLEN", STREAM)).isEqualTo("4");
      Streams.Last last = streams.begin(STREAM).orElseThrow();
      assertThat(last.id()).isEqualTo(5);
      assertThat(last.value()).hasValueSatisfying(it -> assertThat(it).isEqualTo(value(5)));
      assertThat(server.ask("XTRIM", STREAM, "MAXLEN", "0")).isEqualTo("4");
      Streams.Last cut = streams.begin(STREAM).orElseThrow();
      assertThat(cut.id()).isEqualTo(5);
      assertThat(cut.value()).isEmpty();
    }
  }

  @Test
  void whatWasNotSettled_isNotThere() throws Exception {
    try (var server = RedisServer.in(folder);
        var streams = Streams.to(server.settings(), "message", 1_000)) {
      assertThat(streams.begin(STREAM)).isEmpty();
      put(streams, 1);
      assertThat(streams.begin(STREAM)).isEmpty();
      put(streams, 1);
      server.kill();
      assertThatThrownBy(streams::settle).isInstanceOf(RedisUnavailable.class);
      assertThatThrownBy(() -> put(streams, 2)).hasMessageEndingWith(": not connected");
      server.start();
      assertThat(streams.begin(STREAM)).isEmpty();
    }
  }

  @Test
  void theRightsOfTheGuide_areEnough() throws Exception {
    String guide = Files.readString(Path.of("../../cerberus/docs/several.md"));
    String rights = guide.lines().filter(line -> line.contains("ACL SETUSER")).findFirst().get();
    try (var server = RedisServer.in(folder)) {
      assertThat(server.ask(rights.strip().split(" "))).isEqualTo("OK");
      var user = RedisSettings.read("redis://qerberos:PASSWORD@127.0.0.1:" + server.port() + "/1");
      try (var streams = Streams.to(user, "message", 1_000)) {
        assertThat(streams.begin(STREAM)).isEmpty();
        put(streams, 1);
        streams.settle();
        assertThat(streams.begin(STREAM)).isPresent();
        streams.put("others".getBytes(UTF_8), 1, value(1));
        assertThatThrownBy(streams::settle).hasMessageContaining("NOPERM");
      }
    }
  }

  private static void put(Streams streams, long id) throws RedisUnavailable {
    streams.put(STREAM.getBytes(UTF_8), id, value(id));
  }

  private static byte[] value(long id) {
    return ("{\"zwölf\":" + id + "}").getBytes(UTF_8);
  }
}
