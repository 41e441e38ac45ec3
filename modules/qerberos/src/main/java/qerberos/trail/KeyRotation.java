package qerberos.trail;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import qerberos.event.Actor;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Verdict;
import qerberos.ledger.Appended;
import qerberos.ledger.Ledger;
import qerberos.ledger.SigningKey;
import qerberos.ledger.VerifierKey;

/// Gives the log a new key. An event announces it under a checkpoint of the old one, which so
/// vouches for it; then the new one signs, and the old one stays among [Ledger#keys].
///
/// Safe for concurrent use; one rotation after the other.
public final class KeyRotation {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Ledger ledger;
  private final Appending appending;
  private final Anchor anchor;
  private final ReentrantLock rotating = new ReentrantLock();

  KeyRotation(Ledger ledger, Appending appending, Anchor anchor) {
    this.ledger = ledger;
    this.appending = appending;
    this.anchor = anchor;
  }

  /// Makes a new key and has it sign from now on.
  ///
  /// @param by who wants it
  /// @return public keys of all times, those that sign now first
  /// @throws IOException the announcement was not taken, and nothing has changed; or the disk
  ///     failed, and the log has stopped: the next start signs with the old key or the new one
  public List<VerifierKey> rotate(Actor by) throws IOException, InterruptedException {
    rotating.lockInterruptibly();
    try {
      anchor.keep();
      Optional<String> failure = anchor.failure();
      if (failure.isPresent()) {
        throw new IOException(failure.get());
      }
      List<SigningKey> next = ledger.newKeys();
      Prepared event = appending.prepare(OwnEvents.SOURCE, announcement(by, next), null);
      Appended answer = appending.append(List.of(event)).getFirst();
      if (!(answer instanceof Appended.At(var index))) {
        throw new IOException("the event that announces the new key was not taken: " + answer);
      }
      byte[] ignored = ledger.awaitCheckpoint(index + 1, PATIENCE);
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
    return OwnEvents.aboutLedger(
        "ledger.keys.rotate",
        by,
        Verdict.ALLOW,
        Json.EMPTY.with("signing", new Json.Arr(signing)).with("retired", new Json.Arr(retired)));
  }
}
