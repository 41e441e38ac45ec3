package qerberos.witness;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qerberos.ledger.AddCheckpoint;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Hash;
import qerberos.ledger.Ledger;
import qerberos.ledger.SignedNote;
import qerberos.ledger.Trust;
import qerberos.ledger.WitnessAnswer;

/// Brings one witness the checkpoints that are due, and remembers how it went.
///
/// The proof begins at the size which the witness is known to have; when it says that it has
/// another, from there. A witness that says this log has another history is a fault of the log's,
/// or a lie:
///
/// - it shows a checkpoint by a key of ours that does not fit: evidence. The ledger stops.
/// - it shows nothing though it has where to: not believed.
/// - it has nowhere to show anything, and has never agreed with us in this life, because it did not
///   answer at start: believed, as at start. The ledger stops.
/// - it has agreed before: not believed.
///
/// One thread runs it; what it says about itself is safe for concurrent use.
final class Following {
  private static final System.Logger LOG = System.getLogger(Following.class.getName());
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  /// A size that the witness names is asked for again at once, but not for ever.
  private static final int TRIES = 3;

  private final RemoteWitness witness;
  private final Ledger ledger;
  private final InstantSource clock;
  private final Duration every;

  // Guarded by this.
  private WitnessState state = WitnessState.NEW;
  private boolean agreed;
  private long known;
  private long cosignatures;
  private int failures;
  private @Nullable Instant lastSuccess;
  private @Nullable String error;

  /// @param last what it cosigned in an earlier life, verified
  /// @param agreed whether it has agreed with our history in this one
  Following(
      RemoteWitness witness,
      Ledger ledger,
      InstantSource clock,
      Duration every,
      Optional<SignedNote> last,
      boolean agreed) {
    this.witness = witness;
    this.ledger = ledger;
    this.clock = clock;
    this.every = every;
    this.agreed = agreed;
    if (last.isPresent()) {
      SignedNote note = last.get();
      known = Checkpoint.parse(note.text()).size();
      lastSuccess = cosignedAt(note);
    }
  }

  private @Nullable Instant cosignedAt(SignedNote note) {
    try {
      return note.verify(List.of(witness.key())).getLast().time();
    } catch (SignedNote.BadSignature e) {
      return null;
    }
  }

  RemoteWitness witness() {
    return witness;
  }

  synchronized WitnessState state() {
    return state;
  }

  synchronized WitnessReport report(long newestSize) {
    return new WitnessReport(
        witness.name(),
        witness.url().toString(),
        state,
        known,
        Math.max(0, newestSize - known),
        cosignatures,
        lastSuccess,
        error);
  }

  /// How long to leave it alone after it failed so often in a row.
  synchronized Duration pause() {
    long most = LONGEST_PAUSE.toMillis();
    long doubled = every.toMillis() << Math.min(20, Math.max(0, failures - 1));
    return Duration.ofMillis(Math.max(every.toMillis(), Math.min(most, doubled)));
  }

  /// Sends one checkpoint.
  ///
  /// @return the cosignatures; null when there is none, empty when it already has a newer one
  WitnessAnswer.@Nullable Cosigned bring(SignedNote note, Checkpoint checkpoint)
      throws InterruptedException {
    try {
      WitnessAnswer.Cosigned answer = ask(note, checkpoint);
      if (answer == null) {
        failedOnce();
      }
      return answer;
    } catch (IOException e) {
      failed(WitnessState.UNREACHABLE, String.valueOf(e.getMessage()));
      failedOnce();
      return null;
    }
  }

