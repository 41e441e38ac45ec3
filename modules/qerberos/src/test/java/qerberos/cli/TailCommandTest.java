package qerberos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.cli.Program.Ended;
import qerberos.intake.AnyJson;

/// `tail` as a process of its own, ended as a person ends it.
class TailCommandTest {
  @TempDir Path folder = Path.of(".");
  private final List<Process> begun = new ArrayList<>();

  @AfterEach
  void nothingIsLeftRunning() {
    begun.forEach(Process::destroyForcibly);
  }

  private Process tail() {
    return begun.getFirst();
  }

  private Path out() {
    return folder.resolve("tail.out");
  }

  private List<String> lines(int atLeast) throws IOException, InterruptedException {
    List<String> lines = Files.readAllLines(out());
    while (lines.size() < atLeast) {
      assertThat(tail().isAlive()).as(Files.readString(folder.resolve("tail.err"))).isTrue();
      Thread.sleep(50);
      lines = Files.readAllLines(out());
    }
    return lines;
  }

  private void begin(ChildServer server, String... words) throws IOException {
    begun.add(
        server
            .command(List.of(words), "64m")
            .redirectOutput(out().toFile())
            .redirectError(folder.resolve("tail.err").toFile())
            .start());
  }

  @Test
  void eventsComeOnce_alsoOverAKilledServer_andCtrlCEndsWithZero() throws Exception {
    try (var server = new ChildServer(folder, "128m")) {
      server.post("before.test", 0, 5);
      begin(server, "tail", "type:tail.test OR type:before.test", "--since", "1h", "--json");
      assertThat(lines(5)).hasSize(5);
      for (int i = 0; i < 4; i++) {
        server.post("tail.test", i * 10, 10);
        if (i % 2 == 1) {
          server.killAndStartAgain();
        }
      }
      server.post("tail.test", 40, 10);
      List<String> lines = lines(55);
      assertThat(lines).hasSize(55);
      for (int i = 0; i < 50; i++) {
        Reply event = new Reply(AnyJson.read(lines.get(i + 5).getBytes(StandardCharsets.UTF_8)));
        assertThat(event.at("id").text()).isEqualTo("tail.test-" + i);
      }
      assertThat(new ProcessBuilder("kill", "-INT", "" + tail().pid()).start().waitFor()).isZero();
      assertThat(tail().waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(tail().exitValue()).isZero();
      String err = Files.readString(folder.resolve("tail.err"));
      System.out.print(err);
      assertThat(err).contains("trying again").contains("connected again").doesNotContain("\tat ");
    }
  }

  @Test
  void linesForPeople_areEscaped_andRefusalsEndIt() throws Exception {
    try (var server = new ChildServer(folder, "128m")) {
      begin(server, "tail", "type:plain.test", "--since", "1d");
      server.post("plain.test", 0, 1);
      String line = lines(1).getFirst();
      assertThat(line).contains("  ALLOW  plain.test  did:squid:ada  =x:0  plain.test-0");
      assertThat(line).doesNotContain("\u001b");
      assertThat(server.here("search", "type:kept.test", "--save", "kept").status()).isZero();
      server.post("kept.test", 0, 2);
      tail().destroyForcibly().onExit().join();
      begun.clear();
      begin(server, "tail", "--saved", "kept", "--since", "1d");
      assertThat(lines(2)).allMatch(one -> one.contains("  kept.test  "));
      Ended bad = server.here("tail", "type:(");
      assertThat(bad.status()).isEqualTo(Exit.FAILED);
      assertThat(bad.err()).contains("qerberos:   type:(\n").endsWith("^\n");
      tail().destroyForcibly().onExit().join();
      server.stop();
      Ended none = server.here("tail");
      assertThat(none.status()).isEqualTo(Exit.CANNOT_TELL);
      assertThat(none.err())
          .isEqualTo(
              "qerberos: tail needs a running server, and no server runs on "
                  + server.data()
                  + "; start one with: qerberos start --data "
                  + server.data()
                  + "\n");
    }
  }
}
