package qerberos.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import qerberos.settings.LimitSettings;

/// Counts what each caller asks for, in token buckets. Safe for concurrent use.
///
/// Each bucket is held in memory. One that nobody touched for two hours is full again and
/// forgotten; at most 200,000 are kept. Where there are [SharedBuckets], each has a twin there,
/// from which everything is drawn too, and both must have enough: the one in memory first, which
/// costs nothing and so keeps whoever is far beyond a limit from loading what is shared. It never
/// refuses what the twin would grant, because all that is taken from it is taken from the twin. So
/// while the twins cannot be had it simply decides alone, without giving anybody a second
/// allowance; what is granted meanwhile the twins never learn.
///
/// Events are asked for too often for that, and are charged to the twin in shares ([Gathered]).
public final class Limits {
  /// Expensive work with a limit of its own.
  public enum Work {
    RISK,
    ANOMALY,
    COMPLIANCE
  }

  private final LimitSettings settings;
  private final Clock clock;
  private final TimeMeter meter;
  private final LongSupplier nanos;
  private final Optional<SharedBuckets> shared;
  private final Cache<Key, Bucket> buckets;
  private final Cache<String, Gathered> gathered;

  private record Key(String policy, String who) {}

  /// `limit` in `window`, of which `burst` may come at once.
  private record Rule(String policy, long limit, long burst, Duration window) {
    Rule(String policy, long limit, Duration window) {
      this(policy, limit, limit, window);
    }

    /// How long one more takes to be allowed.
    double nanosEach() {
      return (double) window.toNanos() / limit;
    }

    /// How many are left in a bucket that takes so long to be full again.
    long remaining(long nanosToFull) {
      return (long) Math.floor(burst - nanosToFull / nanosEach() + 1e-6);
    }

    /// How long until such a bucket has `count`, which may be more than it holds.
    long nanosToRefill(long nanosToFull, long count) {
      return Math.max(
          0, nanosToFull + (long) Math.ceil((Math.min(count, burst) - burst) * nanosEach()));
    }

    SharedBuckets.Draw draw(String who, long count) {
      return new SharedBuckets.Draw(policy, who, burst, limit, window, count);
    }
  }

  /// One from a bucket.
  private record Claim(Rule rule, String who) {}

  /// Counts in memory alone. `nanos` is a clock that never runs back, such as `System::nanoTime`.
  public Limits(LimitSettings settings, Clock clock, LongSupplier nanos) {
    this(settings, clock, nanos, Optional.empty());
  }

  /// The same, together with others.
  public Limits(
      LimitSettings settings, Clock clock, LongSupplier nanos, Optional<SharedBuckets> shared) {
    this.settings = settings;
    this.nanos = nanos;
    this.shared = shared;
    this.clock = clock;
    this.meter =
        new TimeMeter() {
          @Override
          public long currentTimeNanos() {
            return nanos.getAsLong();
          }

          @Override
          public boolean isWallClockBased() {
            return false;
          }
        };
    this.buckets = remembered(nanos);
    this.gathered = remembered(nanos);
  }

  private static <K, V> Cache<K, V> remembered(LongSupplier nanos) {
    return Caffeine.newBuilder()
        .maximumSize(200_000)
        .expireAfterAccess(Duration.ofHours(2))
        .ticker(nanos::getAsLong)
        .build();
  }

  /// Counts events to be taken in, per credential. A batch larger than the whole allowance goes
  /// through when the allowance is untouched, and is then paid off.
  public Allowance ingest(Caller caller, long events) {
    var rule = new Rule("ingest", settings.ingestPerSecond(), Duration.ofSeconds(1));
    String who = caller.credential();
    Bucket bucket = bucket(rule, who);
    long now = Math.min(events, rule.burst());
    if (shared.isEmpty()) {
      return take(rule, bucket, now, events - now);
    }
    Gathered together = gathered.get(who, _ -> new Gathered(shared.get(), nanos));
    long nanosToFull = together.nanosToFull(rule.nanosEach());
    long nanosToRefill = rule.nanosToRefill(nanosToFull, now);
    if (nanosToRefill > 0) {
      return exceeded(rule, nanosToRefill, nanosToFull);
    }
    Allowance allowance = take(rule, bucket, now, events - now);
    if (allowance instanceof Allowance.Within within) {
      together.granted(rule.draw(who, events));
      long toFull = together.nanosToFull(rule.nanosEach());
      return rule.remaining(toFull) < within.remaining()
          ? within(rule, rule.remaining(toFull), toFull)
          : within;
    }
    return allowance;
  }

  /// Counts one request of any other kind, against the caller, its subidentity and its DAO; answers
  /// with the limit that is nearest.
  public Allowance request(Caller caller) {
    Duration window = Duration.ofMillis(settings.windowMillis());
    List<Claim> claims = new ArrayList<>();
    claims.add(
        new Claim(
            new Rule("requests", settings.requestsPerMinute(), settings.requestBurst(), window),
            caller.principal()));
    SquidIdentity identity = caller.identity();
    if (identity != null && identity.subId() != null) {
      claims.add(
          new Claim(
              new Rule("subidentity", settings.subidentityPerMinute(), window),
              identity.squidId() + " " + identity.subId()));
    }
    if (identity != null && identity.daoId() != null) {
      claims.add(new Claim(new Rule("dao", settings.daoPerMinute(), window), identity.daoId()));
    }
    return takeAll(claims);
  }

