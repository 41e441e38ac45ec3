package qerberos.trail;

import static java.lang.System.Logger.Level.INFO;

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
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import qerberos.columns.ColumnCodec;
import qerberos.event.Actor;
import qerberos.event.AuditEvent;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Leaf;
import qerberos.event.Privacy;
import qerberos.event.Reserved;
import qerberos.event.SealBroken;
import qerberos.event.Sealer;
import qerberos.event.Verdict;
import qerberos.identity.View;
import qerberos.ledger.Appended;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Entry;
import qerberos.ledger.KnownCheckpoint;
import qerberos.ledger.Ledger;
import qerberos.ledger.LedgerObserver;
import qerberos.ledger.LedgerSettings;
import qerberos.ledger.LogStorage;
import qerberos.ledger.Progress;
import qerberos.ledger.SignedNote;
import qerberos.ledger.SigningKey;
import qerberos.ledger.TlogProof;
import qerberos.ledger.VerifierKey;
import qerberos.query.Aggregate;
import qerberos.query.Found;
import qerberos.query.IndexSettings;
import qerberos.query.Order;
import qerberos.query.Places;
import qerberos.query.Query;
import qerberos.query.Search;
import qerberos.settings.TrailSettings;
import qerberos.state.Documents;
import qerberos.state.Outbox;
import qerberos.state.State;
import qerberos.witness.WitnessChange;
import qerberos.witness.WitnessState;
import qerberos.witness.Witnesses;

