package qerberos.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// When quiet hours end, and what that means for what is to go out.
class TimesEndTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Set<DayOfWeek> EVERY_DAY = EnumSet.allOf(DayOfWeek.class);
  private static final Times NIGHT = new Times(22 * 60, 7 * 60, EVERY_DAY, BERLIN);
  private static final Instant EVENING = Instant.parse("2026-11-24T21:30:15Z");
  private static final Instant MORNING = Instant.parse("2026-11-25T06:00:00Z");
  private static final Way A = Way.email("a@example.org");
  private static final Way HOOK = Way.webhook("ops");

  @Test
  void aNight_endsInTheMorning_andByDayItIsNotNight() {
    assertThat(NIGHT.endOf(EVENING)).isEqualTo(MORNING);
    assertThat(NIGHT.endOf(MORNING.minusMillis(1))).isEqualTo(MORNING);
    assertThat(NIGHT.endOf(MORNING)).isEqualTo(MORNING);
    Instant noon = Instant.parse("2026-11-24T11:00:00Z");
    assertThat(NIGHT.endOf(noon)).isEqualTo(noon);
  }

  @Test
  void theNightsOfTheClockChanges_endWhenTheClockOnTheWallSaysSo() {
    assertThat(NIGHT.endOf(Instant.parse("2026-03-28T22:00:00Z")))
        .isEqualTo("2026-03-29T05:00:00Z");
    assertThat(NIGHT.endOf(Instant.parse("2026-10-24T21:00:00Z")))
        .isEqualTo("2026-10-25T06:00:00Z");
    var intoTheGap = new Times(22 * 60, 2 * 60 + 30, EVERY_DAY, BERLIN);
    assertThat(intoTheGap.endOf(Instant.parse("2026-03-28T22:00:00Z")))
        .as("2:30 is passed over")
        .isEqualTo("2026-03-29T01:00:00Z");
    Instant twice = Instant.parse("2026-10-24T22:00:00Z");
    assertThat(intoTheGap.endOf(twice)).as("2:30, the first").isEqualTo("2026-10-25T00:30:00Z");
    assertThat(intoTheGap.endOf(Instant.parse("2026-10-25T01:10:00Z")))
        .as("2:10, the second")
        .isEqualTo("2026-10-25T01:30:00Z");
  }

  @Test
  void aWeekend_endsOnMonday_andANightThatJoinsItInTheMorning() {
    var weekend =
        new Times(0, 1440, EnumSet.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY), ZoneId.of("UTC"));
    assertThat(weekend.endOf(Instant.parse("2026-11-28T10:00:00Z")))
        .isEqualTo("2026-11-30T00:00:00Z");
    var friday = new Times(22 * 60, 7 * 60, Set.of(DayOfWeek.FRIDAY), ZoneId.of("UTC"));
    assertThat(friday.endOf(Instant.parse("2026-11-28T03:00:00Z")))
        .as("the night of Friday")
        .isEqualTo("2026-11-28T07:00:00Z");
  }

  /// Held against looking at every minute.
  @Test
  void whateverTheHours_theEndIsTheFirstMinuteThatIsNotAmongThem() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new SplittableRandom(seed);
    List<String> zones =
        List.of(
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "Asia/Kolkata",
            "Australia/Lord_Howe",
            "America/Santiago",
            "Africa/Cairo");
    List<Instant> near =
        List.of(
            Instant.parse("2026-03-27T00:00:00Z"),
            Instant.parse("2026-03-06T00:00:00Z"),
            Instant.parse("2026-10-23T00:00:00Z"),
            Instant.parse("2026-04-03T00:00:00Z"),
            Instant.parse("2026-09-04T00:00:00Z"),
            Instant.parse("2026-10-30T00:00:00Z"));
    int held = 0;
    for (int i = 0; i < 3_000; i++) {
      int from = random.nextInt(1_440);
      int until = 1 + random.nextInt(1_440);
      Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
      for (DayOfWeek day : DayOfWeek.values()) {
        if (random.nextInt(4) > 0) {
          days.add(day);
        }
      }
      if (from == until || days.isEmpty() || (from == 0 && until == 1440)) {
        continue;
      }
      var times = new Times(from, until, days, ZoneId.of(zones.get(random.nextInt(zones.size()))));
      Instant at =
          near.get(random.nextInt(near.size())).plusSeconds(random.nextInt(4 * 24 * 3_600));
      Instant end = times.endOf(at);
      if (!times.contains(at)) {
        assertThat(end).isEqualTo(at);
        continue;
      }
      held++;
      assertThat(times.contains(end)).as(times + " from " + at + " to " + end).isFalse();
      Instant minute = Instant.ofEpochSecond(at.getEpochSecond() / 60 * 60 + 60);
      while (times.contains(minute)) {
        minute = minute.plusSeconds(60);
      }
      assertThat(end).as(times + " from " + at).isEqualTo(minute);
    }
    assertThat(held).isGreaterThan(500);
  }

  @Test
  void whatNeverEnds_isNoQuietTime() {
    assertThatThrownBy(() -> new Quiet(Times.always(), Severity.CRITICAL))
        .hasMessage("quiet: all the time, want hours or days that end");
  }

  @Test
  void whatFallsIntoQuietHours_isHeld_unlessItMattersEnough() {
    var routes = new Routes(List.of(route(Severity.CRITICAL, null, A)));
    assertThat(routes.of(Severity.WARNING, "x", null, EVENING)).containsExactly(A.held(MORNING));
    assertThat(routes.of(Severity.CRITICAL, "x", null, EVENING)).containsExactly(A);
    assertThat(routes.of(Severity.WARNING, "x", null, MORNING)).containsExactly(A);
  }

  @Test
  void ofTwoRoutesForOneWay_theEarlierCounts_andTheOrderStays() {
    var open = new Route(Severity.INFO, "*", "*", Times.always(), List.of(A));
    Route quiet = route(Severity.CRITICAL, null, HOOK, A);
    for (List<Route> both : List.of(List.of(quiet, open), List.of(open, quiet))) {
      assertThat(new Routes(both).of(Severity.INFO, "x", null, EVENING))
          .containsExactlyInAnyOrder(A, HOOK.held(MORNING));
    }
    assertThat(new Routes(List.of(quiet, open)).of(Severity.INFO, "x", null, EVENING))
        .containsExactly(HOOK.held(MORNING), A);
  }

  @Test
  void anEscalation_countsFromWhenItWasTold_andKeepsTheQuietHours() {
    var later = new Escalation(Duration.ofMinutes(15), List.of(HOOK));
    var routes = new Routes(List.of(route(Severity.CRITICAL, later, A)));
    assertThat(routes.escalations(Severity.CRITICAL, "x", null, EVENING))
        .containsExactly(HOOK.held(EVENING.plusSeconds(900)));
    assertThat(routes.escalations(Severity.WARNING, "x", null, EVENING))
        .as("told in the morning")
        .containsExactly(HOOK.held(MORNING.plusSeconds(900)));
    Instant justBefore = Instant.parse("2026-11-24T20:55:00Z");
    assertThat(routes.escalations(Severity.WARNING, "x", null, justBefore))
        .as("not acknowledged by ten past ten at night")
        .containsExactly(HOOK.held(MORNING));
    assertThat(
            new Routes(List.of(route(Severity.CRITICAL, null, A)))
                .escalations(Severity.CRITICAL, "x", null, EVENING))
        .isEmpty();
    assertThatThrownBy(() -> new Escalation(Duration.ofSeconds(59), List.of(A)))
        .hasMessageStartingWith("after: ");
    assertThatThrownBy(() -> new Escalation(Duration.ofMinutes(1), List.of()))
        .hasMessage("to: nobody, want one at least");
  }

  private static Route route(
      Severity unless, @org.jspecify.annotations.Nullable Escalation escalation, Way... ways) {
    return new Route(
        Severity.INFO,
        "*",
        "*",
        Times.always(),
        List.of(ways),
        new Quiet(NIGHT, unless),
        escalation);
  }
}