  private WitnessAnswer.@Nullable Cosigned ask(SignedNote note, Checkpoint checkpoint)
      throws IOException, InterruptedException {
    long size = checkpoint.size();
    long old = Math.min(size, known());
    for (int i = 0; i < TRIES; i++) {
      List<Hash> proof = old == 0 || old == size ? List.of() : ledger.consistency(old, size);
      switch (witness.add(new AddCheckpoint(old, proof, note))) {
        case WitnessAnswer.Cosigned answer -> {
          cosigned(size);
          return answer;
        }
        case WitnessAnswer.Has(long other) when other > size -> {
          if (other <= ledger.checkpoint().size()) {
            has(other);
            return new WitnessAnswer.Cosigned(List.of()); // somebody else brought it a newer one
          }
          disputed(
              "it cosigned a checkpoint over "
                  + other
                  + " entries, and the last one here has "
                  + ledger.checkpoint().size());
          return null;
        }
        case WitnessAnswer.Has(long other) -> {
          if (other < old) {
            LOG.log(
                WARNING,
                "the witness "
                    + witness.name()
                    + " had a checkpoint over "
                    + old
                    + " entries and now has one over "
                    + other);
          }
          has(other);
          old = other;
        }
        case WitnessAnswer.Disagrees(String why) -> {
          disputed(why);
          return null;
        }
        case WitnessAnswer.Refuses(String why) -> {
          failed(WitnessState.REFUSING, why);
          return null;
        }
        case WitnessAnswer.Unclear(String why) -> {
          failed(WitnessState.FAULTY, why);
          return null;
        }
      }
    }
    failed(WitnessState.FAULTY, "it names another size each time");
    return null;
  }

  private void disputed(String why) throws InterruptedException {
    boolean bareWordCounts;
    synchronized (this) {
      bareWordCounts = !agreed && !witness.shows();
    }
    String said = claimed(witness, ledger.origin(), why);
    if (witness.shows()) {
      String evidence = evidence();
      if (evidence != null) {
        failed(WitnessState.DISAGREEING, evidence);
        ledger.halt(evidence + "; nothing more is signed, look at it before you start again");
        return;
      }
    } else if (bareWordCounts) {
      failed(WitnessState.DISAGREEING, why);
      ledger.halt(said + "; nothing more is signed, look at it before you start again");
      return;
    }
    failed(WitnessState.DISAGREEING, why);
  }

  /// What the witness says, for people.
  static String claimed(RemoteWitness witness, String origin, String why) {
    return "the witness "
        + witness.name()
        + " ("
        + witness.url()
        + ") says of '"
        + origin
        + "': "
        + why
        + ". If it is wrong, take it out of ledger.witnesses";
  }

  /// What is wrong with the checkpoint it shows, when that one is by a key of ours.
  private @Nullable String evidence() throws InterruptedException {
    try {
      Optional<SignedNote> shown = witness.latest(ledger.origin());
      if (shown.isEmpty()) {
        return null;
      }
      Checkpoint theirs = new Trust(ledger.origin(), ledger.keys(), List.of(), 0).open(shown.get());
      boolean ours =
          theirs.size() <= ledger.size() && theirs.root().equals(ledger.root(theirs.size()));
      return ours
          ? null
          : "the witness "
              + witness.name()
              + " has a checkpoint over "
              + theirs.size()
              + " entries, signed by a key of this log, which is not of the history that lies here";
    } catch (IOException | Trust.Refused e) {
      return null;
    }
  }

  private synchronized long known() {
    return known;
  }

  private synchronized void has(long size) {
    known = size;
  }

  private synchronized void cosigned(long size) {
    if (state != WitnessState.COSIGNING) {
      LOG.log(INFO, "the witness " + witness.name() + " cosigns");
    }
    agreed = true;
    known = size;
    cosignatures++;
    failures = 0;
    state = WitnessState.COSIGNING;
    error = null;
    lastSuccess = clock.instant();
  }

  private synchronized void failed(WitnessState how, String why) {
    if (state != how) {
      LOG.log(WARNING, "the witness " + witness.name() + " is " + how + ": " + why);
    }
    state = how;
    error = why;
  }

  private synchronized void failedOnce() {
    failures++;
  }
}