/// The trail: takes events in, finds them again, and proves what it says.
///
/// [#prepare] seals and hashes on the caller's thread, [#append] waits for the disk; nothing else
/// writes to the ledger. Every event that is shown was read back from the ledger and checked there
/// against its leaf hash, matched again, and is shown only to those whose view allows it; the index
/// is never believed in either, and built again when it was caught ([Distrust]).
///
/// Safe for concurrent use.
public final class Trail implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Trail.class.getName());
  private static final Duration ROOM = Duration.ofMillis(250);
  private static final Duration FIRST_PATIENCE = Duration.ofSeconds(30);
  private static final Duration OWN_WRITES = Duration.ofSeconds(1);
  private static final Duration INDEX_PATIENCE = Duration.ofSeconds(10);

  /// An index that far behind is being built, and will not be there within a second.
  private static final long FAR_BEHIND = 100_000;

  /// Only who sends this many at once can outrun a follower.
  private static final int MANY = 32;

  private final InstantSource clock;
  private final Ids ids;
  private final Ledger ledger;
  private final SubjectKeyFiles keys;
  private final Sealer sealer;
  private final Tail tail;
  private final TrailIndex index;
  private final Anchor anchor;
  private final Witnesses witnesses;
  private final @Nullable AnchorPost post;
  private final Follower indexing;
  private final Postponed postponed;
  private final Distrust distrust;
  private final OwnEvents own;
  private final OwnActs acts;

  /// The size of the log that callers have been told of.
  private final AtomicLong acknowledged = new AtomicLong();

  private final Deque<AutoCloseable> open;
  private final ReentrantLock rotating = new ReentrantLock();

  private Trail(
      InstantSource clock,
      Ids ids,
      Ledger ledger,
      SubjectKeyFiles keys,
      Sealer sealer,
      Tail tail,
      TrailIndex index,
      Anchor anchor,
      Witnesses witnesses,
      TrailSettings settings,
      Outbox outbox,
      Deque<AutoCloseable> open) {
    this.clock = clock;
    this.ids = ids;
    this.ledger = ledger;
    this.keys = keys;
    this.sealer = sealer;
    this.tail = tail;
    this.index = index;
    this.anchor = anchor;
    this.witnesses = witnesses;
    this.open = open;
    this.post =
        settings
            .anchorUrl()
            .map(url -> new AnchorPost(url, settings.anchorInterval(), this::signedCheckpoint))
            .orElse(null);
    this.indexing =
        new Follower(
            "index", index, tail, this::readBack, ledger::size, settings.indexCommit(), true);
    this.postponed = new Postponed(settings.data().resolve("postponed.events"));
    OwnEvents.Appender appender = new OwnAppender();
    this.distrust = new Distrust(() -> reindex((_, _, _) -> {}));
    open.push(distrust);
    this.own = new OwnEvents(appender, postponed);
    this.acts = new OwnActs(own, appender, keys, sealer, outbox);
  }

  private final class OwnAppender implements OwnEvents.Appender {
    @Override
    public List<Appended> append(List<Prepared> prepared) throws InterruptedException {
      return appended(prepared);
    }

    @Override
    public Prepared prepare(EventDraft draft) {
      return Trail.this.prepare(OwnEvents.SOURCE, draft, null);
    }
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
      List<KnownCheckpoint> known =
          new ArrayList<>(
              ended.isPresent() ? epoch.ofTheNext(ended.get(), anchor) : anchor.known());
      for (KnownCheckpoint one : witnesses.known(data.resolve("ledger"), settings.origin())) {
        if (ended.isEmpty() || !one.claimed().origin().equals(ended.get().origin())) {
          known.add(one);
        }
      }
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
      Tail tail = new Tail(settings.tailEvents(), ledger.size());
      listener.tail = tail;
      TrailIndex index =
          TrailIndex.open(
              data.resolve("index"),
              new IndexSettings(
                      settings.indexBufferMegabytes(),
                      IndexSettings.DEFAULT.refreshEvery(),
                      IndexSettings.DEFAULT.checkMegabytes())
                  .withSearchAtMost(settings.searchTimeout()),
              ledger::size,
              size -> ledger.root(size).base64());
      open.push(index);
      Trail trail =
          new Trail(
              clock,
              new Ids(clock, random),
              ledger,
              keys,
              new Sealer(privacy, keys),
              tail,
              index,
              anchor,
              witnesses,
              settings,
              state.outbox(),
              open);
      if (ended.isPresent()) {
        trail.announce(epoch, ended.get(), documents);
      }
      trail.start();
      return trail;
    } catch (IOException | RuntimeException e) {
      closeAll(open, e);
      throw e;
    }
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

  /// A new log first says which one it follows; then only it is the one that others expect.
  private void announce(Epoch epoch, Epoch.Ended ended, Documents documents) throws IOException {
    try {
      Prepared first = prepare(OwnEvents.SOURCE, Epoch.announcement(ended), null);
      Appended answer = ledger.append(List.of(first.submission())).getFirst();
      switch (answer) {
        case Appended.At(var index) when index == 0 -> {}
        case Appended.Already(var index) when index == 0 -> {}
        case Appended.At _,
            Appended.Already _,
            Appended.Conflict _,
            Appended.Busy _,
            Appended.Failed _ ->
            throw new IOException("the first entry does not name the log before it: " + answer);
      }
      byte[] ignored = ledger.awaitCheckpoint(1, FIRST_PATIENCE);
    } catch (TimeoutException e) {
      throw new IOException("the first entry of the new log: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (anchor.keepNow(ledger.signedCheckpoint())) {
      LastCheck.forget(documents);
      epoch.done();
    }
  }

  private void start() throws IOException {
    appendPostponed();
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
    return new EventDraft(
        null,
        "ledger.witness",
        null,
        null,
        "qerberos:ledger",
        new Actor("system:qerberos"),
        Reserved.LAYER,
        change.to() == WitnessState.COSIGNING ? Verdict.ALLOW : Verdict.WARN,
        why == null ? details : details.with("why", Json.of(why)),
        Json.EMPTY,
        null,
        null);
  }

  private void appendPostponed() throws IOException {
    List<Prepared> late =
        postponed.read((leaf, beside) -> new Prepared(sealer.open(leaf, beside), leaf, beside));
    try {
      for (Appended answer : ledger.append(late.stream().map(Prepared::submission).toList())) {
        if (answer instanceof Appended.Busy || answer instanceof Appended.Failed) {
          return;
        }
      }
      postponed.clear();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Makes an event ready: named, dated, sealed, hashed. Costs some microseconds of CPU and does no
  /// I/O, except that a subject's key may be looked up.
  ///
  /// @param source who sends it, as they were authenticated
  /// @param idWhenNone its id when the sender gave none; null for a fresh one
  /// @throws qerberos.event.EventFaults when it does not fit into a leaf
  public Prepared prepare(String source, EventDraft draft, @Nullable String idWhenNone) {
    String id = draft.id();
    if (id == null) {
      id = idWhenNone == null ? ids.next() : idWhenNone;
    }
    return new Prepared(sealer.seal(new AuditEvent(id, source, clock.instant(), draft)));
  }

  /// Appends, and returns when each is on disk and in the tree, or was refused; one answer each, in
  /// order.
  public List<Appended> append(List<Prepared> prepared) throws InterruptedException {
    List<Appended> answers = appended(prepared);
    for (Appended answer : answers) {
      if (answer instanceof Appended.At(var index)) {
        acknowledged.accumulateAndGet(index + 1, Math::max);
      }
    }
    return answers;
  }

  private List<Appended> appended(List<Prepared> prepared) throws InterruptedException {
    if (prepared.size() >= MANY) {
      tail.makeRoom(ROOM);
    }
    return ledger.append(prepared.stream().map(Prepared::submission).toList());
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

  /// Gives the log a new key. An event announces it under a checkpoint of the old one, which so
  /// vouches for it; then the new one signs, and the old one stays among [Ledger#keys].
  ///
  /// @param by who wants it
  /// @return public keys of all times, those that sign now first
  /// @throws IOException the announcement was not taken, and nothing has changed; or the disk
  ///     failed, and the log has stopped: the next start signs with the old key or the new one
  public List<VerifierKey> rotateKeys(Actor by) throws IOException, InterruptedException {
    rotating.lockInterruptibly();
    try {
      anchor.keep();
      Optional<String> failure = anchor.failure();
      if (failure.isPresent()) {
        throw new IOException(failure.get());
      }
      List<SigningKey> next = ledger.newKeys();
      Prepared event = prepare(OwnEvents.SOURCE, announcement(by, next), null);
      Appended answer = append(List.of(event)).getFirst();
      if (!(answer instanceof Appended.At(var index))) {
        throw new IOException("the event that announces the new key was not taken: " + answer);
      }
      byte[] ignored = ledger.awaitCheckpoint(index + 1, FIRST_PATIENCE);
      ledger.rotateKeys(next);
      anchor.keep();
      return ledger.keys();
    } catch (TimeoutException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      rotating.unlock();
    }
  }

  private EventDraft announcement(Actor by, List<SigningKey> next) {
    List<Json> signing = new ArrayList<>();
    next.forEach(key -> signing.add(Json.of(key.verifier().toString())));
    List<Json> retired = new ArrayList<>();
    ledger.keys().stream().limit(next.size()).forEach(key -> retired.add(Json.of(key.toString())));
    return new EventDraft(
        null,
        "ledger.keys.rotate",
        null,
        null,
        "qerberos:ledger",
        by,
        Reserved.LAYER,
        Verdict.ALLOW,
        Json.EMPTY.with("signing", new Json.Arr(signing)).with("retired", new Json.Arr(retired)),
        Json.EMPTY,
        null,
        null);
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

  /// The event at this index, read from the ledger and checked.
  ///
  /// @throws IOException it cannot be read, or what is there is not what was signed
  public Shown read(long leafIndex) throws IOException {
    Entry entry = ledger.entry(leafIndex);
    try {
      return new Shown(entry, sealer.open(entry.leaf(), entry.attachment()));
    } catch (SealBroken e) {
      throw new IOException("entry " + leafIndex + ": " + e.getMessage(), e);
    }
  }

  /// The event with this id, if the view shows it.
  ///
  /// An id belongs to its source. The caller's own comes first; then the newest of whatever source,
  /// among those the view shows.
  ///
  /// @param ownSource under which the caller sends
  /// @param source the source to look at; null for the order above
  public Optional<Shown> find(View view, String ownSource, String id, @Nullable String source)
      throws IOException {
    OptionalLong named = ledger.find(Leaf.name(source == null ? ownSource : source, id));
    if (named.isPresent()) {
      Shown shown = read(named.getAsLong());
      if (Sight.sees(view, shown.event())) {
        return Optional.of(shown);
      }
    }
    if (source != null) {
      return Optional.empty();
    }
    Optional<Long> recent = tail.newest(event -> event.id().equals(id) && Sight.sees(view, event));
    if (recent.isEmpty()) {
      Found found =
          index.search(Search.of(Sight.narrowed(view, new Query.Term("id", id))).withLimit(1));
      recent = found.leafIndexes().stream().findFirst();
    }
    if (recent.isEmpty()) {
      return Optional.empty();
    }
    Shown shown = read(recent.get());
    boolean right = shown.event().id().equals(id) && Sight.sees(view, shown.event());
    return right ? Optional.of(shown) : Optional.empty();
  }

  /// Finds a page of what the view shows. What was acknowledged before is among it, unless the
  /// index cannot catch up within a second; events of our own are not waited for.
  ///
  /// @throws IllegalArgumentException naming what cannot be searched for
  /// @throws qerberos.query.IndexBehind when a cursor looks at more than is indexed
  /// @throws qerberos.query.SearchTooLong when it takes longer than the settings allow
  public Page search(
      View view, Query query, Order order, int limit, long offset, @Nullable String cursor)
      throws IOException, InterruptedException {
    return search(view, query, order, limit, offset, cursor, List.of());
  }

  /// The same, with numbers about all that matches at the size of the log that the page shows.
  public Page search(
      View view,
      Query query,
      Order order,
      int limit,
      long offset,
      @Nullable String cursor,
      List<Aggregate> facets)
      throws IOException, InterruptedException {
    if (cursor == null) {
      awaitAcknowledged();
    }
    Query seen = Sight.narrowed(view, query);
    Found found = index.search(new Search(seen, order, limit, offset, cursor, ledger.size()));
    List<Shown> shown = new ArrayList<>(found.leafIndexes().size());
    for (long leafIndex : found.leafIndexes()) {
      Shown one = read(leafIndex);
      if (!Sight.sees(view, one.event()) || !matches(query, one)) {
        distrust.accept(one);
      } else {
        shown.add(one);
      }
    }
    List<Aggregate.Answer> numbers =
        facets.isEmpty() ? List.of() : index.aggregate(facets, seen, found.logSize());
    return new Page(shown, found.total(), found.nextCursor(), numbers);
  }

  private static boolean matches(Query query, Shown one) {
    return query instanceof Query.All || query.matches(one.index(), one.event());
  }

  /// Numbers about all that matches and that the view shows: one answer to each, all about the same
  /// events. What was acknowledged before is among them, as in a search.
  ///
  /// @throws IllegalArgumentException naming what cannot be searched for, or `interval` when that
  ///     makes too many bars
  /// @throws qerberos.query.SearchTooLong when it takes longer than the settings allow
  public List<Aggregate.Answer> count(View view, Query query, List<Aggregate> aggregates)
      throws IOException, InterruptedException {
    awaitAcknowledged();
    return index.aggregate(aggregates, Sight.narrowed(view, query), ledger.size());
  }

  private void awaitAcknowledged() throws IOException, InterruptedException {
    long size = acknowledged.get();
    boolean near = size - indexing.next() < FAR_BEHIND && indexing.failure().isEmpty();
    if (near) {
      boolean ignored = index.awaitIndexed(size, OWN_WRITES);
    }
  }

  /// Goes along with the log from a place on, which may be its end.
  ///
  /// @throws IllegalArgumentException naming `from` when the log is shorter
  public Pursuit pursue(View view, Query query, long from) {
    long size = ledger.size();
    if (from < 0 || from > size) {
      throw new IllegalArgumentException("from: " + from + ", the log has " + size + " entries");
    }
    return new Pursuit(ledger, tail, index, this::read, this::readBack, view, query, from);
  }

  /// All that the view shows and the query matches behind a place, at one published size.
  ///
  /// @param after the place before the first; -1 for all
  /// @param wanted the size to pin; null for the whole log as it is now
  /// @throws IllegalArgumentException naming `size` or `after` when the published log is shorter
  /// @throws TimeoutException the index did not come that far in time
  /// @throws qerberos.query.SearchTooLong finding out where they lie takes longer than the settings
  ///     allow
  public Extract extract(View view, Query query, long after, @Nullable Long wanted)
      throws IOException, InterruptedException, TimeoutException {
    if (wanted == null) {
      awaitPublished(ledger.size());
    }
    byte[] note = ledger.signedCheckpoint();
    Checkpoint published = Checkpoint.parse(SignedNote.parse(note).text());
    long size = wanted == null ? published.size() : wanted;
    if (size < 0 || size > published.size()) {
      throw new IllegalArgumentException(
          "size: " + size + ", the published log has " + published.size() + " entries");
    }
    if (after < -1 || after >= Math.max(1, size)) {
      throw new IllegalArgumentException("after: " + after + ", want -1.." + (size - 1));
    }
    if (!index.awaitIndexed(size, INDEX_PATIENCE)) {
      throw new TimeoutException("the index has not read " + size + " entries yet");
    }
    Places places = index.places(Sight.narrowed(view, query), after + 1, size);
    boolean newest = size == published.size();
    return new Extract(
        ledger,
        sealer,
        this::read,
        view,
        query,
        places,
        after + 1,
        newest ? published : new Checkpoint(published.origin(), size, ledger.root(size)),
        newest ? note : null);
  }

  /// A log that has stopped publishes no more; what it published is still there.
  private void awaitPublished(long size) throws InterruptedException {
    try {
      byte[] ignored = ledger.awaitCheckpoint(size, OWN_WRITES);
    } catch (TimeoutException e) {
      LOG.log(INFO, "takes the last checkpoint: " + e.getMessage());
    }
  }

  /// Waits until everything before this size can be found, at most so long; false when it cannot.
  public boolean awaitIndexed(long size, Duration most) throws IOException, InterruptedException {
    return index.awaitIndexed(size, most);
  }

  /// The proof that the event at this index is in the log, against a published checkpoint; waits
  /// for one when it is that new.
  ///
  /// @throws TimeoutException when none was published in time
  public TlogProof proof(long leafIndex, Duration most)
      throws IOException, InterruptedException, TimeoutException {
    byte[] ignored = ledger.awaitCheckpoint(leafIndex + 1, most);
    return ledger.proof(leafIndex);
  }

  /// The proofs of these events, in their order, all against one published checkpoint; waits for
  /// one that covers them all.
  ///
  /// @throws TimeoutException when none was published in time
  public List<TlogProof> proofs(List<Shown> events, Duration most)
      throws IOException, InterruptedException, TimeoutException {
    List<Long> indexes = events.stream().map(Shown::index).toList();
    long size = indexes.stream().mapToLong(index -> index + 1).max().orElse(0);
    byte[] ignored = ledger.awaitCheckpoint(size, most);
    return ledger.proofs(indexes);
  }

  /// The same against a checkpoint that enough witnesses have cosigned.
  ///
  /// @throws TimeoutException when none covers the event in time
  public TlogProof witnessedProof(long leafIndex, Duration most)
      throws IOException, InterruptedException, TimeoutException {
    return ledger.proof(leafIndex, witnesses.awaitCosigned(leafIndex + 1, most));
  }

  /// The newest checkpoint as it is served: signed by the log, with the cosignatures that it has.
  public byte[] signedCheckpoint() {
    byte[] newest = ledger.signedCheckpoint();
    return witnesses.any() ? witnesses.with(SignedNote.parse(newest)).bytes() : newest;
  }

  /// Who cosigns the checkpoints.
  public Witnesses witnesses() {
    return witnesses;
  }

  /// Builds the index anew, from the first event on, while the old one serves.
  public void reindex(Progress progress) throws IOException {
    index.rebuild(
        (from, most) -> {
          distrust.checkOpen();
          return readBack(from, most);
        },
        progress);
  }

  /// How often the index named an event that is not what was asked for; more than 0 means that
  /// somebody changed it.
  public long wrongHits() {
    return distrust.count();
  }

  private List<@Nullable AuditEvent> readBack(long from, int most) throws IOException {
    List<@Nullable AuditEvent> events = new ArrayList<>(most);
    long until = Math.min(ledger.size(), from + most);
    if (from < until) {
      ledger.entries(
          from,
          until,
          (at, leaf, attachment) -> {
            try {
              events.add(sealer.open(leaf, attachment));
            } catch (SealBroken e) {
              events.add(null);
            }
          });
    }
    return events;
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
