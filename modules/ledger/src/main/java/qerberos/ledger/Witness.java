package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A witness (C2SP tlog-witness): cosigns the checkpoints of some logs, each only when it goes on
/// from the last one that was cosigned. It knows nothing of HTTP; whoever serves it hands over the
/// body of `add-checkpoint` and sends back the answer.
///
/// The last checkpoint of each log lies in a file of its own, named by the hash of the log's name,
/// and is safe there before the cosignature leaves. A crash between the two costs the log a second
/// request. Whoever can put back an older file makes the witness cosign a fork; whoever loses it
/// makes it begin with that log anew.
///
/// Safe for concurrent use: one checkpoint after the other.
public final class Witness implements Closeable {
  private static final String TEXT = "text/plain; charset=utf-8";

  private final LogStorage storage;
  private final SigningKey key;
  private final Map<String, Trust> logs = new HashMap<>();
  private final InstantSource clock;
  private final Closeable lock;

  /// What to answer over HTTP.
  ///
  /// @param body sent as UTF-8
  public record Answer(int status, String contentType, String body) {
    static Answer text(int status, String body) {
      return new Answer(status, TEXT, body);
    }
  }

  private Witness(LogStorage storage, SigningKey key, InstantSource clock, Closeable lock) {
    this.storage = storage;
    this.key = key;
    this.clock = clock;
    this.lock = lock;
  }

  /// Opens a witness on its own store.
  ///
  /// @param key of a type that signs a time
  /// @param logs that it witnesses, by their names and keys; what else they say does not count
  /// @throws LedgerLocked another process is this witness
  public static Witness open(
      LogStorage storage, SigningKey key, List<Trust> logs, InstantSource clock)
      throws IOException {
    if (!key.verifier().type().timed()) {
      throw new IllegalArgumentException("key: of type 0x01, want 0x04 or 0x06");
    }
    Witness witness = new Witness(storage, key, clock, storage.lock());
    for (Trust log : logs) {
      witness.logs.put(
          log.origin(), new Trust(log.origin(), log.logKeys(), List.of(), Quorum.NONE));
    }
    return witness;
  }

  /// The public half of its key.
  public VerifierKey verifier() {
    return key.verifier();
  }

  /// Answers `POST add-checkpoint`.
  ///
  /// @throws IOException the store failed, so nothing was cosigned; the file is the old one or the
  ///     new one, and either is right
  public synchronized Answer addCheckpoint(byte[] body) throws IOException {
    AddCheckpoint asked;
    Checkpoint claimed;
    try {
      asked = AddCheckpoint.parse(body);
      claimed = Checkpoint.parse(asked.checkpoint().text());
    } catch (IllegalArgumentException e) {
      return Answer.text(400, e.getMessage() + "\n");
    }
    Trust log = logs.get(claimed.origin());
    if (log == null) {
      return Answer.text(404, "not a log that is witnessed here\n");
    }
    try {
      Checkpoint ignored = log.open(asked.checkpoint());
    } catch (Trust.Refused e) {
      return Answer.text(403, e.getMessage() + "\n");
    }
    if (asked.old() > claimed.size()) {
      return Answer.text(400, "old: larger than the checkpoint\n");
    }
    Optional<SignedNote> last = last(claimed.origin());
    Checkpoint before =
        last.isPresent()
            ? Checkpoint.parse(last.get().text())
            : new Checkpoint(claimed.origin(), 0, Rfc6962.emptyRoot());
    if (asked.old() != before.size()) {
      return new Answer(409, WitnessAnswer.SIZE, before.size() + "\n");
    }
    if (before.size() == claimed.size() && !before.root().equals(claimed.root())) {
      return Answer.text(409, "another root was cosigned for this size\n");
    }
    if (!goesOn(before, claimed, asked.proof())) {
      return Answer.text(422, "the proof does not lead from the last checkpoint to this one\n");
    }
    NoteSignature line = key.sign(claimed.text(), clock.instant());
    SignedNote cosigned =
        new SignedNote(claimed.text(), asked.checkpoint().holding(log.logKeys()))
            .with(List.of(line));
    SmallFile.replace(storage, file(claimed.origin()), cosigned.bytes(), false);
    return Answer.text(200, line + "\n");
  }

  private static boolean goesOn(Checkpoint before, Checkpoint next, List<Hash> proof) {
    if (before.size() == 0) {
      return proof.isEmpty();
    }
    return Rfc6962.verifyConsistency(before.size(), next.size(), proof, before.root(), next.root());
  }

  /// Answers `GET <sha256 of the log's name>/checkpoint`: the last one that was cosigned.
  ///
  /// @param path below the prefix
  public synchronized Answer checkpoint(String path) throws IOException {
    for (String origin : logs.keySet()) {
      if (path.equals(pathOf(origin))) {
        Optional<SignedNote> last = last(origin);
        if (last.isPresent()) {
          return Answer.text(200, last.get().toString());
        }
      }
    }
    return Answer.text(404, "no checkpoint of such a log\n");
  }

  /// Where a witness shows the last checkpoint of a log, below its monitoring prefix.
  public static String pathOf(String origin) {
    return file(origin) + "/checkpoint";
  }

  private Optional<SignedNote> last(String origin) throws IOException {
    try {
      return Optional.of(SignedNote.parse(SmallFile.read(storage, file(origin))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw new LedgerDamaged(file(origin), String.valueOf(e.getMessage()));
    }
  }

  private static String file(String origin) {
    return Hash.sha256(origin.getBytes(StandardCharsets.UTF_8)).toString();
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
