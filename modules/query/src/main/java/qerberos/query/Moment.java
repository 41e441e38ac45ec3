package qerberos.query;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import qerberos.query.Query.Bound;

/// Time as the index counts it: whole microseconds since 1970, finer parts dropped. Immutable.
///
/// A text is an RFC 3339 instant, which is one point, or a year, month or day in UTC, which is
/// everything from its start to the start of the next.
record Moment(Instant start, Instant end) {
  static final String WANTED =
      "want RFC 3339 such as 2026-01-31T09:30:00Z, or a day 2026-01-31, month 2026-01 or year 2026";

  /// Reads one.
  ///
  /// @throws IllegalArgumentException when the text is none
  static Moment parse(String text) {
    try {
      return switch (text.length()) {
        case 4 -> days(LocalDate.of(digits(text), 1, 1), 12);
        case 7 -> days(YearMonth.parse(text).atDay(1), 1);
        case 10 -> {
          LocalDate day = LocalDate.parse(text);
          yield new Moment(start(day), start(day.plusDays(1)));
        }
        default -> point(OffsetDateTime.parse(text).toInstant());
      };
    } catch (DateTimeException | NumberFormatException e) {
      throw new IllegalArgumentException("\"" + text + "\", " + WANTED, e);
    }
  }

  boolean isPoint() {
    return start.equals(end);
  }

  /// Microseconds since 1970, rounded down; what lies beyond the count is its first or last.
  static long micros(Instant instant) {
    long seconds = instant.getEpochSecond();
    if (seconds <= Long.MIN_VALUE / 1_000_000) {
      return Long.MIN_VALUE;
    }
    if (seconds >= Long.MAX_VALUE / 1_000_000) {
      return Long.MAX_VALUE;
    }
    return seconds * 1_000_000 + instant.getNano() / 1_000;
  }

  static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
  }

  /// The first microsecond of a range from here.
  static long microsFrom(String field, @Nullable Bound from) {
    if (from == null) {
      return Long.MIN_VALUE;
    }
    Instant instant = instant(field, from);
    long micros = micros(instant);
    boolean between = !instant.equals(instant.truncatedTo(ChronoUnit.MICROS));
    return (between || !from.inclusive()) && micros < Long.MAX_VALUE ? micros + 1 : micros;
  }

  /// The last microsecond of a range to here.
  static long microsTo(String field, @Nullable Bound to) {
    if (to == null) {
      return Long.MAX_VALUE;
    }
    Instant instant = instant(field, to);
    long micros = micros(instant);
    boolean between = !instant.equals(instant.truncatedTo(ChronoUnit.MICROS));
    return !between && !to.inclusive() && micros > Long.MIN_VALUE ? micros - 1 : micros;
  }

  private static Instant instant(String field, Bound bound) {
    try {
      return OffsetDateTime.parse(bound.value()).toInstant();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          field + ": \"" + bound.value() + "\", want RFC 3339 such as 2026-01-31T09:30:00Z", e);
    }
  }

  private static int digits(String text) {
    if (!text.matches("[0-9]{4}")) {
      throw new DateTimeException(text);
    }
    return Integer.parseInt(text);
  }

  private static Moment days(LocalDate first, int months) {
    return new Moment(start(first), start(first.plusMonths(months)));
  }

  private static Instant start(LocalDate day) {
    return day.atStartOfDay().toInstant(ZoneOffset.UTC);
  }

  private static Moment point(Instant instant) {
    return new Moment(instant, instant);
  }
}
