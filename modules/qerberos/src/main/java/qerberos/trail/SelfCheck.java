package qerberos.trail;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import qerberos.columns.ColumnCodec;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Hash;
import qerberos.ledger.Ledger;
import qerberos.ledger.LogStorage;
import qerberos.ledger.Rfc6962;
import qerberos.ledger.SignedNote;
import qerberos.ledger.TilePath;
import qerberos.ledger.TlogProof;
import qerberos.ledger.TreeHasher;
import qerberos.ledger.Trust;
import qerberos.ledger.Verification;
import qerberos.ledger.Verifier;
import qerberos.ledger.VerifierKey;
import qerberos.state.Documents;
import qerberos.state.StateUnavailable;

/// Verifies the log from inside, against its signed checkpoint. Now and then all of it in the
/// background, from the bytes of its folder: entries, every level of the tree, the names under
/// which events are found. And at any time a range, from the bytes that are served.
///
/// It shares the process and the keys with the log, so it finds what a disk or a careless hand did.
/// Whoever wants to check the operator verifies from elsewhere, with a key they have kept.
///
/// How the last verification ended is kept in the state database, so that a restart neither forgets
/// it nor begins a new one before it is due.
///
/// Safe for concurrent use.
public final class SelfCheck implements AutoCloseable {
  /// The most entries that a range may have.
  public static final long RANGE_MAX = 100_000;

  private static final System.Logger LOG = System.getLogger(SelfCheck.class.getName());

  /// How a verification of the whole log ended.
  ///
  /// @param at when it began
  /// @param size how many entries it covered, 0 when not even that could be told
  public record Result(Instant at, Duration took, long size, Verification verification) {}

  /// How far the running one has come.
  public record Running(Instant since, String stage, long done, long total) {}

  private final Ledger ledger;
  private final LogStorage storage;
  private final Documents documents;
  private final InstantSource clock;
  private final Duration every;
  private final Duration first;
  private final Thread thread;
  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile @Nullable Result last;
  private volatile @Nullable Running running;
  private volatile boolean closed;

  /// @param storage where the ledger lies
  /// @param documents where the last result is kept
  /// @param every how often all of it is verified
  /// @param first how long after the start at the earliest
  public SelfCheck(
      Ledger ledger,
      LogStorage storage,
      Documents documents,
      InstantSource clock,
      Duration every,
      Duration first) {
    this.ledger = ledger;
    this.storage = storage;
    this.documents = documents;
    this.clock = clock;
    this.every = every;
    this.first = first;
    this.thread = Thread.ofPlatform().name("self-check").daemon(true).unstarted(this::run);
  }

  public void start() {
    try {
      last = LastCheck.in(documents).orElse(null);
    } catch (StateUnavailable e) {
      LOG.log(WARNING, "how the last verification ended cannot be read: " + e.getMessage());
    }
    thread.start();
  }

  /// The last verification of the whole log that ended.
  public Optional<Result> last() {
    return Optional.ofNullable(last);
  }

  public Optional<Running> running() {
    return Optional.ofNullable(running);
  }

  /// How many entries the last published checkpoint covers.
  public long published() {
    return ledger.checkpoint().size();
  }

  /// Begins to verify the whole log in the background; false when that is going on already.
  public boolean begin() {
    if (busy.get()) {
      return false;
    }
    Thread ignored = Thread.ofPlatform().name("self-check-now").daemon(true).start(this::all);
    return true;
  }

