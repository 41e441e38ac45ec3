package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A real process, killed for real while it appends.
@Timeout(600)
class KillTest {
  private static final int ROUNDS = 3 * Integer.getInteger("seeds", 1);
  private static final long SEED = Long.getLong("seed", System.nanoTime());

  @TempDir Path temp;

  private Process child(Path folder, Path output, long seed) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            AppendingChild.class.getName(),
            folder.toString(),
            Long.toString(seed))
        .redirectOutput(output.toFile())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  @Test
  void killedUnderLoad_everythingAcknowledgedIsThereOnceAtItsIndex() throws Exception {
    Path folder = temp.resolve("ledger");
    Story story = new Story();
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      Path output = temp.resolve("output" + round);
      Process process = child(folder, output, round);
      while (process.isAlive() && Files.size(output) < 20_000) {
        Thread.sleep(5);
      }
      Thread.sleep(random.nextInt(400));
      process.destroyForcibly();
      assertThat(process.waitFor()).isEqualTo(128 + 9);
      // The last line may have been cut by the kill.
      String said = Files.readString(output);
      List<String> lines = said.substring(0, said.lastIndexOf('\n')).lines().toList();
      for (String line : lines) {
        story.heard(line);
      }
      story.check(new FolderStorage(folder), "killed in round " + round + ", seed " + SEED);
    }
    assertThat(story.acknowledged()).isGreaterThan(100);
  }

  @Test
  void openHere_anotherProcessIsRefused_evenAfterASecondTryHere() throws Exception {
    Path folder = temp.resolve("ledger");
    LedgerSettings settings = LedgerSettings.of(new FolderStorage(folder), new TestNames());
    try (Ledger ledger = Ledger.open(settings)) {
      ledger.append(List.of(Submission.of("a=1".getBytes(UTF_8))));
      List<String> refusals = new ArrayList<>();
      try (Ledger second = Ledger.open(settings)) {
        refusals.add("opened twice, size " + second.size());
      } catch (LedgerLocked e) {
        refusals.add("locked");
      }
      assertThat(refusals).containsExactly("locked");
      new Verifier(Trust.in(ledger.keys())).folder(new FolderStorage(folder), new TestNames());
      Process process = child(folder, temp.resolve("output"), 1);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(3);
    }
  }
}
