package qerberos.notice;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.Set;

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
