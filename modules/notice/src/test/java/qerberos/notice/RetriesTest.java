package qerberos.notice;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RetriesTest {
  private static final Instant SINCE = Instant.parse("2026-11-24T10:00:00Z");
  private static final Retries RETRIES =
      new Retries(
          Duration.ofSeconds(5), Duration.ofHours(1), Duration.ofDays(1), Duration.ofMinutes(2));

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  private Settled after(Delivery delivery, int attempts, Instant now) {
    return RETRIES.after(delivery, attempts, SINCE, now, random);
  }

  private Duration pause(Delivery.Failed failed, int attempts) {
    return switch (after(failed, attempts, SINCE)) {
      case Settled.Again again -> Duration.between(SINCE, again.next());
      case Settled other -> throw new AssertionError(other + ", seed " + seed);
    };
  }

  @Test
  void thePauseDoubles_upToTheLongest_andIsNeverLessThanHalfOfIt() {
    System.out.println("RetriesTest seed " + seed);
    var failed = new Delivery.Failed("no", false, null);
    for (int attempts = 1; attempts <= 100; attempts++) {
      long whole = Math.min(3_600_000L, 5_000L << Math.min(attempts - 1, 30));
      for (int i = 0; i < 50; i++) {
        assertThat(pause(failed, attempts).toMillis())
            .as("attempt %d, seed %d", attempts, seed)
            .isBetween(whole / 2, whole);
      }
    }
  }

  @Test
  void pausesDiffer_soThatWhatFailedTogetherDoesNotComeBackTogether() {
    var failed = new Delivery.Failed("no", false, null);
    assertThat(java.util.stream.Stream.generate(() -> pause(failed, 10)).limit(50).distinct())
        .as("seed %d", seed)
        .hasSizeGreaterThan(10);
  }

  @Test
  void whoAsksToWaitLonger_isWaitedFor_whoAsksForLessIsNot() {
    assertThat(pause(new Delivery.Failed("busy", false, Duration.ofHours(3)), 1))
        .isEqualTo(Duration.ofHours(3));
    assertThat(pause(new Delivery.Failed("busy", false, Duration.ZERO), 1))
        .isGreaterThanOrEqualTo(Duration.ofMillis(2_500));
  }

  @Test
  void whatCannotBeHelped_isGivenUpAtOnce() {
    assertThat(after(new Delivery.Failed("no such mailbox", true, null), 1, SINCE))
        .isEqualTo(new Settled.GivenUp(SINCE, "no such mailbox"));
  }

  @Test
  void afterTheStatedTime_itIsGivenUp_withTheLastReason() {
    Instant late = SINCE.plus(Duration.ofDays(1)).minusSeconds(1);
    assertThat(after(new Delivery.Failed("no answer", false, null), 30, late))
        .isEqualTo(new Settled.GivenUp(late, "given up after 30 attempts: no answer"));
  }

  @Test
  void whatIsDelivered_isDone() {
    assertThat(after(new Delivery.Delivered("250 ok"), 3, SINCE))
        .isEqualTo(new Settled.Delivered(SINCE, "250 ok"));
  }

  @Test
  void whatTheOtherSideSays_isShortened_andCanBeKept() {
    assertThat(after(new Delivery.Delivered("a\u0000b" + "x".repeat(10_000)), 1, SINCE))
        .isEqualTo(new Settled.Delivered(SINCE, "a\ufffdb" + "x".repeat(496) + "…"));
    assertThat(after(new Delivery.Failed("\u0000", true, null), 1, SINCE))
        .isEqualTo(new Settled.GivenUp(SINCE, "\ufffd"));
  }
}
