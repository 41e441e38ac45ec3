package qerberos.query;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How long the stretches of a histogram are. Immutable.
///
/// Stretches lie one behind the other in UTC, wherever the events begin: those of 15 minutes at
/// full hours and quarters, weeks from Monday on, those of 3 months at quarters of the year.
/// Written `15m`: a count, and s, m, h, d, w or, for months, M.
///
/// @param count 1 to 1000
/// @param unit SECONDS, MINUTES, HOURS, DAYS, WEEKS or MONTHS
public record Interval(int count, ChronoUnit unit) {
  private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,4})([smhdwM])");

  /// 1970 began on a Thursday.
  private static final long FIRST_MONDAY_MICROS = 4 * 86_400_000_000L;

  /// Those that are offered instead of one that is too short.
  private static final List<Interval> LONGER =
      List.of(
          new Interval(1, ChronoUnit.SECONDS),
          new Interval(10, ChronoUnit.SECONDS),
          new Interval(1, ChronoUnit.MINUTES),
          new Interval(5, ChronoUnit.MINUTES),
          new Interval(15, ChronoUnit.MINUTES),
          new Interval(1, ChronoUnit.HOURS),
          new Interval(6, ChronoUnit.HOURS),
          new Interval(1, ChronoUnit.DAYS),
          new Interval(1, ChronoUnit.WEEKS),
          new Interval(1, ChronoUnit.MONTHS),
          new Interval(3, ChronoUnit.MONTHS),
          new Interval(12, ChronoUnit.MONTHS),
          new Interval(120, ChronoUnit.MONTHS),
          new Interval(1000, ChronoUnit.MONTHS));

  public Interval {
    if (count < 1 || count > 1_000) {
      throw new IllegalArgumentException("interval: " + count + ", want 1 to 1000 units");
    }
    switch (unit) {
      case SECONDS, MINUTES, HOURS, DAYS, WEEKS, MONTHS -> {}
      default ->
          throw new IllegalArgumentException(
              "interval: " + unit + ", want SECONDS, MINUTES, HOURS, DAYS, WEEKS or MONTHS");
    }
  }

  /// Reads one.
  ///
  /// @throws IllegalArgumentException when the text is none
  public static Interval parse(String text) {
    Matcher written = WRITTEN.matcher(text);
    if (!written.matches()) {
      String shown = text.length() <= 40 ? text : text.substring(0, 40) + "…";
      throw new IllegalArgumentException(
          "interval: \""
              + shown
              + "\", want a number and one of s, m, h, d, w, M (months), such as 1m, 1h or 1d");
    }
    ChronoUnit unit =
        switch (written.group(2)) {
          case "s" -> ChronoUnit.SECONDS;
          case "m" -> ChronoUnit.MINUTES;
          case "h" -> ChronoUnit.HOURS;
          case "d" -> ChronoUnit.DAYS;
          case "w" -> ChronoUnit.WEEKS;
          default -> ChronoUnit.MONTHS;
        };
    return new Interval(Integer.parseInt(written.group(1)), unit);
  }

  /// The number of the stretch in which that microsecond lies.
  long number(long micros) {
    if (unit == ChronoUnit.MONTHS) {
      ZonedDateTime at = Moment.instant(micros).atZone(ZoneOffset.UTC);
      return Math.floorDiv(at.getYear() * 12L + at.getMonthValue() - 1, count);
    }
    return Math.floorDiv(micros - first(), length());
  }

  /// The microsecond with which a stretch begins.
  long start(long number) {
    if (unit == ChronoUnit.MONTHS) {
      long months = number * count;
      var start =
          ZonedDateTime.of(
              Math.toIntExact(Math.floorDiv(months, 12L)),
              Math.floorMod(months, 12) + 1,
              1,
              0,
              0,
              0,
              0,
              ZoneOffset.UTC);
      return Moment.micros(start.toInstant());
    }
    return number * length() + first();
  }

  /// When a stretch begins.
  Instant instant(long number) {
    return Moment.instant(start(number));
  }

  private long first() {
    return unit == ChronoUnit.WEEKS ? FIRST_MONDAY_MICROS : 0;
  }

  private long length() {
    return unit.getDuration().toSeconds() * 1_000_000 * count;
  }

  /// The first of the usual intervals that divides that time into no more than so many stretches.
  static Interval covering(long earliestMicros, long latestMicros, int most) {
    for (Interval one : LONGER) {
      if (one.number(latestMicros) - one.number(earliestMicros) < most) {
        return one;
      }
    }
    return LONGER.getLast();
  }

  @Override
  public String toString() {
    return count
        + switch (unit) {
          case SECONDS -> "s";
          case MINUTES -> "m";
          case HOURS -> "h";
          case DAYS -> "d";
          case WEEKS -> "w";
          default -> "M";
        };
  }
}
