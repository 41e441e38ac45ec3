package qerberos.ledger;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/// Everything in a ledger's folder that is not entries, tree or ids: who the ledger is, and that
/// nothing else lies there. Used by one thread at a time.
final class SmallFilesCheck {
  private static final String LOCK = "lock";
  private static final List<String> KNOWN =
      List.of(
          LOCK,
          Publisher.FILE,
          LedgerKeys.FORMAT,
          LedgerKeys.ORIGIN,
          LedgerKeys.KEYS,
          LedgerKeys.KEY);

  private final LogStorage storage;
  private final Trust trust;
  private final Findings findings;

  SmallFilesCheck(LogStorage storage, Trust trust, Findings findings) {
    this.storage = storage;
    this.trust = trust;
    this.findings = findings;
  }

  /// @param note the last checkpoint, known to be signed by a key of the log
  void run(Checkpoint promise, SignedNote note) throws IOException {
    try {
      LedgerKeys keys = LedgerKeys.openToRead(storage);
      identity(keys, promise);
      privateKeys(keys, note);
    } catch (LedgerDamaged e) {
      findings.damage(e);
    } catch (NoSuchFileException e) {
      findings.damage(LedgerKeys.ORIGIN, "missing");
    }
    List<String> there = storage.list("");
    for (String name : there) {
      if (name.equals(LOCK) && storage.size(name) > 0) {
        findings.damage(name, "holds " + storage.size(name) + " bytes, want none");
      } else if (!KNOWN.contains(name) && !name.endsWith(SmallFile.DRAFT)) {
        findings.damage(name, "not a file of a ledger");
      }
    }
    for (String needed : List.of(LedgerKeys.FORMAT, LedgerKeys.KEYS)) {
      if (!there.contains(needed)) {
        findings.damage(needed, "missing");
      }
    }
  }

  private void identity(LedgerKeys keys, Checkpoint promise) {
    if (!keys.origin().equals(promise.origin())) {
      findings.damage(
          LedgerKeys.ORIGIN,
          "'" + keys.origin() + "', the checkpoint's is '" + promise.origin() + "'");
    }
    for (VerifierKey key : trust.logKeys()) {
      if (!keys.verifiers().contains(key)) {
        findings.damage(LedgerKeys.KEYS, "does not have " + key.shortName());
      }
    }
  }

  private void privateKeys(LedgerKeys keys, SignedNote note) throws IOException {
    List<SigningKey> signing;
    try {
      signing = LedgerKeys.storedKeys(storage);
    } catch (AccessDeniedException e) {
      findings.checked("the private key may not be read by this user and was left out");
      return;
    }
    for (SigningKey key : signing) {
      if (!keys.verifiers().contains(key.verifier())) {
        findings.damage(LedgerKeys.KEY, "not the private half of one of the keys");
      }
    }
    present(keys, signing, note);
  }

  /// What a retired key signed is history: the last checkpoint is by a key of now. While keys are
  /// being changed that is the first of `keys`, or one of those in `key`; and the checkpoint that
  /// was read before the keys may be older than they are, so it is read again.
  private void present(LedgerKeys keys, List<SigningKey> signing, SignedNote note)
      throws IOException {
    List<VerifierKey> now = new ArrayList<>(keys.verifiers().stream().limit(1).toList());
    signing.forEach(key -> now.add(key.verifier()));
    if (bySome(note, keys, now) || bySome(again(), keys, now)) {
      return;
    }
    findings.damage(
        Publisher.FILE,
        "signed by "
            + Publisher.signers(note, keys.verifiers()).getFirst().shortName()
            + ", which was retired, want "
            + now.getFirst().shortName());
  }

  private SignedNote again() throws IOException {
    try {
      return SignedNote.parse(SmallFile.read(storage, Publisher.FILE));
    } catch (IllegalArgumentException e) {
      throw new LedgerDamaged(Publisher.FILE, String.valueOf(e.getMessage()));
    }
  }

  /// Whether one of these signed; also when none of the folder's keys did, which is said elsewhere.
  private static boolean bySome(SignedNote note, LedgerKeys keys, List<VerifierKey> now) {
    List<VerifierKey> signers = Publisher.signers(note, keys.verifiers());
    return signers.isEmpty() || signers.stream().anyMatch(now::contains);
  }
}
