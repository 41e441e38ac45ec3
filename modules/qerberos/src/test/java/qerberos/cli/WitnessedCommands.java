package qerberos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/// Runs `verify` for tests of other packages.
public final class WitnessedCommands {
  private final Path folder;

  public WitnessedCommands(Path folder) {
    this.folder = folder;
  }

  /// What it says on both streams, after it ended with this status.
  public String verify(int status, String... words) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    var stream = new PrintStream(said, true, StandardCharsets.UTF_8);
    var around =
        new Surroundings(
            folder,
            folder.resolve("qerberos"),
            folder,
            Map.of(),
            new ByteArrayInputStream(new byte[0]),
            new Screen(stream, stream, "", 100, Map.of()),
            Clock.systemUTC());
    String[] all = new String[words.length + 1];
    all[0] = "verify";
    System.arraycopy(words, 0, all, 1, words.length);
    int ended = new Commands(around).run(all);
    String text = said.toString(StandardCharsets.UTF_8);
    assertThat(ended).as(String.join(" ", all) + "\n" + text).isEqualTo(status);
    return text;
  }
}