  private void run() {
    try {
      Thread.sleep(untilFirst());
      while (true) {
        all();
        Thread.sleep(every);
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  /// When the next one is due, but not right after the start, and not later than without a last
  /// one.
  private Duration untilFirst() {
    Result before = last;
    if (before == null) {
      return first;
    }
    Duration due = Duration.between(clock.instant(), before.at().plus(every));
    Duration latest = first.compareTo(every) > 0 ? first : every;
    return due.compareTo(first) < 0 ? first : due.compareTo(latest) > 0 ? latest : due;
  }

  private void all() {
    if (!busy.compareAndSet(false, true)) {
      return;
    }
    Instant begin = clock.instant();
    long nanos = System.nanoTime();
    running = new Running(begin, "begins", 0, -1);
    try {
      Verification verification;
      List<VerifierKey> keys;
      do {
        // When the keys were changed meanwhile, those of before no longer tell.
        keys = ledger.keys();
        verification =
            new Verifier(Trust.in(keys))
                .showing((stage, done, total) -> running = new Running(begin, stage, done, total))
                .folder(storage, new LeafNames(), new ColumnCodec());
      } while (!closed && !keys.equals(ledger.keys()));
      if (closed) {
        return;
      }
      Duration took = Duration.ofNanos(System.nanoTime() - nanos);
      switch (verification) {
        case Verification.Holds holds -> {
          keep(new Result(begin, took, holds.checkpoint().size(), verification));
          LOG.log(INFO, "verified: all " + holds.checkpoint().size() + " entries hold");
        }
        case Verification.Broken broken -> {
          keep(new Result(begin, took, 0, verification));
          LOG.log(ERROR, "verified: THE LOG DOES NOT HOLD: " + broken.damages());
        }
        case Verification.CannotTell cannot -> {
          keep(new Result(begin, took, 0, verification));
          LOG.log(ERROR, "verified: cannot tell: " + cannot.reason());
        }
      }
    } catch (RuntimeException e) {
      LOG.log(ERROR, "the verification failed", e);
    } finally {
      running = null;
      busy.set(false);
    }
  }

  private void keep(Result result) {
    last = result;
    try {
      LastCheck.keep(documents, result);
    } catch (StateUnavailable e) {
      LOG.log(WARNING, "a restart will not know of the last verification: " + e.getMessage());
    }
  }

  /// Verifies the entries from one index to another, the bundles they lie in included: each bundle
  /// is hashed anew from the entries' bytes, and the result must be what an inclusion proof to the
  /// signed checkpoint needs in its place.
  ///
  /// @param to exclusive; at most [#RANGE_MAX] from `from`, and within the published size
  /// @throws IOException the log cannot be read
  public Verification range(long from, long to) throws IOException {
    if (from < 0 || to <= from || to - from > RANGE_MAX) {
      throw new IllegalArgumentException(
          "to: " + to + ", want more than from and at most " + RANGE_MAX + " more");
    }
    Checkpoint published = ledger.checkpoint();
    if (to > published.size()) {
      throw new IllegalArgumentException(
          "to: " + to + ", want at most the published size, " + published.size());
    }
    List<Verification.Damage> damages = new ArrayList<>();
    List<String> checked = new ArrayList<>();
    long first = from / TilePath.FULL;
    long last = (to - 1) / TilePath.FULL;
    @Nullable Checkpoint believed = null;
    for (long bundle = first; bundle <= last && damages.size() < 100; bundle++) {
      TilePath path = TilePath.in(published.size(), TilePath.ENTRIES, bundle);
      try {
        believed = bundle(path, believed);
      } catch (Damaged e) {
        damages.add(new Verification.Damage(path.toString(), String.valueOf(e.getMessage())));
      }
    }
    if (!damages.isEmpty() || believed == null) {
      return new Verification.Broken(damages);
    }
    checked.add(
        "entries "
            + first * TilePath.FULL
            + " to "
            + (Math.min(published.size(), (last + 1) * TilePath.FULL) - 1)
            + " hash to what the checkpoint of "
            + believed.size()
            + " entries covers");
    return new Verification.Holds(believed, checked);
  }

  @SuppressWarnings("serial")
  private static final class Damaged extends Exception {
    Damaged(String what) {
      super(what);
    }
  }

  private Checkpoint bundle(TilePath path, @Nullable Checkpoint believed)
      throws IOException, Damaged {
    TreeHasher hasher = new TreeHasher();
    byte[] hashes = new byte[path.width() * Hash.BYTES];
    try {
      ledger.entries(
          path.first(),
          path.first() + path.width(),
          (index, leaf, attachment) ->
              hasher.leaf(leaf).copyTo(hashes, (int) (index - path.first()) * Hash.BYTES));
    } catch (IOException e) {
      throw new Damaged(String.valueOf(e.getMessage()));
    }
    Checkpoint trusted = believed;
    int step = path.isPartial() ? 1 : path.width();
    for (int at = 0; at < path.width(); at += step) {
      TlogProof proof = ledger.proof(path.first() + at);
      Checkpoint signed = opened(proof.checkpoint(), trusted);
      trusted = signed;
      Hash leaf = Hash.at(hashes, at * Hash.BYTES);
      if (!Rfc6962.verifyInclusion(
          proof.index(), signed.size(), leaf, proof.path(), signed.root())) {
        throw new Damaged("entry " + proof.index() + " is not what the checkpoint covers");
      }
      if (step > 1 && !above(leaf, proof.path(), hasher).equals(hasher.fold(hashes, 0, step))) {
        throw new Damaged("its entries do not hash to what the checkpoint covers");
      }
    }
    if (trusted == null) {
      throw new Damaged("holds no entries");
    }
    return trusted;
  }

  /// The hash of a full bundle, from its first leaf and the siblings in that leaf's proof.
  private static Hash above(Hash leaf, List<Hash> siblings, TreeHasher hasher) throws Damaged {
    if (siblings.size() < 8) {
      throw new Damaged("its proof is too short");
    }
    Hash hash = leaf;
    for (Hash sibling : siblings.subList(0, 8)) {
      hash = hasher.node(hash, sibling);
    }
    return hash;
  }

  /// The keys are read after the checkpoint that they are to have signed: a key that signs is among
  /// them before it signs, and stays there. Read before it, they would lack the key of a rotation
  /// in between.
  private Checkpoint opened(SignedNote note, @Nullable Checkpoint believed) throws Damaged {
    if (believed != null && note.text().equals(believed.text())) {
      return believed;
    }
    try {
      return new Trust(ledger.origin(), ledger.keys(), List.of(), 0).open(note);
    } catch (Trust.Refused e) {
      throw new Damaged("its checkpoint: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
