package qerberos.http;

import qerberos.state.Switch;

/// Whether evidence is locked: by an administrator, or by the settings of this process, which no
/// administrator can undo. Safe for concurrent use.
///
/// @param bySettings whether `QERBEROS_EVIDENCE_LOCK` says so
record EvidenceLock(Switch by, boolean bySettings) {
  boolean isOn() {
    return bySettings || by.isOn();
  }

  /// Why something is refused while it is on.
  String sentence() {
    return "the evidence lock is on"
        + (bySettings ? ", by QERBEROS_EVIDENCE_LOCK" : ": " + by.position().reason());
  }
}
