package qerberos.query;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Counts off the stretches of time in which events lie, in order of first appearance. Used by one
/// thread at a time. Neighbouring events mostly share one, so the last one is tried first.
final class Buckets {
  private final Interval interval;
  private final int most;
  private final Map<Long, Integer> numbers = new HashMap<>();
  private final List<Long> stretches = new ArrayList<>();
  private long start = 1;
  private long end;
  private int number;
  private boolean overfull;

  /// @param most stretches that can be told apart
  Buckets(Interval interval, int most) {
    this.interval = interval;
    this.most = most;
  }

  int count() {
    return stretches.size();
  }

  /// Whether there were more stretches than can be told apart; the numbers are worth nothing then.
  boolean overfull() {
    return overfull;
  }

  /// When a stretch begins.
  Instant start(int bar) {
    return interval.instant(stretches.get(bar));
  }

  /// The number of the stretch in which that microsecond lies.
  int bar(long micros) {
    if (micros < start || micros >= end) {
      long stretch = interval.number(micros);
      start = interval.start(stretch);
      end = interval.start(stretch + 1);
      number = numbers.computeIfAbsent(stretch, this::add);
    }
    return number;
  }

  /// Whether two times lie in one stretch.
  boolean same(long from, long to) {
    if (from < start || from >= end) {
      int ignored = bar(from);
    }
    return to >= start && to < end;
  }

  private int add(long stretch) {
    if (stretches.size() == most) {
      overfull = true;
      return 0;
    }
    stretches.add(stretch);
    return stretches.size() - 1;
  }
}
