package qerberos.ledger;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
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

  void run(Checkpoint promise) throws IOException {
    try {
      LedgerKeys keys = LedgerKeys.openToRead(storage);
      identity(keys, promise);
      privateKeys(keys);
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

  private void privateKeys(LedgerKeys keys) throws IOException {
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
  }
}
