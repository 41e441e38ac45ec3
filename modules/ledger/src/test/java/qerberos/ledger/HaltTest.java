package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A ledger that is told to halt takes and signs nothing more, and stays readable.
@Timeout(60)
class HaltTest {
  private final FaultyStorage disk = new FaultyStorage();

  @Test
  void afterAHalt_nothingIsTakenOrSigned_andAllIsRead() throws Exception {
    LedgerSettings settings =
        LedgerSettings.of(disk, Story.NAMES).withPublishEvery(Duration.ofSeconds(10));
    byte[] signed;
    try (Ledger ledger = Ledger.open(settings)) {
      ledger.append(List.of(Submission.of("a=1".getBytes(UTF_8))));
      signed = ledger.awaitCheckpoint(1, Duration.ofSeconds(30));
      ledger.append(List.of(Submission.of("b=1".getBytes(UTF_8))));
      ledger.halt("another history was seen");
      assertThat(ledger.append(List.of(Submission.of("c=1".getBytes(UTF_8)))).getFirst())
          .isInstanceOf(Appended.Failed.class);
      assertThat(ledger.status().stopped()).isEqualTo("another history was seen");
      assertThatThrownBy(() -> ledger.awaitCheckpoint(2, Duration.ofSeconds(30)))
          .isInstanceOf(TimeoutException.class)
          .hasMessageContaining("another history");
      assertThat(ledger.entry(1).leaf()).isEqualTo("b=1".getBytes(UTF_8));
      assertThat(ledger.proof(0).verify("a=1".getBytes(UTF_8), Trust.in(ledger.keys())).size())
          .isEqualTo(1);
    }
    assertThat(SmallFile.read(disk, Publisher.FILE)).as("not at the end either").isEqualTo(signed);
  }
}
