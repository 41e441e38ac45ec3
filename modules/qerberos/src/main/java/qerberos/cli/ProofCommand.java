package qerberos.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `proof`: the file that proves, offline and for anybody, that an event is in the log.
@Command(
    name = "proof",
    header = "Fetch the proof that an event is in the log.",
    description = {
      "Fetch the proof that an event is in the log: one text file (c2sp.org/tlog-proof@v1) that",
      "\"qerberos verify\" and any C2SP client check without a server.",
      "Where no server runs it is made from the folder, against its last checkpoint."
    },
    mixinStandardHelpOptions = true)
final class ProofCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  @Parameters(paramLabel = "ID", description = "The event's id.")
  private String id = "";

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "Write it there instead of to standard output.")
  private @Nullable Path out;

  @Option(
      names = "--epoch",
      paramLabel = "ORIGIN",
      description = "Read a log that has ended (start --new-epoch) instead of the present one.")
  private @Nullable String epoch;

  @Option(
      names = "--witnessed",
      description = "Under the newest checkpoint that enough witnesses have cosigned.")
  private boolean witnessed;

  ProofCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure, IOException {
    try (Reads reads = Reads.of(epoch, data, around)) {
      byte[] proof = reads.proof(id, witnessed);
      if (out == null) {
        around.screen().out().write(proof);
        around.screen().out().flush();
        return Exit.OK;
      }
      Path file = around.workingDirectory().resolve(out);
      try {
        Files.write(file, proof);
      } catch (IOException e) {
        throw new Failure(Exit.CANNOT_WRITE, Reasons.of(e));
      }
      around.screen().out().println("proof written to " + file);
      return Exit.OK;
    }
  }
}
