package qerberos.ledger;

import java.io.IOException;

/// The ledger does not hold what a checkpoint that is known elsewhere covers: it is an older copy,
/// or another history. Nothing was signed and no entry touched; the message says which checkpoint,
/// and what is missing.
///
/// Going on would sign a second history of the same log, which whoever has the known checkpoint can
/// prove. Restore the newer copy, or begin another log.
public final class LedgerBehind extends IOException {
  private static final long serialVersionUID = 1;

  public LedgerBehind(String message) {
    super(message);
  }
}
