package qerberos.identity;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Where token buckets live that several processes draw from, and that outlive each of them. Safe
/// for concurrent use.
@FunctionalInterface
public interface SharedBuckets {
  /// What becomes of the tokens that are drawn.
  enum Way {
    /// All that are wanted are taken, or none when a bucket has too few.
    TAKE,
    /// None; only whether there were enough is asked.
    ASK,
    /// All are taken, and a bucket that has too few owes the rest.
    CHARGE
  }

  /// So many tokens of one bucket, which holds `capacity` and gets `limit` in each `window`.
  record Draw(String policy, String who, long capacity, long limit, Duration window, long tokens) {}

  /// How the buckets are now.
  ///
  /// @param refused which of the draws, from 0, is the first whose bucket has too few; -1: none
  /// @param nanosToFull for each draw, how long its bucket takes to be full again
  record Drawn(int refused, List<Long> nanosToFull) {
    public Drawn {
      nanosToFull = List.copyOf(nanosToFull);
    }
  }

  /// Draws from all these buckets at once. Empty, without waiting, while they cannot be had.
  Optional<Drawn> draw(Way way, List<Draw> draws);
}
