package qerberos.service;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import qerberos.event.Actor;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.LedgerObserver;
import qerberos.ledger.VerifierKey;
import qerberos.service.StartRefused.Reason;
import qerberos.settings.Settings;
import qerberos.state.State;
import qerberos.trail.Soundness;
import qerberos.trail.Trail;

/// What can be done to a folder that nobody serves.
public final class AtRest {
  private AtRest() {}

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
        Opening.requireUnlocked(settings, state, "the keys were not changed");
        Optional<String> fault = Soundness.faultOfFolder(settings.trail(), state.documents());
        if (fault.isPresent()) {
          throw new StartRefused(Reason.DAMAGED, "the keys were not changed: " + fault.get());
        }
        try (Trail trail = trail(settings, state, clock)) {
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

  /// Opens the trail as at a start.
  static Trail trail(Settings settings, State state, Clock clock) throws IOException {
    return Trail.open(
        settings.trail(),
        settings.privacy(),
        new FolderStorage(settings.folders().data().resolve("ledger")),
        LedgerObserver.NONE,
        state,
        clock,
        new SecureRandom());
  }
}
