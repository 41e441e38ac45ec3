package qerberos.http;

import static java.lang.System.Logger.Level.WARNING;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import qerberos.identity.Gate;
import qerberos.identity.UpstreamHealth;
import qerberos.ledger.Ledger;
import qerberos.ledger.LedgerStatus;
import qerberos.redis.RedisHealth;
import qerberos.redis.RedisLink;
import qerberos.state.State;
import qerberos.state.StateHealth;
import qerberos.witness.Witnesses;

/// Looks after what we depend on every few seconds, so that asking for our health never waits for
/// somebody else's.
///
/// Safe for concurrent use.
final class HealthWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HealthWatch.class.getName());
  private static final Duration EVERY = Duration.ofSeconds(3);

  /// How we are.
  enum Status {
    HEALTHY,
    DEGRADED,
    UNHEALTHY
  }

  /// What was seen at one moment.
  ///
  /// @param state null while all is well with the state database, else what is wrong
  record Seen(
      Instant at,
      UpstreamHealth squid,
      UpstreamHealth qonsent,
      @Nullable String state,
      long stateMillis) {}

  private final Ledger ledger;
  private final Gate gate;
  private final State state;
  private final RedisLink redis;
  private final Witnesses witnesses;
  private final InstantSource clock;
  private final Thread thread;
  private final CountDownLatch looked = new CountDownLatch(1);
  private volatile Seen seen;

  HealthWatch(
      Ledger ledger,
      Gate gate,
      State state,
      RedisLink redis,
      Witnesses witnesses,
      InstantSource clock) {
    this.ledger = ledger;
    this.gate = gate;
    this.state = state;
    this.redis = redis;
    this.witnesses = witnesses;
    this.clock = clock;
    UpstreamHealth unknown =
        new UpstreamHealth(UpstreamHealth.Status.DEGRADED, 0, clock.instant(), "not asked yet");
    this.seen = new Seen(clock.instant(), unknown, unknown, null, 0);
    this.thread = Thread.ofPlatform().name("health-watch").daemon(true).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        try {
          seen = look();
        } catch (RuntimeException e) {
          LOG.log(WARNING, "the health of a dependency could not be asked for", e);
        }
        looked.countDown();
        Thread.sleep(EVERY);
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  /// Returns when the first look is over, or after so long: one that does not answer shall not keep
  /// us from beginning. An interrupt ends the waiting, and stays set.
  void awaitFirst(Duration most) {
    try {
      boolean ignored = looked.await(most.toMillis(), TimeUnit.MILLISECONDS);
      redis.awaitFirst(most);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Seen look() {
    StateHealth health = state.check();
    return switch (health) {
      case StateHealth.Up(long millis) ->
          new Seen(clock.instant(), gate.squidHealth(), gate.qonsentHealth(), null, millis);
      case StateHealth.Down(String reason) ->
          new Seen(clock.instant(), gate.squidHealth(), gate.qonsentHealth(), reason, 0);
    };
  }

  Seen seen() {
    return seen;
  }

  /// Looks after itself, so this is how it is.
  RedisHealth redis() {
    return redis.health();
  }

  LedgerStatus ledger() {
    return ledger.status();
  }

  /// Without a writable ledger we are of no use; without the others we go on with what we remember.
  Status status() {
    Seen now = seen;
    if (!ledger().writable()) {
      return Status.UNHEALTHY;
    }
    boolean well =
        now.squid().status() == UpstreamHealth.Status.UP
            && now.qonsent().status() == UpstreamHealth.Status.UP
            && now.state() == null
            && !(redis() instanceof RedisHealth.Down)
            && witnesses.fault().isEmpty();
    return well ? Status.HEALTHY : Status.DEGRADED;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
