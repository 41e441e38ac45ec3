package qerberos.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What a process costs is counted with its children, those that have ended too.
class ProcessTreeTest {
  @Test
  void whatAChildThatHasEndedUsed_isCounted() throws Exception {
    assumeTrue(ProcessTree.readable(), "needs /proc: run it on Linux");
    String burn = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
    Process process =
        new ProcessBuilder("sh", "-c", "sh -c '" + burn + "'; echo done; read line")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo("done");
      var tree = new ProcessTree(process.pid());
      assertThat(tree.cpuSeconds()).isGreaterThan(0.01);
      assertThat(tree.residentBytes()).isPositive();
      tree.end();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }
}
