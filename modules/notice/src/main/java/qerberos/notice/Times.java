package qerberos.notice;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Hours of days of the week, as a clock on the wall shows them. Immutable.
///
/// Hours that go over midnight (22:00 until 6:00) belong to the day on which they begin.
///
/// @param fromMinute of the day, 0..1439
/// @param untilMinute of the day, 1..1440, not included any more
public record Times(int fromMinute, int untilMinute, Set<DayOfWeek> days, ZoneId zone) {
  public Times {
    if (fromMinute < 0 || fromMinute > 1439 || untilMinute < 1 || untilMinute > 1440) {
      throw new IllegalArgumentException("hours: want 00:00..23:59 until 00:01..24:00");
    }
    if (fromMinute == untilMinute) {
      throw new IllegalArgumentException("hours: they end when they begin, want 00:00-24:00");
    }
    if (days.isEmpty()) {
      throw new IllegalArgumentException("days: none, want one at least");
    }
    days = Set.copyOf(days);
  }

  /// All the time.
  public static Times always() {
    return new Times(0, 1440, EnumSet.allOf(DayOfWeek.class), ZoneId.of("UTC"));
  }

  /// Whether there is no other time.
  boolean isAlways() {
    return fromMinute == 0 && untilMinute == 1440 && days.size() == 7;
  }

  /// When this time ends that it is at `at`; `at` itself when it is not that time.
  ///
  /// What [#contains] says can only change where a day begins, at either of the two minutes, and
  /// where the clocks are changed; a minute that the clocks show twice counts both times, and one
  /// that they pass over is where they jump. The first of these places where it is not that time
  /// any more is the end. It comes within eight days: by then a day that is not among `days` has
  /// come, or a minute outside of the hours that is not passed over.
  ///
  /// @throws IllegalStateException when it never ends
  Instant endOf(Instant at) {
    if (!contains(at)) {
      return at;
    }
    return changes(at)
        .filter(change -> change.isAfter(at) && !contains(change))
        .min(Comparator.naturalOrder())
        .orElseThrow(() -> new IllegalStateException(this + " never ends"));
  }

  /// Everything from the day of `at` on where [#contains] may change.
  private Stream<Instant> changes(Instant at) {
    LocalDate first = at.atZone(zone).toLocalDate();
    Stream<Instant> minutes =
        IntStream.rangeClosed(0, 9)
            .mapToObj(first::plusDays)
            .flatMap(
                day ->
                    IntStream.of(0, fromMinute, untilMinute)
                        .mapToObj(minute -> day.atStartOfDay().plusMinutes(minute).atZone(zone)))
            .flatMap(
                time ->
                    Stream.of(time.withEarlierOffsetAtOverlap(), time.withLaterOffsetAtOverlap()))
            .map(ZonedDateTime::toInstant);
    return Stream.concat(minutes, jumps(at));
  }

  private Stream<Instant> jumps(Instant at) {
    Instant last = at.plus(Duration.ofDays(10));
    return Stream.iterate(
            zone.getRules().nextTransition(at),
            jump -> jump != null && jump.getInstant().isBefore(last),
            jump -> zone.getRules().nextTransition(jump.getInstant()))
        .map(ZoneOffsetTransition::getInstant);
  }

  /// Whether it is that time.
  public boolean contains(Instant at) {
    ZonedDateTime there = at.atZone(zone);
    int minute = there.getHour() * 60 + there.getMinute();
    DayOfWeek day = there.getDayOfWeek();
    if (fromMinute < untilMinute) {
      return minute >= fromMinute && minute < untilMinute && days.contains(day);
    }
    return minute >= fromMinute
        ? days.contains(day)
        : minute < untilMinute && days.contains(day.minus(1));
  }
}
