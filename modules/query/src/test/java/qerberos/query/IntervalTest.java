package qerberos.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntervalTest {
  @ParameterizedTest
  @CsvSource({
    "1s,   2026-03-05T10:17:23.5Z, 2026-03-05T10:17:23Z, 2026-03-05T10:17:24Z",
    "1m,   2026-03-05T10:17:23.5Z, 2026-03-05T10:17:00Z, 2026-03-05T10:18:00Z",
    "15m,  2026-03-05T10:17:23.5Z, 2026-03-05T10:15:00Z, 2026-03-05T10:30:00Z",
    "1h,   2026-03-05T10:17:23.5Z, 2026-03-05T10:00:00Z, 2026-03-05T11:00:00Z",
    "1d,   2026-03-05T10:17:23.5Z, 2026-03-05T00:00:00Z, 2026-03-06T00:00:00Z",
    "1w,   2026-03-05T10:17:23.5Z, 2026-03-02T00:00:00Z, 2026-03-09T00:00:00Z",
    "1w,   2026-03-02T00:00:00Z,   2026-03-02T00:00:00Z, 2026-03-09T00:00:00Z",
    "1M,   2024-02-29T23:59:59Z,   2024-02-01T00:00:00Z, 2024-03-01T00:00:00Z",
    "3M,   2026-03-05T10:17:23.5Z, 2026-01-01T00:00:00Z, 2026-04-01T00:00:00Z",
    "12M,  2026-03-05T10:17:23.5Z, 2026-01-01T00:00:00Z, 2027-01-01T00:00:00Z",
    "1d,   1969-12-31T10:00:00Z,   1969-12-31T00:00:00Z, 1970-01-01T00:00:00Z",
    "1000M, 0000-01-01T00:00:00Z,  0000-01-01T00:00:00Z, 0083-05-01T00:00:00Z"
  })
  void aTime_liesInTheStretchThatThePeopleExpect(
      String interval, Instant time, Instant start, Instant end) {
    Interval one = Interval.parse(interval);
    long number = one.number(Moment.micros(time));
    assertThat(one.instant(number)).isEqualTo(start);
    assertThat(one.instant(number + 1)).isEqualTo(end);
    assertThat(one).hasToString(interval);
  }

  @Test
  void stretches_lieOneBehindTheOther() {
    long seed = Long.getLong("query.seed", System.nanoTime());
    var random = new Random(seed);
    for (String unit : List.of("s", "m", "h", "d", "w", "M")) {
      for (int i = 0; i < 2_000; i++) {
        Interval one = Interval.parse(1 + random.nextInt(1_000) + unit);
        // Years 0 to 9999.
        long micros = random.nextLong(-62_167_219_200_000_000L, 253_402_300_800_000_000L);
        long number = one.number(micros);
        String what = "seed " + seed + ": " + one + " at " + micros;
        assertThat(one.start(number)).as(what).isLessThanOrEqualTo(micros);
        assertThat(one.start(number + 1)).as(what).isGreaterThan(micros);
        assertThat(one.number(one.start(number))).as(what).isEqualTo(number);
        assertThat(one.number(one.start(number) - 1)).as(what).isEqualTo(number - 1);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, interval: \"1\"",
    "h, interval: \"h\"",
    "1y, interval: \"1y\"",
    "1.5h, interval: \"1.5h\"",
    "-1h, interval: \"-1h\"",
    "99999h, interval: \"99999h\"",
    "1 h, interval: \"1 h\""
  })
  void whatIsNoInterval_isToldHowOneLooks(String text, String begins) {
    assertThatThrownBy(() -> Interval.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            begins + ", want a number and one of s, m, h, d, w, M (months), such as 1m, 1h or 1d");
  }

  @Test
  void tooFewAndTooMany_areNamed() {
    assertThatThrownBy(() -> Interval.parse("0h")).hasMessage("interval: 0, want 1 to 1000 units");
    assertThatThrownBy(() -> Interval.parse("1001h"))
        .hasMessage("interval: 1001, want 1 to 1000 units");
  }
}
