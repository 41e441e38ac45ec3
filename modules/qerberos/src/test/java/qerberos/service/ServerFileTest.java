package qerberos.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerFileTest {
  @TempDir Path data = Path.of(".");

  @Test
  void whatIsWritten_isReadBack() throws Exception {
    ServerFile file = file(ProcessHandle.current().pid(), Instant.now());
    file.write(data);
    assertThat(ServerFile.in(data)).contains(file);
    assertThat(file.isAlive()).isTrue();
    assertThat(data).isDirectoryContaining("glob:**/server.json");
  }

  @Test
  void aFolderWithoutAServer_hasNone() throws Exception {
    assertThat(ServerFile.in(data)).isEmpty();
    assertThat(ServerFile.in(data.resolve("nowhere"))).isEmpty();
  }

  @Test
  void whatIsNotOurs_countsAsNone() throws Exception {
    for (String text : List.of("", "{", "[]", "{}", "{\"pid\":\"x\"}", "\u0000\u0001")) {
      Path ignored = Files.writeString(data.resolve("server.json"), text);
      assertThat(ServerFile.in(data)).as(text).isEmpty();
    }
  }

  @Test
  void aNumberThatWentToAnotherProgramSince_isNotAlive() {
    Instant longAgo = Instant.parse("2020-01-01T00:00:00Z");
    assertThat(file(ProcessHandle.current().pid(), longAgo).isAlive()).isFalse();
    assertThat(file(Integer.MAX_VALUE, Instant.now()).isAlive()).isFalse();
  }

  @Test
  void onlyItsOwnProcessRemovesIt() throws Exception {
    file(4711, Instant.now()).write(data);
    ServerFile.remove(data, 4712);
    assertThat(ServerFile.in(data)).isPresent();
    ServerFile.remove(data, 4711);
    assertThat(ServerFile.in(data)).isEmpty();
  }

  private static ServerFile file(long pid, Instant startedAt) {
    return new ServerFile(
        pid,
        startedAt,
        URI.create("http://localhost:3000"),
        3000,
        3010,
        0,
        "1.0.0",
        List.of("--port", "0"),
        "");
  }
}
