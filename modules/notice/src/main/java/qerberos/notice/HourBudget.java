package qerberos.notice;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How many mails one mailbox may still get within any hour. Used by one thread at a time.
///
/// A quarter is kept for mails that say something critical, so that much that is unimportant never
/// makes the important wait.
final class HourBudget {
  private static final Duration HOUR = Duration.ofHours(1);

  private final int most;
  private final List<Instant> sent = new ArrayList<>();

  /// @param before mails that went before
  HourBudget(int most, List<Instant> before) {
    this.most = most;
    this.sent.addAll(before);
  }

  /// When mails went that count.
  List<Instant> sent(Instant now) {
    forget(now);
    return List.copyOf(sent);
  }

  /// Counts one mail and answers nothing, or counts none and says how long until one may go.
  Optional<Duration> take(Instant now, boolean critical) {
    forget(now);
    int allowed = critical ? most : most - most / 4;
    if (sent.size() < allowed) {
      sent.add(now);
      return Optional.empty();
    }
    return Optional.of(Duration.between(now, sent.get(sent.size() - allowed).plus(HOUR)));
  }

  /// Takes back what was counted at that time: the mail certainly did not go.
  void giveBack(Instant at) {
    sent.remove(at);
  }

  /// Whether there is nothing to remember.
  boolean isUntouched(Instant now) {
    forget(now);
    return sent.isEmpty();
  }

  /// A clock that was set back must not make anybody wait longer than an hour.
  private void forget(Instant now) {
    sent.removeIf(at -> !at.isAfter(now.minus(HOUR)) || at.isAfter(now));
  }
}
