package qerberos.notice;

import java.time.Duration;
import java.util.List;

/// Who hears of an alert that nobody acknowledges. Immutable.
///
/// @param after how long after it was told, [#SHORTEST]..[#LONGEST]
/// @param to at least one
public record Escalation(Duration after, List<Way> to) {
  public static final Duration SHORTEST = Duration.ofMinutes(1);
  public static final Duration LONGEST = Duration.ofDays(7);

  public Escalation {
    if (after.compareTo(SHORTEST) < 0 || after.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("after: " + after + ", want 1 minute to 7 days");
    }
    to = List.copyOf(to);
    if (to.isEmpty()) {
      throw new IllegalArgumentException("to: nobody, want one at least");
    }
  }
}
