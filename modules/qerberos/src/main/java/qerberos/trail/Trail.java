package qerberos.trail;

import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qerberos.columns.ColumnCodec;
import qerberos.event.Actor;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Privacy;
import qerberos.event.Sealer;
import qerberos.event.Verdict;
import qerberos.ledger.KnownCheckpoint;
import qerberos.ledger.Ledger;
import qerberos.ledger.LedgerObserver;
import qerberos.ledger.LedgerSettings;
import qerberos.ledger.LogStorage;
import qerberos.query.IndexSettings;
import qerberos.settings.TrailSettings;
import qerberos.state.Documents;
import qerberos.state.Outbox;
import qerberos.state.State;
import qerberos.state.StateUnavailable;
import qerberos.witness.WitnessChange;
import qerberos.witness.WitnessState;
import qerberos.witness.Witnesses;

/// The trail, opened and running: the parts that take events in ([Appending]), find them again
/// ([TrailSearch]), prove what is said ([Proofs]) and record what happens to the trail itself
/// ([OwnEvents], [OwnActs]), in the order in which they are opened.
///
/// Safe for concurrent use.
public final class Trail implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Trail.class.getName());

  private final Ids ids;
  private final Ledger ledger;
  private final SubjectKeyFiles keys;
  private final Sealer sealer;
  private final Anchor anchor;
  private final Witnesses witnesses;
  private final LedgerEvents events;
  private final LedgerEvents withoutSealed;
  private final Tail tail;
  private final Appending appending;
  private final Proofs proofs;
  private final @Nullable AnchorPost post;
  private final Follower indexing;
  private final TrailSearch search;
  private final Postponed postponed;
  private final OwnEvents own;
  private final OwnActs acts;
  private final KeyRotation rotation;
  private final Deque<AutoCloseable> open;

  private Trail(
      TrailSettings settings,
      InstantSource clock,
      Ids ids,
      Ledger ledger,
      SubjectKeyFiles keys,
      Sealer sealer,
      Tail tail,
      TrailIndex index,
      Anchor anchor,
      Witnesses witnesses,
      Outbox outbox,
      Deque<AutoCloseable> open) {
    this.ids = ids;
    this.ledger = ledger;
    this.keys = keys;
    this.sealer = sealer;
    this.anchor = anchor;
    this.witnesses = witnesses;
    this.open = open;
    this.events = new LedgerEvents(ledger, sealer);
    this.withoutSealed = events.withoutSealed();
    this.tail = tail;
    this.appending = new Appending(clock, ids, sealer, tail, ledger);
    this.proofs = new Proofs(ledger, witnesses);
    this.post =
        settings
            .anchorUrl()
            .map(url -> new AnchorPost(url, settings.anchorInterval(), proofs::signedCheckpoint))
            .orElse(null);
    this.indexing =
        new Follower("index", index, tail, events, ledger::size, settings.indexCommit(), true);
    this.search = new TrailSearch(ledger, events, tail, index, indexing, appending);
    open.push(search);
    this.postponed = new Postponed(settings.data().resolve("postponed.events"));
    this.own = new OwnEvents(appending.own(), postponed);
    this.acts = new OwnActs(own, appending.own(), keys, sealer, outbox);
    this.rotation = new KeyRotation(ledger, appending, anchor);
  }

  /// Opens the trail in the settings' data folder and starts its followers.
  ///
  /// @param storage where the ledger lies, usually the folder `ledger` of the data folder
  /// @param state where the newest checkpoint is kept too, see [Anchor], and what acts are to be
  ///     recorded, see [OwnActs]
  /// @throws qerberos.ledger.LedgerBehind the ledger holds less, or other, than a checkpoint that
  ///     was kept elsewhere
  /// @throws NoCheckpoint what was kept elsewhere is none
  /// @throws IOException the folder cannot be used, with a sentence that says why; nothing is left
  ///     running
  public static Trail open(
      TrailSettings settings,
      Privacy privacy,
      LogStorage storage,
      LedgerObserver observer,
      State state,
      InstantSource clock,
      SecureRandom random)
      throws IOException {
    Documents documents = state.documents();
    Deque<AutoCloseable> open = new ArrayDeque<>();
    try {
      Path data = settings.data();
      DataFormat.claim(data);
      Epoch epoch = new Epoch(data);
      Optional<Epoch.Ended> ended = epoch.pending();
      SubjectKeyFiles keys = SubjectKeyFiles.open(data.resolve("keys"), random);
      open.push(keys);
      // Closed after the ledger, whose last checkpoint it keeps.
      Anchor anchor = new Anchor(settings.anchorFile(), documents);
      open.push(anchor);
      if (ended.isPresent()) {
        epoch.putAside(ended.get(), anchor);
      }
      var witnesses = new Witnesses(settings.witnesses(), data, clock);
      open.push(witnesses);
      List<KnownCheckpoint> known = known(settings, ended, epoch, anchor, witnesses);
      TailOfLedger listener = new TailOfLedger();
      Ledger ledger =
          Ledger.open(
              LedgerSettings.of(storage, new LeafNames())
                  .withOrigin(settings.origin().orElse(null))
                  .withCodec(new ColumnCodec())
                  .withListener(listener)
                  .withBeforeForce(keys::makeDurable)
                  .withObserver(observer)
                  .withClock(clock)
                  .withRandom(random)
                  .withPublishEvery(settings.checkpointInterval())
                  .withQueue(settings.queueEvents(), 64L << 20),
              known);
      open.push(ledger);
      if (ledger.size() > 0 && anchor.isNewInState()) {
        LOG.log(
            WARNING,
            "the state database knows nothing of this log of "
                + ledger.size()
                + " entries. If it was lost, then so are blocks, switches, tokens and tickets:"
                + " stop, and make it anew from the log with: qerberos state rebuild");
      }
      Tail tail = new Tail(settings.tailEvents(), ledger.size());
      listener.tail = tail;
      TrailIndex index = openIndex(settings, ledger);
      open.push(index);
      Trail trail =
          new Trail(
              settings,
              clock,
              new Ids(clock, random),
              ledger,
              keys,
              new Sealer(OwnTexts.sealedBy(privacy), keys),
              tail,
              index,
              anchor,
              witnesses,
              state.outbox(),
              open);
      if (ended.isPresent()) {
        epoch.begin(ended.get(), trail.appending, ledger, anchor, documents);
      }
      trail.start();
      return trail;
    } catch (IOException | RuntimeException e) {
      closeAll(open, e);
      throw e;
    }
  }

  /// What is known elsewhere of the log that is to be opened.
  private static List<KnownCheckpoint> known(
      TrailSettings settings,
      Optional<Epoch.Ended> ended,
      Epoch epoch,
      Anchor anchor,
      Witnesses witnesses)
      throws IOException {
    List<KnownCheckpoint> known =
        new ArrayList<>(ended.isPresent() ? epoch.ofTheNext(ended.get(), anchor) : anchor.known());
    Path folder = settings.data().resolve("ledger");
    for (KnownCheckpoint one : witnesses.known(folder, settings.origin())) {
      if (ended.isEmpty() || !one.claimed().origin().equals(ended.get().origin())) {
        known.add(one);
      }
    }
    return known;
  }

  private static TrailIndex openIndex(TrailSettings settings, Ledger ledger) throws IOException {
    IndexSettings index =
        new IndexSettings(
                settings.indexBufferMegabytes(),
                IndexSettings.DEFAULT.refreshEvery(),
                IndexSettings.DEFAULT.checkMegabytes())
            .withSearchAtMost(settings.searchTimeout());
    return TrailIndex.open(
        settings.data().resolve("index"), index, ledger::size, size -> ledger.root(size).base64());
  }

  /// The ledger wants its listener before it is open, the tail wants the ledger's size.
  private static final class TailOfLedger implements qerberos.ledger.AppendListener {
    private volatile @Nullable Tail tail;

    @Override
    public void appended(long firstIndex, List<qerberos.ledger.Submission> inOrder) {
      Tail known = tail;
      if (known != null) {
        known.appended(firstIndex, inOrder);
      }
    }
  }

  /// Whether a checkpoint of a log is kept in a state database.
  public static boolean isKnownIn(Documents documents) throws StateUnavailable {
    return documents.get(Anchor.DOCUMENT).isPresent();
  }

  private void start() throws IOException {
    postponed.appendTo(ledger, sealer);
    acts.appendLeft();
    indexing.start();
    open.push(indexing);
    own.start();
    open.push(own);
    anchor.follow(ledger::signedCheckpoint);
    witnesses.follow(ledger, change -> own.record(recorded(change)));
    open.push(witnesses);
    if (post != null) {
      post.start();
      open.push(post);
    }
  }

  private static EventDraft recorded(WitnessChange change) {
    Json.Obj details =
        Json.EMPTY
            .with("witness", Json.of(change.name()))
            .with("from", Json.of(change.from().name()))
            .with("to", Json.of(change.to().name()))
            .with("changes", Json.of((double) change.changes()));
    String why = change.why();
    return OwnEvents.aboutLedger(
        "ledger.witness",
        new Actor("system:qerberos"),
        change.to() == WitnessState.COSIGNING ? Verdict.ALLOW : Verdict.WARN,
        why == null ? details : details.with("why", Json.of(why)));
  }

  /// Takes events in.
  public Appending appending() {
    return appending;
  }

  /// The events as they lie in the ledger, whoever may see them.
  public LedgerEvents events() {
    return events;
  }

  /// The same without what is sealed, whoever holds the keys: for what leaves us for good.
  public LedgerEvents eventsWithoutSealed() {
    return withoutSealed;
  }

  /// Feeds everything to one more sink, from its own cursor, until it is closed; before the trail
  /// is. Nobody who sends waits for it, and it need not be there yet. What is at the end of the log
  /// comes with its sealed values, what is read back from further away without.
  public Follower follow(String name, Follower.Sink sink, Duration commitEvery) {
    var follower = new Follower(name, sink, tail, withoutSealed, ledger::size, commitEvery, false);
    follower.startWhenItCan();
    return follower;
  }

  /// Goes along with the log from a place on.
  ///
  /// @throws IllegalArgumentException the log does not reach so far
  public Course course(long from) {
    long size = ledger.size();
    if (from < 0 || from > size) {
      throw new IllegalArgumentException("from: " + from + ", the log has " + size + " entries");
    }
    return new Course(ledger, tail, withoutSealed, from);
  }

  /// Finds events for a view.
  public TrailSearch search() {
    return search;
  }

  /// Proves that events are in the log.
  public Proofs proofs() {
    return proofs;
  }

  /// Gives the log a new key.
  public KeyRotation rotation() {
    return rotation;
  }

  /// Where events about the trail itself are recorded.
  public OwnEvents own() {
    return own;
  }

  /// Where is recorded what changes the state database.
  public OwnActs acts() {
    return acts;
  }

  /// The ids we make, for events and requests.
  public Ids ids() {
    return ids;
  }

  /// For checkpoints, tiles, keys, proofs and status; whoever appends through it goes past us.
  public Ledger ledger() {
    return ledger;
  }

  public Follower indexing() {
    return indexing;
  }

  public SubjectKeyFiles subjectKeys() {
    return keys;
  }

  /// Why the newest checkpoint cannot be kept outside of the data folder; empty while it can, or
  /// nothing is configured.
  public Optional<String> anchorFailure() {
    return anchor.failure();
  }

  /// Why the newest checkpoint cannot be posted; empty while it can, or no address is configured.
  public Optional<String> anchorPostFailure() {
    return post == null ? Optional.empty() : post.failure();
  }

  /// Who cosigns the checkpoints.
  public Witnesses witnesses() {
    return witnesses;
  }

  /// Finishes what is queued, records the last events of our own, publishes a last checkpoint.
  @Override
  public void close() throws IOException {
    IOException failure = new IOException("the trail did not close well");
    closeAll(open, failure);
    if (failure.getSuppressed().length > 0) {
      throw failure;
    }
  }

  private static void closeAll(Deque<AutoCloseable> open, Exception reason) {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        reason.addSuppressed(e);
      }
    }
  }
}
