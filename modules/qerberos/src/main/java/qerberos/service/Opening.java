package qerberos.service;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Deque;
import qerberos.bus.Bus;
import qerberos.bus.RedisCarrier;
import qerberos.delivery.Channels;
import qerberos.delivery.Deliverer;
import qerberos.delivery.Forgetting;
import qerberos.delivery.RedisNews;
import qerberos.delivery.Room;
import qerberos.http.Metrics;
import qerberos.http.Parts;
import qerberos.http.Records;
import qerberos.identity.Gate;
import qerberos.identity.Limits;
import qerberos.ledger.FolderStorage;
import qerberos.redis.RedisBuckets;
import qerberos.redis.RedisLink;
import qerberos.service.StartRefused.Reason;
import qerberos.settings.Settings;
import qerberos.state.State;
import qerberos.trail.Epoch;
import qerberos.trail.SelfCheck;
import qerberos.trail.Trail;

/// Opens what the one process that writes consists of, each part with what those before it gave.
///
/// Used by one thread.
final class Opening {
  /// A start is not slowed down by a verification of everything; the first one comes after this.
  private static final Duration FIRST_SELF_CHECK = Duration.ofMinutes(5);

  private final Settings settings;
  private final Clock clock;
  private final Deque<AutoCloseable> open;

  /// @param open gets what was opened, also when the rest cannot be
  Opening(Settings settings, Clock clock, Deque<AutoCloseable> open) {
    this.settings = settings;
    this.clock = clock;
    this.open = open;
  }

  /// @param newEpoch the log in the folder is ended first, and another one begins
  Parts parts(FolderStorage storage, boolean newEpoch) throws IOException, StartRefused {
    var random = new SecureRandom();
    // Opened on a thread of its own meanwhile; the trail asks it for the last checkpoint.
    State state = keep(State.open(settings.state(), clock));
    if (newEpoch) {
      requireUnlocked(settings, state, "the log was not ended");
      Epoch.end(settings.trail(), state.documents());
    }
    var metrics = keep(new Metrics());
    Trail trail =
        keep(
            Trail.open(
                settings.trail(),
                settings.privacy(),
                storage,
                metrics.ledgerObserver(),
                state,
                clock,
                random));
    RedisLink redis = keep(RedisLink.open(settings.redis(), trail.ledger().origin()));
    Bus bus =
        keep(
            settings
                .redis()
                .map(it -> new RedisCarrier(it, settings.bus().keep()))
                .map(carrier -> Bus.carried(trail, state.cursors(), carrier))
                .orElseGet(() -> Bus.inside(trail)));
    var limits = new Limits(settings.limits(), clock, System::nanoTime, RedisBuckets.over(redis));
    Gate gate =
        keep(
            Gate.open(
                settings.identity(),
                state,
                limits,
                random,
                clock,
                change -> Records.changed(trail.acts(), change)));
    var selfCheck =
        keep(
            new SelfCheck(
                trail.ledger(),
                storage,
                state.documents(),
                clock,
                settings.trail().verifyInterval(),
                FIRST_SELF_CHECK));
    selfCheck.start();
    var room = new Room();
    RedisNews.between(redis, room).ifPresent(news -> state.notices().tell(keep(news)));
    Deliverer deliverer =
        keep(
            new Deliverer(
                state.notices(),
                Channels.of(settings.mail(), settings.notices(), state.documents(), room, clock),
                settings.notices().routes(),
                Channels.retries(settings.mail()),
                trail.acts(),
                clock,
                random));
    deliverer.start();
    keep(new Forgetting(state.notices(), settings.notices().keep(), clock)).start();
    return new Parts(trail, bus, gate, state, redis, metrics, selfCheck, deliverer, room);
  }

  private <T extends AutoCloseable> T keep(T part) {
    open.push(part);
    return part;
  }

  /// @param what was not done, if the evidence lock is on
  static void requireUnlocked(Settings settings, State state, String what) throws StartRefused {
    if (settings.http().evidenceLock() || state.evidenceLock().isOn()) {
      throw new StartRefused(
          Reason.CONFIGURATION,
          what + ": the evidence lock is on; take it off first: qerberos evidence-lock off");
    }
  }
}
