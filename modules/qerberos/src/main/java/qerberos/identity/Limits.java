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
import java.util.List;
import java.util.function.LongSupplier;
import qerberos.settings.LimitSettings;

/// Counts what each caller asks for, in token buckets held in memory. Safe for concurrent use.
///
/// A bucket that nobody touched for two hours is full again and forgotten; at most 200,000 are
/// kept. Each process counts for itself.
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
  private final Cache<Key, Bucket> buckets;

  private record Key(String policy, String who) {}

  /// `limit` in `window`, of which `burst` may come at once.
  private record Rule(String policy, long limit, long burst, Duration window) {
    Rule(String policy, long limit, Duration window) {
      this(policy, limit, limit, window);
    }
  }

  /// `nanos` is a clock that never runs back, such as `System::nanoTime`.
  public Limits(LimitSettings settings, Clock clock, LongSupplier nanos) {
    this.settings = settings;
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
    this.buckets =
        Caffeine.newBuilder()
            .maximumSize(200_000)
            .expireAfterAccess(Duration.ofHours(2))
            .ticker(nanos::getAsLong)
            .build();
  }

  /// Counts events to be taken in, per credential. A batch larger than the whole allowance goes
  /// through when the allowance is untouched, and is then paid off.
  public Allowance ingest(Caller caller, long events) {
    var rule = new Rule("ingest", settings.ingestPerSecond(), Duration.ofSeconds(1));
    Bucket bucket = bucket(rule, caller.credential());
    long now = Math.min(events, rule.burst());
    Allowance allowance = take(rule, bucket, now);
    if (allowance instanceof Allowance.Within && events > now) {
      long ignored = bucket.consumeIgnoringRateLimits(events - now);
    }
    return allowance;
  }

  /// Counts one request of any other kind, against the caller, its subidentity and its DAO; answers
  /// with the limit that is nearest.
  public Allowance request(Caller caller) {
    Duration window = Duration.ofMillis(settings.windowMillis());
    List<Rule> rules = new ArrayList<>();
    List<String> whose = new ArrayList<>();
    rules.add(new Rule("requests", settings.requestsPerMinute(), settings.requestBurst(), window));
    whose.add(caller.principal());
    SquidIdentity identity = caller.identity();
    if (identity != null && identity.subId() != null) {
      rules.add(new Rule("subidentity", settings.subidentityPerMinute(), window));
      whose.add(identity.squidId() + " " + identity.subId());
    }
    if (identity != null && identity.daoId() != null) {
      rules.add(new Rule("dao", settings.daoPerMinute(), window));
      whose.add(identity.daoId());
    }
    return takeAll(rules, whose);
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
    return take(rule, bucket(rule, caller.principal()), 1);
  }

  /// Counts one request without an identity, per address (IPv6: /64).
  public Allowance stranger(InetAddress address) {
    Rule rule = strangers();
    return take(rule, bucket(rule, place(address)), 1);
  }

  /// Counts one request for a public file of the log, per address (IPv6: /64).
  public Allowance tile(InetAddress address) {
    var rule =
        new Rule("log", settings.tilesPerMinute(), Duration.ofMillis(settings.windowMillis()));
    return take(rule, bucket(rule, place(address)), 1);
  }

  /// Whether a stranger from there would be within the limit; counts nothing.
  Allowance strangerWould(InetAddress address) {
    Rule rule = strangers();
    Bucket bucket = bucket(rule, place(address));
    var probe = bucket.estimateAbilityToConsume(1);
    return probe.canBeConsumed()
        ? within(rule, probe.getRemainingTokens(), 0)
        : exceeded(rule, probe.getNanosToWaitForRefill(), probe.getNanosToWaitForRefill());
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

  private Allowance takeAll(List<Rule> rules, List<String> whose) {
    Allowance nearest = null;
    List<Bucket> taken = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      Bucket bucket = bucket(rules.get(i), whose.get(i));
      Allowance one = take(rules.get(i), bucket, 1);
      if (one instanceof Allowance.Exceeded) {
        taken.forEach(earlier -> earlier.addTokens(1));
        return one;
      }
      taken.add(bucket);
      if (nearest == null || remaining(one) < remaining(nearest)) {
        nearest = one;
      }
    }
    if (nearest == null) {
      throw new IllegalStateException("no rule");
    }
    return nearest;
  }

  private static long remaining(Allowance allowance) {
    return switch (allowance) {
      case Allowance.Within within -> within.remaining();
      case Allowance.Exceeded _ -> 0;
    };
  }

  private Allowance take(Rule rule, Bucket bucket, long count) {
    if (count <= 0) {
      return within(rule, bucket.getAvailableTokens(), 0);
    }
    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(count);
    return probe.isConsumed()
        ? within(rule, probe.getRemainingTokens(), probe.getNanosToWaitForReset())
        : exceeded(rule, probe.getNanosToWaitForRefill(), probe.getNanosToWaitForReset());
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
