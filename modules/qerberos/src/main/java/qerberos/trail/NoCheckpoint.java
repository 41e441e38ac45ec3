package qerberos.trail;

import java.io.IOException;

/// Where the newest checkpoint is kept lies something else, so nothing tells whether the ledger is
/// an older copy. Nothing was signed; the message says where, and what is wrong with it.
///
/// Put the right one back, or begin another log ([Epoch]), which keeps a rubbish file aside.
public final class NoCheckpoint extends IOException {
  private static final long serialVersionUID = 1;

  NoCheckpoint(String message) {
    super(message);
  }
}
