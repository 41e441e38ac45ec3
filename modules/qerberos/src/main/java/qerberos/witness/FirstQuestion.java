package qerberos.witness;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import qerberos.ledger.AddCheckpoint;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.KnownCheckpoint;
import qerberos.ledger.SignedNote;
import qerberos.ledger.Trust;
import qerberos.ledger.Verifier;
import qerberos.ledger.VerifierKey;
import qerberos.ledger.WitnessAnswer;
import qerberos.settings.WitnessSettings;

/// What every witness is asked before the ledger is opened and signs anything: does it know more of
/// this log, or another history, than lies here?
///
/// One that shows its checkpoints shows its last one of our log; signed by a key of ours, it is
/// evidence. One that does not is sent the last checkpoint that was signed here, which it either
/// has, or has an earlier one, or says that it has a later or another one. That is a bare word, and
/// is believed at this moment: refusing a start costs less than signing a second history, and an
/// operator is there who can strike the witness out. One that does not answer in time is asked
/// again when it does.
///
/// Used by one thread.
final class FirstQuestion {
  private static final System.Logger LOG = System.getLogger(FirstQuestion.class.getName());

  /// What was heard.
  ///
  /// @param known checkpoints that witnesses show
  /// @param claims what others say, a sentence each
  /// @param agreed those whose history is ours, so far as they have told
  record Heard(List<KnownCheckpoint> known, List<String> claims, Set<VerifierKey> agreed) {
    Heard {
      known = List.copyOf(known);
      claims = List.copyOf(claims);
      agreed = Set.copyOf(agreed);
    }
  }

  private record Answer(
      @Nullable KnownCheckpoint known, @Nullable String claim, boolean agreed, VerifierKey by) {}

  private final String origin;
  private final @Nullable SignedNote last;
  private final List<VerifierKey> keys;

  private FirstQuestion(String origin, @Nullable SignedNote last, List<VerifierKey> keys) {
    this.origin = origin;
    this.last = last;
    this.keys = keys;
  }

  /// Asks all of them at once; takes no longer than one may take to answer.
  ///
  /// @param ledger the folder, which need not exist
  /// @param configured the log's name where the folder does not say it
  static Heard ask(
      WitnessSettings settings, HttpClient client, Path ledger, Optional<String> configured)
      throws IOException {
    Heard nothing = new Heard(List.of(), List.of(), Set.of());
    Path file = ledger.resolve("checkpoint");
    SignedNote last = null;
    List<VerifierKey> keys = List.of();
    Optional<String> origin = configured;
    if (Files.exists(file)) {
      try {
        last = SignedNote.parse(Files.readAllBytes(file));
        keys = Verifier.keysOf(new FolderStorage(ledger));
        origin = Optional.of(Checkpoint.parse(last.text()).origin());
      } catch (IllegalArgumentException e) {
        return nothing; // the ledger itself says better what is wrong with its folder
      }
    }
    if (origin.isEmpty()) {
      return nothing;
    }
    return new FirstQuestion(origin.get(), last, keys)
        .heard(
            settings.witnesses().stream()
                .map(one -> new RemoteWitness(one, client, settings.timeout()))
                .toList());
  }

  private Heard heard(List<RemoteWitness> witnesses) throws IOException {
    List<KnownCheckpoint> known = new ArrayList<>();
    List<String> claims = new ArrayList<>();
    Set<VerifierKey> agreed = new HashSet<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> answers =
          witnesses.stream().map(one -> threads.submit(() -> answer(one))).toList();
      for (Future<Answer> each : answers) {
        Answer answer = each.get();
        if (answer.known() != null) {
          known.add(answer.known());
        }
        if (answer.claim() != null) {
          claims.add(answer.claim());
        }
        if (answer.agreed()) {
          agreed.add(answer.by());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a witness could not be asked", e);
    }
    return new Heard(known, claims, agreed);
  }

  private Answer answer(RemoteWitness witness) throws InterruptedException {
    try {
      return witness.shows() ? shown(witness) : said(witness);
    } catch (IOException e) {
      LOG.log(
          INFO,
          "the witness "
              + witness.name()
              + " cannot be asked at start, and will be later: "
              + e.getMessage());
      return new Answer(null, null, false, witness.key());
    }
  }

  private Answer shown(RemoteWitness witness) throws IOException, InterruptedException {
    Optional<SignedNote> note = witness.latest(origin);
    if (note.isEmpty()) {
      return new Answer(null, null, false, witness.key());
    }
    if (!keys.isEmpty()) {
      try {
        Checkpoint ignored = new Trust(origin, keys, List.of(), 0).open(note.get());
      } catch (Trust.Refused e) {
        LOG.log(
            WARNING,
            "what the witness "
                + witness.name()
                + " shows is no checkpoint of this log: "
                + e.getMessage());
        return new Answer(null, null, false, witness.key());
      }
    }
    String where = "the witness " + witness.name();
    return new Answer(new KnownCheckpoint(where, note.get()), null, true, witness.key());
  }

  private Answer said(RemoteWitness witness) throws IOException, InterruptedException {
    SignedNote sent = last;
    long size = sent == null ? 0 : Checkpoint.parse(sent.text()).size();
    if (sent == null || size == 0) {
      return new Answer(null, null, false, witness.key());
    }
    return switch (witness.add(new AddCheckpoint(size, List.of(), sent))) {
      case WitnessAnswer.Cosigned _ -> new Answer(null, null, true, witness.key());
      case WitnessAnswer.Has(long more) when more > size ->
          claim(
              witness,
              "it cosigned a checkpoint over "
                  + more
                  + " entries, and the last one here has "
                  + size);
      case WitnessAnswer.Disagrees(String why) -> claim(witness, why);
      case WitnessAnswer.Has _, WitnessAnswer.Refuses _, WitnessAnswer.Unclear _ ->
          new Answer(null, null, false, witness.key());
    };
  }

  private Answer claim(RemoteWitness witness, String why) {
    return new Answer(null, Following.claimed(witness, origin, why), false, witness.key());
  }
}
