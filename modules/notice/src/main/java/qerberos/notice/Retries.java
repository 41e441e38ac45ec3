package qerberos.notice;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/// When a message is tried again, and when nobody tries any more. Immutable.
///
/// The pause doubles with each attempt, from `first` up to `longest`; of it between the half and
/// the whole is waited, by chance, so that what failed together does not come back together.
/// Whoever asks to wait longer is waited for.
///
/// @param first the pause after the first attempt
/// @param longest no pause of our own is longer
/// @param giveUpAfter counted from when the message was to be delivered first
/// @param lease how long whoever takes a message has it alone; one that was killed meanwhile leaves
///     it to the next after this
public record Retries(Duration first, Duration longest, Duration giveUpAfter, Duration lease) {
  /// Characters that are kept of what the other side answered.
  private static final int ANSWER_MAX = 500;

  public Retries {
    if (first.toMillis() < 1 || longest.compareTo(first) < 0 || lease.toMillis() < 1) {
      throw new IllegalArgumentException(
          "retries: " + first + ".." + longest + ", lease " + lease + ", want 1 ms or more each");
    }
  }

  /// Tries for a day: after 5 s, 10 s, 20 s, ... and at least every hour.
  public static Retries usual() {
    return new Retries(
        Duration.ofSeconds(5), Duration.ofHours(1), Duration.ofDays(1), Duration.ofMinutes(2));
  }

  /// What an attempt means for the message.
  ///
  /// @param attempts how many were made, this one included
  public Settled after(
      Delivery delivery, int attempts, Instant since, Instant now, RandomGenerator random) {
    return switch (delivery) {
      case Delivery.Delivered(var detail) ->
          new Settled.Delivered(now, Wording.shortened(detail, ANSWER_MAX));
      case Delivery.Failed failed -> failed(failed, attempts, since, now, random);
    };
  }

  private Settled failed(
      Delivery.Failed failed, int attempts, Instant since, Instant now, RandomGenerator random) {
    String reason = Wording.shortened(failed.reason(), ANSWER_MAX);
    if (failed.permanent()) {
      return new Settled.GivenUp(now, reason);
    }
    Duration pause = pause(attempts, random);
    Duration asked = failed.retryAfter();
    if (asked != null && asked.compareTo(pause) > 0) {
      pause = asked;
    }
    Instant next = now.plus(pause);
    return next.isAfter(since.plus(giveUpAfter))
        ? new Settled.GivenUp(now, "given up after " + attempts + " attempts: " + reason)
        : new Settled.Again(now, reason, next);
  }

  private Duration pause(int attempts, RandomGenerator random) {
    long most = longest.toMillis();
    int doublings = Math.clamp(attempts - 1L, 0, 40);
    long whole = first.toMillis() > most >> doublings ? most : first.toMillis() << doublings;
    long half = whole / 2;
    return Duration.ofMillis(half + random.nextLong(whole - half + 1));
  }
}
