package qerberos.service;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qerberos.delivery.Deliverer;
import qerberos.event.Actor;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Reserved;
import qerberos.event.Verdict;
import qerberos.http.HttpApi;
import qerberos.http.Metrics;
import qerberos.http.Records;
import qerberos.identity.Gate;
import qerberos.identity.Limits;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.LedgerObserver;
import qerberos.ledger.VerifierKey;
import qerberos.notice.Retries;
import qerberos.service.StartRefused.Reason;
import qerberos.settings.ConfigRestore;
import qerberos.settings.Settings;
import qerberos.state.State;
import qerberos.trail.Epoch;
import qerberos.trail.SelfCheck;
import qerberos.trail.Soundness;
import qerberos.trail.Trail;

/// The running service: what it consists of, in the order in which it is started.
///
/// [#start] checks what can be checked without touching anything (ports, the folder), opens each
/// part with what the parts before it gave, and publishes `server.json` last, when everything
/// answers. [#close] goes the same way back. Safe for concurrent use.
public final class Service implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Service.class.getName());

  /// What `/health` and `server.json` say.
  public static final String VERSION = "1.0.0";

  /// A start is not slowed down by a verification of everything; the first one comes after this.
  private static final Duration FIRST_SELF_CHECK = Duration.ofMinutes(5);

  private final Settings settings;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private @Nullable ServerFile file;

  private Service(Settings settings) {
    this.settings = settings;
  }

  /// Starts everything; on failure closes what was opened and says why in one sentence.
  ///
  /// `restored` is what a restored configuration replaced, to be recorded; `arguments` those of
  /// `start`, for a later restart; `newEpoch` ends the log in the folder and begins another.
  public static Service start(
      Settings settings,
      Optional<ConfigRestore.Restored> restored,
      List<String> arguments,
      boolean newEpoch,
      Clock clock)
      throws StartRefused {
    var service = new Service(settings);
    try {
      service.begin(restored, arguments, newEpoch, clock);
      return service;
    } catch (StartRefused e) {
      service.closeAfter(e);
      throw e;
    } catch (IllegalArgumentException e) {
      service.closeAfter(e);
      throw new StartRefused(Reason.CONFIGURATION, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      service.closeAfter(e);
      throw Obstacle.of(e, settings.folders().data());
    } catch (RuntimeException e) {
      service.closeAfter(e);
      throw e;
    }
  }

  /// Gives the log in a folder that nobody serves a new key; the public keys of all times, the new
  /// one first. The log is opened as at a start, so an older copy is refused before anything is
  /// signed, and what was left to be recorded is; an event announces the key under the old one.
  ///
  /// @throws StartRefused the log may not have a new key, or cannot be opened
  public static List<VerifierKey> rotateKeys(Settings settings, Clock clock) throws StartRefused {
    Path data = settings.folders().data();
    try {
      DataFolder.requireNobodyThere(data);
      DataFolder.prepare(data);
      try (State state = State.open(settings.state(), clock)) {
        requireUnlocked(settings, state, "the keys were not changed");
        Optional<String> fault = Soundness.faultOfFolder(settings.trail(), state.documents());
        if (fault.isPresent()) {
          throw new StartRefused(Reason.DAMAGED, "the keys were not changed: " + fault.get());
        }
        try (Trail trail =
            Trail.open(
                settings.trail(),
                settings.privacy(),
                new FolderStorage(data.resolve("ledger")),
                LedgerObserver.NONE,
                state,
                clock,
                new SecureRandom())) {
          return trail.rotation().rotate(new Actor("system:qerberos"));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartRefused(Reason.TAKEN, "interrupted", e);
    } catch (IOException e) {
      throw Obstacle.of(e, data);
    }
  }

  private void begin(
      Optional<ConfigRestore.Restored> restored,
      List<String> arguments,
      boolean newEpoch,
      Clock clock)
      throws IOException, StartRefused {
    Path data = settings.folders().data();
    DataFolder.requireNobodyThere(data);
    requireFreePorts();
    HttpApi.check(settings.http(), clock);
    DataFolder.prepare(data);

    var random = new SecureRandom();
    // Opened on a thread of its own meanwhile; the trail asks it for the last checkpoint.
    State state = keep(State.open(settings.state(), clock));
    if (newEpoch) {
      requireUnlocked(settings, state, "the log was not ended");
      Epoch.end(settings.trail(), state.documents());
    }
    var metrics = keep(new Metrics());
    var storage = new FolderStorage(data.resolve("ledger"));
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
    var limits = new Limits(settings.limits(), clock, System::nanoTime);
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
    var deliverer =
        keep(
            new Deliverer(
                state.notices(),
                List.of(),
                List.of(),
                Retries.usual(),
                trail.acts(),
                clock,
                random));
    deliverer.start();
    HttpApi api =
        keep(
            HttpApi.start(
                settings.http(),
                trail,
                gate,
                state,
                metrics,
                selfCheck,
                deliverer,
                clock,
                VERSION));
    restored.ifPresent(what -> record(trail, what));
    publish(api, gate, arguments, clock);
  }

  private static void requireUnlocked(Settings settings, State state, String what)
      throws StartRefused {
    if (settings.http().evidenceLock() || state.evidenceLock().isOn()) {
      throw new StartRefused(
          Reason.CONFIGURATION,
          what + ": the evidence lock is on; take it off first: qerberos evidence-lock off");
    }
  }

  /// Asked early, because a taken port is the commonest obstacle and nothing is open yet.
  private void requireFreePorts() throws StartRefused {
    var ports = new Ports(Path.of("/proc"));
    ports.requireFree(settings.http().bind(), settings.http().port(), "the API", "--port");
    var identity = settings.identity();
    if (identity.standaloneSquid()) {
      ports.requireFree(identity.bind(), identity.squidPort(), "the bundled sQuid", "--squid-port");
    }
    if (identity.standaloneQonsent()) {
      ports.requireFree(
          identity.bind(), identity.qonsentPort(), "the bundled Qonsent", "--qonsent-port");
    }
  }

  /// That a configuration was restored is an event like any other act of an operator.
  private static void record(Trail trail, ConfigRestore.Restored what) {
    List<Json> files = what.files().stream().<Json>map(Json::of).toList();
    trail
        .own()
        .recordNow(
            new EventDraft(
                null,
                "config.restored",
                null,
                null,
                "qerberos:config",
                new Actor("system:qerberos"),
                Reserved.LAYER,
                Verdict.ALLOW,
                Json.EMPTY
                    .with("files", new Json.Arr(files))
                    .with("previous", Json.of(what.previous().toString())),
                Json.EMPTY,
                null,
                null));
  }

  /// Tells the commands where we are; from here on the service counts as running.
  private void publish(HttpApi api, Gate gate, List<String> arguments, Clock clock)
      throws IOException {
    Path data = settings.folders().data();
    boolean tls = api.certificate().isPresent();
    var published =
        new ServerFile(
            ProcessHandle.current().pid(),
            Instant.now(clock),
            URI.create(
                (tls ? "https://" : "http://")
                    + reachable(settings.http().bind())
                    + ":"
                    + api.port()),
            api.port(),
            gate.squidPort().orElse(0),
            gate.qonsentPort().orElse(0),
            VERSION,
            arguments,
            api.certificate().orElse(""));
    published.write(data);
    open.push(() -> ServerFile.remove(data, published.pid()));
    file = published;
    api.onCertificate(fingerprint -> republish(data, published.with(fingerprint)));
  }

  /// The commands know the server by its certificate, so they must know of another one.
  private static void republish(Path data, ServerFile changed) {
    try {
      changed.write(data);
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.ERROR,
          "server.json cannot be written; commands will not know the new certificate",
          e);
    }
  }

  /// The host under which this machine reaches what is bound to an address.
  private static String reachable(String bind) {
    return switch (bind) {
      case "127.0.0.1", "0.0.0.0", "::", "::1", "[::]", "[::1]" -> "localhost";
      default -> bind.contains(":") && !bind.startsWith("[") ? "[" + bind + "]" : bind;
    };
  }

  /// Where it runs.
  public ServerFile file() {
    ServerFile published = file;
    if (published == null) {
      throw new IllegalStateException("not started");
    }
    return published;
  }

  private <T extends AutoCloseable> T keep(T part) {
    open.push(part);
    return part;
  }

  /// Stops taking events, finishes what is in flight, publishes a last checkpoint.
  ///
  /// Throws an IOException when a part did not close well; the others are closed nevertheless, and
  /// what was accepted before is on disk either way.
  @Override
  public void close() throws IOException {
    IOException failure = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure = new IOException("a part did not close well: " + e, e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void closeAfter(Exception reason) {
    try {
      close();
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }
}
