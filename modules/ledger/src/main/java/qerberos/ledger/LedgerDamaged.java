package qerberos.ledger;

import java.io.IOException;

/// The stored bytes are not what the ledger once promised: entries are missing, changed or in
/// another order. Nothing was written. The message says which file and which bytes.
///
/// Only a restore from a backup, or looking at what was done to the folder, helps here; starting
/// anyway would sign a second history.
public final class LedgerDamaged extends IOException {
  private static final long serialVersionUID = 1;

  public LedgerDamaged(String message) {
    super(message);
  }

  public LedgerDamaged(String message, Throwable cause) {
    super(message, cause);
  }
}
