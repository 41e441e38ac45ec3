package qerberos.ledger;

import java.io.IOException;

/// Another process, or another part of this one, is writing to the ledger. Nothing was touched; the
/// message names the folder.
public final class LedgerLocked extends IOException {
  private static final long serialVersionUID = 1;

  public LedgerLocked(String message) {
    super(message);
  }
}
