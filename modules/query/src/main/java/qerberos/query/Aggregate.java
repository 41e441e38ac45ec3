package qerberos.query;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A number, or a few, about all events that match a query. Immutable.
public sealed interface Aggregate {
  /// How many.
  record Count() implements Aggregate {}

  /// How many in each stretch of event time.
  ///
  /// @param by a field whose most frequent values are counted apart, or null; not `id`
  /// @param values how many values are counted apart, 1 to 100
  /// @param bars how many stretches the answer may hold, 1 to 10,000; those without events are not
  ///     counted
  record Histogram(Interval interval, @Nullable String by, int values, int bars)
      implements Aggregate {
    /// Stretches that one answer may hold.
    public static final int BARS_MAX = 10_000;

    public Histogram(ChronoUnit unit, @Nullable String by, int values) {
      this(new Interval(1, unit), by, values, BARS_MAX);
    }

    public Histogram {
      if (by != null) {
        by = groupable("by", by);
      }
      between("values", values, 1, 100);
      between("bars", bars, 1, BARS_MAX);
    }
  }

  /// The most frequent values of a field and how many events have each; 16 or more hexadecimal
  /// digits (UUIDs, trace ids) are left out.
  ///
  /// @param field not `id`, whose values occur once
  /// @param size how many, 1 to 1000
  record Top(String field, int size) implements Aggregate {
    public Top {
      field = groupable("field", field);
      between("size", size, 1, 1_000);
    }
  }

  /// How many different values a field has. 16 or more hexadecimal digits (UUIDs, trace ids) are
  /// not told apart: where there are any, the answer is not exact.
  ///
  /// @param field not `id`, of which each event has its own
  /// @param most how far to count, 1 to 1,000,000
  record Distinct(String field, int most) implements Aggregate {
    public Distinct {
      field = groupable("field", field);
      between("most", most, 1, 1_000_000);
    }
  }

  /// What an aggregate found, about the first `logSize` events of the log.
  sealed interface Answer {
    long logSize();
  }

  /// Answer to [Count].
  record Total(long events, long logSize) implements Answer {}

  /// Answer to [Histogram]: the stretches that hold events, in order of time.
  record Bars(List<Bar> bars, long logSize) implements Answer {
    public Bars {
      bars = List.copyOf(bars);
    }
  }

  /// One stretch: its start, all events in it, and how many of them have each value counted apart
  /// (those that do not occur in it are left out).
  record Bar(Instant start, long events, Map<String, Long> by) {
    public Bar {
      by = Map.copyOf(by);
    }
  }

  /// Answer to [Top]: the most frequent first; of equally frequent ones, in order of code points.
  record Values(List<Value> values, long logSize) implements Answer {
    public Values {
      values = List.copyOf(values);
    }
  }

  /// Answer to [Distinct]: so many, or, when that is not exact, at least so many.
  record Different(long values, boolean exact, long logSize) implements Answer {}

  /// A value and how many events have it. A value longer than 200 bytes of UTF-8 is shown by its
  /// beginning, an ellipsis and the first 16 hexadecimal digits of its SHA-256, so that no two are
  /// shown alike.
  record Value(String value, long events) {}

  private static String groupable(String name, String field) {
    FieldName known = FieldName.of(field);
    switch (known.kind()) {
      case KEYWORD -> {
        if (known.text().equals("id")) {
          throw new IllegalArgumentException(name + ": id, want a field whose values repeat");
        }
      }
      case NESTED -> {}
      case TIME, SEQ, TEXT ->
          throw new IllegalArgumentException(
              name
                  + ": "
                  + field
                  + ", want a field of one value, details.<path> or context.<path>");
    }
    return known.text();
  }

  private static void between(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + ": " + value + ", want " + least + " to " + most);
    }
  }
}
