package qerberos.notice;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HourBudgetTest {
  private static final Instant NOW = Messages.AT;

  @Test
  void whenUsedUp_saysHowLongUntilTheOldestIsAnHourOld() {
    var budget = new HourBudget(3, List.of());
    for (int minute = 0; minute < 3; minute++) {
      assertThat(budget.take(NOW.plus(Duration.ofMinutes(minute)), false)).isEmpty();
    }
    assertThat(budget.take(NOW.plus(Duration.ofMinutes(10)), true))
        .contains(Duration.ofMinutes(50));
    assertThat(budget.take(NOW.plus(Duration.ofMinutes(60)), false)).isEmpty();
    assertThat(budget.take(NOW.plus(Duration.ofMinutes(60)), false))
        .contains(Duration.ofMinutes(1));
  }

  @Test
  void aQuarterIsKeptForWhatIsCritical() {
    var budget = new HourBudget(8, List.of());
    for (int i = 0; i < 6; i++) {
      assertThat(budget.take(NOW, false)).isEmpty();
    }
    assertThat(budget.take(NOW, false)).contains(Duration.ofHours(1));
    assertThat(budget.take(NOW, true)).isEmpty();
    assertThat(budget.take(NOW, true)).isEmpty();
    assertThat(budget.take(NOW, true)).contains(Duration.ofHours(1));
  }

  @Test
  void whatDidNotGo_doesNotCount() {
    var budget = new HourBudget(1, List.of());
    assertThat(budget.take(NOW, true)).isEmpty();
    budget.giveBack(NOW);
    assertThat(budget.take(NOW, true)).isEmpty();
  }

  @Test
  void aClockSetBack_makesNobodyWaitLongerThanAnHour() {
    var budget = new HourBudget(1, List.of());
    assertThat(budget.take(NOW, true)).isEmpty();
    assertThat(budget.take(NOW.minus(Duration.ofDays(1)), true)).isEmpty();
  }

  @Test
  void withinAnyHour_neverMoreThanThatMany_andWaitingAsToldSucceeds() {
    long seed = new Random().nextLong();
    System.out.println("HourBudgetTest seed " + seed);
    var random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      int most = 1 + random.nextInt(9);
      var budget = new HourBudget(most, List.of());
      List<Instant> sent = new ArrayList<>();
      Instant now = NOW;
      for (int i = 0; i < 200; i++) {
        now = now.plusSeconds(random.nextInt(900));
        boolean critical = random.nextInt(4) == 0;
        var wait = budget.take(now, critical);
        if (wait.isPresent()) {
          now = now.plus(wait.get());
          assertThat(budget.take(now, critical)).isEmpty();
        }
        sent.add(now);
        Instant end = now;
        assertThat(sent.stream().filter(at -> at.isAfter(end.minus(Duration.ofHours(1)))))
            .hasSizeLessThanOrEqualTo(most);
      }
    }
  }
}
