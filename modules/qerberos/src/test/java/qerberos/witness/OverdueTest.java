package qerberos.witness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class OverdueTest {
  private long seconds;
  private final Overdue overdue = new Overdue(() -> Duration.ofSeconds(seconds).toNanos());

  @Test
  void nothingDue_nothingWaits_howeverLong() {
    seconds = 1_000;
    assertThat(overdue.waited()).isEmpty();
    overdue.cosigned(5);
    overdue.due(5);
    assertThat(overdue.waited()).as("the same size again, by another key").isEmpty();
  }

  @Test
  void theFirstThatIsNotCovered_countsFromWhenItWasDue() {
    overdue.due(5);
    seconds = 10;
    overdue.due(7);
    seconds = 15;
    assertThat(overdue.waited()).contains(Duration.ofSeconds(15));
  }

  @Test
  void whoIsSlowButComes_isMeasuredByTheNewestOnly() {
    overdue.due(5);
    seconds = 10;
    overdue.due(7);
    seconds = 12;
    overdue.cosigned(5);
    assertThat(overdue.waited()).contains(Duration.ofSeconds(2));
    overdue.cosigned(7);
    assertThat(overdue.waited()).isEmpty();
    overdue.cosigned(6);
    assertThat(overdue.waited()).isEmpty();
  }
}
