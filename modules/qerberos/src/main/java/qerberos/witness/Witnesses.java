package qerberos.witness;

import static java.lang.System.Logger.Level.ERROR;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.KnownCheckpoint;
import qerberos.ledger.Ledger;
import qerberos.ledger.LedgerBehind;
import qerberos.ledger.NoteSignature;
import qerberos.ledger.SignedNote;
import qerberos.ledger.VerifierKey;
import qerberos.ledger.WitnessAnswer;
import qerberos.settings.WitnessSettings;

/// Has our checkpoints cosigned.
///
/// Every `ledger.witnessInterval` at most, the newest published checkpoint becomes the one that is
/// due; when the log was quiet for longer, a new one is due within a tenth of a second. All
/// witnesses are brought the same one, each on a thread of its own, so that their cosignatures
/// meet. The ledger is only looked at: it does not know that anybody looks, and waits for nobody.
///
/// Safe for concurrent use.
public final class Witnesses implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Witnesses.class.getName());
  private static final Duration LOOK = Duration.ofMillis(100);

  /// A witness that comes and goes makes one event a minute.
  private static final Duration EVENT_EVERY = Duration.ofMinutes(1);

  /// What is to be brought to all.
  private record Due(long number, Checkpoint checkpoint, SignedNote note) {}

  /// What was last recorded of one witness.
  private static final class Recorded {
    WitnessState state = WitnessState.COSIGNING;
    WitnessState seen = WitnessState.COSIGNING;
    long changes;
    long nanos = System.nanoTime() - EVENT_EVERY.toNanos();
  }

  private final WitnessSettings settings;
  private final Path data;
  private final InstantSource clock;
  private final @Nullable HttpClient client;
  private final Cosigned cosigned;
  private final Overdue overdue = new Overdue(System::nanoTime);
  private final List<Following> following = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Map<VerifierKey, SignedNote> toKeep = new ConcurrentHashMap<>();
  private FirstQuestion.@Nullable Heard heard;
  private volatile @Nullable Ledger ledger;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean newCosigned;

  // Guarded by this.
  private @Nullable Due due;
  private boolean closing;

  /// @param data the data folder
  public Witnesses(WitnessSettings settings, Path data, InstantSource clock) {
    this.settings = settings;
    this.data = data;
    this.clock = clock;
    this.cosigned = new Cosigned(settings.quorum());
    this.client =
        settings.witnesses().isEmpty()
            ? null
            : HttpClient.newBuilder()
                .version(Version.HTTP_1_1)
                .followRedirects(Redirect.NEVER)
                .connectTimeout(settings.timeout())
                .build();
  }

  /// Asks the witnesses for what they know of this log, before it is opened.
  ///
  /// @param folder of the ledger
  /// @param origin the log's name where the folder does not say it
  /// @return checkpoints that they show, by a key of the log
  /// @throws LedgerBehind one says that it has a later or another history
  public List<KnownCheckpoint> known(Path folder, Optional<String> origin) throws IOException {
    HttpClient asking = client;
    if (asking == null) {
      return List.of();
    }
    FirstQuestion.Heard all = FirstQuestion.ask(settings, asking, folder, origin);
    if (!all.claims().isEmpty()) {
      throw new LedgerBehind(String.join("; ", all.claims()));
    }
    heard = all;
    return all.known();
  }

  /// Begins to have the checkpoints of this ledger cosigned.
  ///
  /// @param changes is told when a witness begins or ceases to cosign, a minute apart for each
  public void follow(Ledger opened, Consumer<WitnessChange> changes) {
    ledger = opened;
    HttpClient asking = client;
    if (asking == null) {
      return;
    }
    var kept = new Kept(data, opened.origin());
    kept.cosigned().ifPresent(note -> remember(opened, note));
    for (WitnessSettings.Address address : settings.witnesses()) {
      Optional<SignedNote> last =
          kept.of(address.key()).filter(note -> remember(opened, note).contains(address.key()));
      FirstQuestion.Heard said = heard;
      following.add(
          new Following(
              new RemoteWitness(address, asking, settings.timeout()),
              opened,
              clock,
              settings.every(),
              last,
              said != null && said.agreed().contains(address.key())));
    }
    threads.add(
        Thread.ofPlatform()
            .name("witnesses")
            .daemon(true)
            .start(() -> look(opened, kept, changes)));
    for (Following one : following) {
      threads.add(
          Thread.ofVirtual().name("witness " + one.witness().name()).start(() -> bring(one)));
    }
  }

  /// Takes what was kept from an earlier life, when it is of this ledger; says whose cosignatures
  /// are on it.
  private List<VerifierKey> remember(Ledger opened, SignedNote note) {
    List<VerifierKey> by = new ArrayList<>();
    try {
      Checkpoint checkpoint = Checkpoint.parse(note.text());
      if (checkpoint.size() > opened.checkpoint().size()
          || !checkpoint.root().equals(opened.root(checkpoint.size()))) {
        return by;
      }
      SignedNote ours = new SignedNote(note.text(), note.holding(opened.keys()));
      for (WitnessSettings.Address one : settings.witnesses()) {
        List<NoteSignature> lines = note.holding(List.of(one.key()));
        if (!lines.isEmpty()) {
          boolean ignored = add(ours, one.key(), lines);
          by.add(one.key());
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      LOG.log(System.Logger.Level.WARNING, "what a witness had cosigned is passed over", e);
    }
    return by;
  }

  /// Says every tenth of a second what is due; writes and records what has happened meanwhile.
  private void look(Ledger opened, Kept kept, Consumer<WitnessChange> changes) {
    Map<Following, Recorded> recorded = new HashMap<>();
    following.forEach(one -> recorded.put(one, new Recorded()));
    byte[] last = {};
    long lastNanos = System.nanoTime() - settings.every().toNanos();
    long number = 0;
    boolean more = true;
    while (more) {
      try {
        byte[] newest = opened.signedCheckpoint();
        long now = System.nanoTime();
        if (now - lastNanos >= settings.every().toNanos() && !Arrays.equals(newest, last)) {
          SignedNote note = SignedNote.parse(newest);
          Checkpoint checkpoint = Checkpoint.parse(note.text());
          last = newest;
          if (checkpoint.size() > 0) {
            lastNanos = now;
            number++;
            overdue.due(checkpoint.size());
            makeDue(new Due(number, checkpoint, note));
          }
        }
        recorded.forEach((one, before) -> record(one, before, changes));
        keep(kept);
      } catch (RuntimeException e) {
        LOG.log(ERROR, "the witnesses could not be looked after", e);
      }
      more = pause();
    }
    keep(kept);
  }

  private synchronized void makeDue(Due next) {
    due = next;
    notifyAll();
  }

  /// False when that was the end.
  private boolean pause() {
    try {
      return !closed.await(
          Math.min(LOOK.toMillis(), settings.every().toMillis()), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  private void keep(Kept kept) {
    for (VerifierKey witness : List.copyOf(toKeep.keySet())) {
      SignedNote note = toKeep.remove(witness);
      if (note != null) {
        kept.keep(witness, note);
      }
    }
    if (newCosigned) {
      newCosigned = false;
      cosigned.newest().ifPresent(kept::keepCosigned);
    }
  }

  private static void record(Following one, Recorded before, Consumer<WitnessChange> changes) {
    WitnessReport now = one.report(0);
    if (now.state() == WitnessState.NEW) {
      return;
    }
    if (now.state() != before.seen) {
      before.seen = now.state();
      before.changes++;
    }
    boolean time = System.nanoTime() - before.nanos >= EVENT_EVERY.toNanos();
    if (before.changes > 0 && time) {
      changes.accept(
          new WitnessChange(now.name(), before.state, now.state(), before.changes, now.error()));
      before.state = now.state();
      before.changes = 0;
      before.nanos = System.nanoTime();
    }
  }

  /// Brings one witness what is due, again and again.
  private void bring(Following one) {
    long done = 0;
    try {
      while (true) {
        Due next = awaitDue(done);
        if (next == null) {
          return;
        }
        WitnessAnswer.Cosigned answer;
        try {
          answer = one.bring(next.note(), next.checkpoint());
        } catch (RuntimeException e) {
          LOG.log(ERROR, "the witness " + one.witness().name() + " could not be asked", e);
          answer = null;
        }
        if (answer == null) {
          Thread.sleep(one.pause());
          continue;
        }
        done = next.number();
        if (!answer.lines().isEmpty()) {
          toKeep.put(one.witness().key(), next.note().with(answer.lines()));
          if (add(next.note(), one.witness().key(), answer.lines())) {
            newCosigned = true;
          }
        }
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private boolean add(SignedNote note, VerifierKey by, List<NoteSignature> lines) {
    boolean changed = cosigned.add(note, by, lines);
    if (changed) {
      overdue.cosigned(Checkpoint.parse(note.text()).size());
    }
    return changed;
  }

  private synchronized @Nullable Due awaitDue(long done) throws InterruptedException {
    while (!closing) {
      Due now = due;
      if (now != null && now.number() != done) {
        return now;
      }
      wait();
    }
    return null;
  }

  /// Whether there are any.
  public boolean any() {
    return !settings.witnesses().isEmpty();
  }

  /// Whose cosignatures are enough, in words.
  public String quorum() {
    return settings.quorum().toString();
  }

  /// What is wrong when entries have waited for enough cosignatures for longer than
  /// [WitnessSettings#overdue], in one sentence; empty while all is well, however it goes with a
  /// single witness.
  public Optional<String> fault() {
    if (settings.quorum().metBy(List.of())) {
      return Optional.empty();
    }
    return overdue
        .waited()
        .filter(waited -> waited.compareTo(settings.overdue()) > 0)
        .map(
            waited ->
                "no checkpoint has been cosigned by "
                    + quorum()
                    + " for "
                    + waited.toSeconds()
                    + " s");
  }

  /// How it goes with each.
  public List<WitnessReport> reports() {
    Ledger opened = ledger;
    long size = opened == null ? 0 : opened.checkpoint().size();
    return following.stream().map(one -> one.report(size)).toList();
  }

  /// A checkpoint of this log with the cosignatures that there are.
  public SignedNote with(SignedNote note) {
    return cosigned.with(note);
  }

  /// The newest checkpoint that enough witnesses have cosigned.
  public Optional<SignedNote> cosigned() {
    return cosigned.newest();
  }

  /// The same, once it covers so many entries.
  ///
  /// @throws TimeoutException when none does in time
  public SignedNote awaitCosigned(long size, Duration most)
      throws InterruptedException, TimeoutException {
    return cosigned.await(size, most);
  }

  /// Where the newest cosigned checkpoint of a log lies in a data folder.
  public static Path cosignedFile(Path data, String origin) {
    return Kept.cosignedFile(data, origin);
  }

  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    closed.countDown();
    // Those that talk are interrupted; the one that writes files is not.
    threads.stream().skip(1).forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        if (!thread.join(Duration.ofSeconds(5))) {
          LOG.log(ERROR, thread.getName() + " does not stop");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (client != null) {
      client.shutdownNow();
    }
  }
}
