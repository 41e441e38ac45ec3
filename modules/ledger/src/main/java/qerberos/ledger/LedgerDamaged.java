package qerberos.ledger;

import java.io.IOException;

/// The stored bytes are not what the ledger once promised: entries are missing, changed or in
/// another order. No entry and no checkpoint was touched. The message says which file and which
/// bytes.
///
/// Only a restore from a backup, or looking at what was done to the folder, helps here; starting
/// anyway would sign a second history.
public final class LedgerDamaged extends IOException {
  private static final long serialVersionUID = 1;

  private final String where;
  private final String what;

  /// @param where the file, with an offset where one is known
  /// @param what is wrong there
  public LedgerDamaged(String where, String what) {
    super(where + ": " + what);
    this.where = where;
    this.what = what;
  }

  static LedgerDamaged at(String file, long offset, String what) {
    return new LedgerDamaged(file + ": offset " + offset, what);
  }

  /// The file, with an offset where one is known.
  public String where() {
    return where;
  }

  /// What is wrong there.
  public String what() {
    return what;
  }

  Verification.Damage damage() {
    return new Verification.Damage(where, what);
  }
}
