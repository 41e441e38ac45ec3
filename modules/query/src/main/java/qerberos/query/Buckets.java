package qerberos.query;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Numbers the stretches of time in which events lie, in order of first appearance. Used by one
/// thread at a time. Neighbouring events mostly share one, so the last one is tried first.
final class Buckets {
  private final ChronoUnit unit;
  private final Map<Long, Integer> numbers = new HashMap<>();
  private final List<Long> starts = new ArrayList<>();
  private long start = 1;
  private long end;
  private int number;

  Buckets(ChronoUnit unit) {
    this.unit = unit;
  }

  int count() {
    return starts.size();
  }

  /// When a stretch begins.
  Instant start(int bar) {
    return Moment.instant(starts.get(bar));
  }

  /// The number of the stretch in which that microsecond lies.
  ///
  /// @throws IllegalArgumentException when there are too many
  int bar(long micros) {
    if (micros < start || micros >= end) {
      find(micros);
      number = numbers.computeIfAbsent(start, this::add);
    }
    return number;
  }

  /// Whether two times lie in one stretch.
  boolean same(long from, long to) {
    if (from < start || from >= end) {
      bar(from);
    }
    return to >= start && to < end;
  }

  private int add(long first) {
    if (starts.size() == Aggregate.Histogram.BARS_MAX) {
      throw new IllegalArgumentException(
          "unit: "
              + unit
              + " makes more than "
              + Aggregate.Histogram.BARS_MAX
              + " bars, want a longer unit or a shorter time");
    }
    starts.add(first);
    return starts.size() - 1;
  }

  private void find(long micros) {
    if (unit == ChronoUnit.MONTHS) {
      ZonedDateTime month =
          Moment.instant(micros)
              .atZone(ZoneOffset.UTC)
              .truncatedTo(ChronoUnit.DAYS)
              .withDayOfMonth(1);
      start = Moment.micros(month.toInstant());
      end = Moment.micros(month.plusMonths(1).toInstant());
    } else {
      long length = unit.getDuration().toSeconds() * 1_000_000;
      start = Math.floorDiv(micros, length) * length;
      end = start + length;
    }
  }
}
