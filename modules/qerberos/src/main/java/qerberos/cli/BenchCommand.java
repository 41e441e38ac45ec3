package qerberos.cli;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `bench`: runs a program of the module `benchmarks`, which the launcher puts on the class path.
@Command(
    name = "bench",
    header = "Measure on this machine.",
    description = {
      "Measure on this machine: ingest, search, ledger, verify, startup, peers.",
      "Figures with their conditions are in modules/benchmarks/RESULTS.md."
    },
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  private final Surroundings around;

  @Parameters(
      paramLabel = "NAME [KEY=VALUE...]",
      description = "Which benchmark, and what to do differently; without it, the list.")
  private List<String> words = new ArrayList<>();

  BenchCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Exception {
    try {
      Class.forName("qerberos.benchmarks.Bench")
          .getMethod("main", String[].class)
          .invoke(null, (Object) words.toArray(String[]::new));
      return Exit.OK;
    } catch (ClassNotFoundException e) {
      throw new Failure(
          Exit.CANNOT_TELL,
          "the benchmarks are not on the class path; run them with "
              + around.launcher()
              + " bench, which builds them");
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException wrong) {
        throw new Failure(Exit.USAGE, String.valueOf(wrong.getMessage()));
      }
      throw e;
    }
  }
}
