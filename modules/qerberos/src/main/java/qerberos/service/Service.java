package qerberos.service;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;
import qerberos.event.Verdict;
import qerberos.http.Door;
import qerberos.http.HttpApi;
import qerberos.http.Parts;
import qerberos.http.ReaderApi;
import qerberos.http.WriterDoor;
import qerberos.identity.Gate;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.LedgerLocked;
import qerberos.service.StartRefused.Reason;
import qerberos.settings.ConfigRestore;
import qerberos.settings.Settings;
import qerberos.trail.DataFormat;
import qerberos.trail.OwnEvents;
import qerberos.trail.Trail;

/// The running service: what it consists of, in the order in which it is started.
///
/// [#start] checks what can be checked without touching anything (ports, the folder), opens each
/// part with what the parts before it gave, and publishes `server.json` last, when everything
/// answers. [#close] goes the same way back.
///
/// When it may join ([qerberos.settings.MemberSettings]) and another process writes to the folder,
/// it opens a door, passes everything on, and opens the rest when it is its turn ([Membership]).
/// Safe for concurrent use.
public final class Service implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Service.class.getName());

  /// What `/health` and `server.json` say.
  public static final String VERSION = "1.0.0";

  /// How long one that joins waits for the process that has the folder to answer.
  private static final Duration FIRST_WRITER = Duration.ofSeconds(60);

  private final Settings settings;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private final Clock clock;
  private final List<String> arguments;

  // Set by the thread that starts or takes over, read by the one that closes.
  private volatile @Nullable ServerFile file;
  private volatile @Nullable HttpApi api;
  private volatile @Nullable ReaderApi reading;
  private volatile @Nullable Membership membership;

  /// Recorded when this process comes to write.
  private Optional<ConfigRestore.Restored> unrecorded = Optional.empty();

  private Service(Settings settings, List<String> arguments, Clock clock) {
    this.settings = settings;
    this.arguments = arguments;
    this.clock = clock;
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
    var service = new Service(settings, arguments, clock);
    try {
      service.begin(restored, newEpoch);
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

  private void begin(Optional<ConfigRestore.Restored> restored, boolean newEpoch)
      throws IOException, StartRefused {
    Path data = settings.folders().data();
    boolean join = settings.members().join();
    if (!join) {
      DataFolder.requireNobodyThere(data);
    }
    requireFreePort();
    if (!join) {
      requireFreePortsOfThePair();
    }
    HttpApi.check(settings.http(), clock);
    DataFolder.prepare(data);
    var storage = new FolderStorage(data.resolve("ledger"));
    Door door = Door.of(settings.http(), clock);
    if (join) {
      // The lock makes the ledger's folder, which must not be there before the mark is.
      DataFormat.claim(data);
    }
    if (!join || storage.lockAhead()) {
      open.push(storage::release);
      if (join) {
        requireFreePortsOfThePair();
      }
      Trail trail = write(storage, door, newEpoch);
      restored.ifPresent(what -> record(trail, what));
      return;
    }
    if (newEpoch) {
      throw new LedgerLocked(data + ": in use by another process");
    }
    unrecorded = restored;
    read(storage, door);
  }

  /// Opens everything that the one process that writes has.
  private Trail write(FolderStorage storage, Door door, boolean newEpoch)
      throws IOException, StartRefused {
    Path data = settings.folders().data();
    Parts parts = new Opening(settings, clock, open).parts(storage, newEpoch);
    HttpApi started =
        keep(
            HttpApi.start(
                settings.http(),
                door,
                inner -> WriterFile.write(data, inner),
                parts,
                clock,
                VERSION));
    api = started;
    WriterDoor inner = started.inner();
    open.push(() -> WriterFile.remove(data, inner));
    Gate gate = parts.gate();
    publish(door, gate.squidPort().orElse(0), gate.qonsentPort().orElse(0));
    return parts.trail();
  }

  /// Passes everything on to the process that writes; returns when it answers, or when this one has
  /// taken over.
  private void read(FolderStorage storage, Door door) throws IOException, StartRefused {
    Path data = settings.folders().data();
    var member = new Membership(data, storage, () -> takeOver(storage, door));
    var passing =
        keep(
            new ReaderApi(
                settings.http(), door, member, settings.members().takeoverWait(), clock, VERSION));
    reading = passing;
    // Closed first: what is on its way is still passed on.
    open.push(door);
    passing.start();
    membership = member;
    member.start();
    ServerFile beside = described(door, 0, 0);
    try {
      long patience = System.nanoTime() + FIRST_WRITER.toNanos();
      while (file == null && !passing.reached()) {
        if (System.nanoTime() > patience) {
          throw new StartRefused(
              Reason.TAKEN,
              data
                  + " is in use by another process, which does not answer; to join, that one must"
                  + " be a server of this version");
        }
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartRefused(Reason.TAKEN, "interrupted", e);
    }
    synchronized (this) {
      if (file == null) {
        beside.writeBeside(data);
        file = beside;
      }
    }
  }

  /// What this process opens when it is its turn to write; nothing of it stays open when it cannot.
  private void takeOver(FolderStorage storage, Door door) throws Exception {
    int before = open.size();
    try {
      Trail trail = write(storage, door, false);
      unrecorded.ifPresent(what -> record(trail, what));
      ReaderApi passing = reading;
      if (passing != null) {
        passing.retire();
      }
    } catch (Exception e) {
      while (open.size() > before) {
        try {
          open.pop().close();
        } catch (Exception more) {
          e.addSuppressed(more);
        }
      }
      throw e;
    }
  }

  /// Asked early, because a taken port is the commonest obstacle and nothing is open yet.
  private void requireFreePort() throws StartRefused {
    new Ports(Path.of("/proc"))
        .requireFree(settings.http().bind(), settings.http().port(), "the API", "--port");
  }

  /// The bundled sQuid and Qonsent belong to the process that writes.
  private void requireFreePortsOfThePair() throws StartRefused {
    var ports = new Ports(Path.of("/proc"));
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
            OwnEvents.bySelf(
                "config.restored",
                "qerberos:config",
                Verdict.ALLOW,
                Json.EMPTY
                    .with("files", new Json.Arr(files))
                    .with("previous", Json.of(what.previous().toString()))));
  }

  /// Tells the commands where we are; from here on the service counts as running.
  private synchronized void publish(Door door, int squidPort, int qonsentPort) throws IOException {
    Path data = settings.folders().data();
    ServerFile published = described(door, squidPort, qonsentPort);
    published.write(data);
    ServerFile.removeBeside(data, published.pid());
    open.push(() -> ServerFile.remove(data, published.pid()));
    file = published;
    door.onCertificate(fingerprint -> republish(data, published.with(fingerprint)));
  }

  private ServerFile described(Door door, int squidPort, int qonsentPort) {
    return new ServerFile(
        ProcessHandle.current().pid(),
        Instant.now(clock),
        door.url(),
        door.port(),
        squidPort,
        qonsentPort,
        VERSION,
        arguments,
        door.certificate().orElse(""));
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

  /// Stops taking events, finishes what is in flight, publishes a last checkpoint. While other
  /// processes of the folder are there it first says for a while that it is about to leave, so that
  /// who shares requests out among them gives it none.
  ///
  /// Throws an IOException when a part did not close well; the others are closed nevertheless, and
  /// what was accepted before is on disk either way.
  @Override
  public void close() throws IOException {
    leave();
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

  private void leave() {
    // From here on this process takes nothing over; what it has begun is over.
    Membership member = membership;
    if (member != null) {
      member.close();
    }
    Path data = settings.folders().data();
    ServerFile published = file;
    HttpApi writing = api;
    ReaderApi passing = reading;
    if (published != null) {
      if (writing != null) {
        writing.leave();
      }
      if (passing != null) {
        passing.leave();
      }
      try {
        ServerFile.removeBeside(data, published.pid());
        if (ServerFile.allIn(data).stream().anyMatch(one -> one.pid() != published.pid())) {
          Thread.sleep(settings.members().leaveNotice());
        }
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "whether others serve the folder cannot be seen", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (passing != null) {
      passing.endStreams();
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