  /// Counts one piece of expensive work.
  public Allowance work(Work work, Caller caller) {
    Duration hour = Duration.ofHours(1);
    Rule rule =
        switch (work) {
          case RISK -> new Rule("risk", settings.riskPerHour(), hour);
          case ANOMALY -> new Rule("anomaly", settings.anomalyPerHour(), hour);
          case COMPLIANCE -> new Rule("compliance", settings.compliancePerHour(), hour);
        };
    return takeAll(List.of(new Claim(rule, caller.principal())));
  }

  /// Counts one request without an identity, per address (IPv6: /64).
  public Allowance stranger(InetAddress address) {
    return takeAll(List.of(new Claim(strangers(), place(address))));
  }

  /// Counts one request for a public file of the log, per address (IPv6: /64).
  public Allowance tile(InetAddress address) {
    var rule =
        new Rule("log", settings.tilesPerMinute(), Duration.ofMillis(settings.windowMillis()));
    return takeAll(List.of(new Claim(rule, place(address))));
  }

  /// Whether a stranger from there would be within the limit; counts nothing.
  Allowance strangerWould(InetAddress address) {
    var claim = new Claim(strangers(), place(address));
    Rule rule = claim.rule();
    var probe = bucket(rule, claim.who()).estimateAbilityToConsume(1);
    if (!probe.canBeConsumed()) {
      return exceeded(rule, probe.getNanosToWaitForRefill(), probe.getNanosToWaitForRefill());
    }
    return together(SharedBuckets.Way.ASK, List.of(claim))
        .orElseGet(() -> within(rule, probe.getRemainingTokens(), 0));
  }

  private Rule strangers() {
    return new Rule(
        "address", settings.strangersPerMinute(), Duration.ofMillis(settings.windowMillis()));
  }

  private static String place(InetAddress address) {
    return address.getAddress().length == 4
        ? address.getHostAddress()
        : CidrBlock.around(address).toString();
  }

  private Allowance takeAll(List<Claim> claims) {
    List<Allowance> own = new ArrayList<>();
    List<Bucket> taken = new ArrayList<>();
    for (Claim claim : claims) {
      Bucket bucket = bucket(claim.rule(), claim.who());
      Allowance one = take(claim.rule(), bucket, 1, 0);
      if (one instanceof Allowance.Exceeded) {
        taken.forEach(earlier -> earlier.addTokens(1));
        return one;
      }
      taken.add(bucket);
      own.add(one);
    }
    Optional<Allowance> together = together(SharedBuckets.Way.TAKE, claims);
    if (together.isPresent() && together.get() instanceof Allowance.Exceeded) {
      taken.forEach(bucket -> bucket.addTokens(1));
    }
    return together.orElseGet(() -> nearest(own));
  }

  /// What the shared buckets say; empty while they cannot be had.
  private Optional<Allowance> together(SharedBuckets.Way way, List<Claim> claims) {
    return shared
        .flatMap(
            buckets ->
                buckets.draw(
                    way, claims.stream().map(claim -> claim.rule().draw(claim.who(), 1)).toList()))
        .map(
            drawn -> {
              if (drawn.refused() >= 0) {
                Rule rule = claims.get(drawn.refused()).rule();
                long nanosToFull = drawn.nanosToFull().get(drawn.refused());
                return exceeded(rule, rule.nanosToRefill(nanosToFull, 1), nanosToFull);
              }
              List<Allowance> all = new ArrayList<>();
              for (int i = 0; i < claims.size(); i++) {
                Rule rule = claims.get(i).rule();
                long nanosToFull = drawn.nanosToFull().get(i);
                all.add(within(rule, rule.remaining(nanosToFull), nanosToFull));
              }
              return nearest(all);
            });
  }

  private static Allowance nearest(List<Allowance> all) {
    return all.stream().min(Comparator.comparingLong(Limits::remaining)).orElseThrow();
  }

  private static long remaining(Allowance allowance) {
    return switch (allowance) {
      case Allowance.Within within -> within.remaining();
      case Allowance.Exceeded _ -> 0;
    };
  }

  /// Takes `count` when there are so many, and then owes `more`.
  private Allowance take(Rule rule, Bucket bucket, long count, long more) {
    if (count <= 0) {
      return within(rule, bucket.getAvailableTokens(), 0);
    }
    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(count);
    if (!probe.isConsumed()) {
      return exceeded(rule, probe.getNanosToWaitForRefill(), probe.getNanosToWaitForReset());
    }
    if (more > 0) {
      long ignored = bucket.consumeIgnoringRateLimits(more);
    }
    return within(rule, probe.getRemainingTokens(), probe.getNanosToWaitForReset());
  }

  private Allowance within(Rule rule, long remaining, long nanosToReset) {
    return new Allowance.Within(
        rule.policy(),
        rule.limit(),
        rule.window(),
        Math.clamp(remaining, 0, rule.limit()),
        in(nanosToReset));
  }

  private Allowance exceeded(Rule rule, long nanosToRefill, long nanosToReset) {
    long seconds = Math.max(1, Math.ceilDiv(nanosToRefill, 1_000_000_000L));
    return new Allowance.Exceeded(
        rule.policy(), rule.limit(), rule.window(), Duration.ofSeconds(seconds), in(nanosToReset));
  }

  private Instant in(long nanos) {
    return clock.instant().plusNanos(nanos);
  }

  private Bucket bucket(Rule rule, String who) {
    return buckets.get(
        new Key(rule.policy(), who),
        _ ->
            Bucket.builder()
                .addLimit(
                    limit -> limit.capacity(rule.burst()).refillGreedy(rule.limit(), rule.window()))
                .withCustomTimePrecision(meter)
                .build());
  }
}
