package qerberos.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qerberos.columns.ColumnCodec;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.LedgerDamaged;
import qerberos.ledger.Progress;
import qerberos.ledger.SignedNote;
import qerberos.ledger.Trust;
import qerberos.ledger.Verification;
import qerberos.ledger.Verifier;
import qerberos.ledger.VerifierKey;
import qerberos.service.StartRefused.Reason;
import qerberos.settings.Settings;
import qerberos.settings.WitnessSettings;
import qerberos.trail.Epoch;
import qerberos.trail.LeafNames;
import qerberos.witness.Witnesses;

/// Verifies every log of a folder from its bytes, those that have ended too, and the present one
/// against what witnesses have cosigned, before anything is made from them.
///
/// Used by one thread.
final class LogCheck {
  private final Settings settings;
  private final Progress progress;
  private final Path data;

  LogCheck(Settings settings, Progress progress) {
    this.settings = settings;
    this.progress = progress;
    this.data = settings.folders().data();
  }

  /// What was found to hold, and what could not be asked, a sentence each.
  ///
  /// @throws StartRefused one of them does not hold, or cannot be verified
  List<String> run() throws IOException, StartRefused {
    List<String> checked = new ArrayList<>();
    for (Path ended : Epoch.ended(data)) {
      Checkpoint holds = verified(ended, null);
      checked.add("holds: " + holds.origin() + ", " + holds.size() + " entries, ended");
    }
    Path ledger = data.resolve("ledger");
    @Nullable SignedNote cosigned = cosigned(ledger, checked);
    Checkpoint holds = verified(ledger, cosigned);
    checked.add("holds: " + holds.origin() + ", " + holds.size() + " entries");
    return checked;
  }

  /// @param since what it must begin with
  private Checkpoint verified(Path ledger, @Nullable SignedNote since)
      throws IOException, StartRefused {
    var storage = new FolderStorage(ledger);
    List<VerifierKey> keys = Verifier.keysOf(storage);
    if (keys.isEmpty()) {
      throw new StartRefused(Reason.DAMAGED, ledger + ": holds no key, so nothing verifies it");
    }
    Verifier verifier = new Verifier(Trust.in(keys)).showing(progress);
    Verification found =
        (since == null ? verifier : verifier.since(since))
            .folder(storage, new LeafNames(), new ColumnCodec());
    return switch (found) {
      case Verification.Holds(var checkpoint, _) -> checkpoint;
      case Verification.Broken(var damages) ->
          throw new LedgerDamaged(
              ledger + ", " + damages.getFirst().where(),
              damages.getFirst().what() + "; from such a log no state is made");
      case Verification.CannotTell(var reason) ->
          throw new StartRefused(Reason.DAMAGED, ledger + ": cannot be verified: " + reason);
    };
  }

  /// The newest checkpoint that enough witnesses have cosigned; null when none has to be.
  private @Nullable SignedNote cosigned(Path ledger, List<String> checked)
      throws IOException, StartRefused {
    WitnessSettings witnesses = settings.trail().witnesses();
    if (witnesses.witnesses().isEmpty()) {
      return null;
    }
    List<VerifierKey> keys = Verifier.keysOf(new FolderStorage(ledger));
    Trust log = Trust.in(keys);
    Path file = Witnesses.cosignedFile(data, log.origin());
    if (!Files.exists(file)) {
      checked.add("no checkpoint that witnesses have cosigned lies here");
      return null;
    }
    try {
      SignedNote note = SignedNote.parse(Files.readAllBytes(file));
      List<VerifierKey> theirs =
          witnesses.witnesses().stream().map(WitnessSettings.Address::key).toList();
      Checkpoint checkpoint = log.witnessedBy(theirs, witnesses.quorum()).open(note);
      checked.add("the checkpoint of " + checkpoint.size() + " entries is cosigned by witnesses");
      return note;
    } catch (Trust.Refused | IllegalArgumentException e) {
      throw new StartRefused(Reason.DAMAGED, file + ": " + e.getMessage(), e);
    }
  }
}
