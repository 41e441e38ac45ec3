package qerberos.service;

import java.io.Serial;

/// The service does not start, for a reason outside the program that one sentence tells. Whatever
/// had been opened is closed again; nothing was lost. Immutable.
public final class StartRefused extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final Reason reason;

  /// What kind of thing is in the way.
  public enum Reason {
    /// The settings do not allow it.
    CONFIGURATION,
    /// A folder or file cannot be written: permissions, a read-only or full disk.
    CANNOT_WRITE,
    /// A port or the folder belongs to another process.
    TAKEN,
    /// What lies in the folder is not what was left there.
    DAMAGED,
    /// Something that is not lost would be replaced.
    KEPT
  }

  public StartRefused(Reason reason, String sentence) {
    super(sentence);
    this.reason = reason;
  }

  public StartRefused(Reason reason, String sentence, Throwable cause) {
    super(sentence, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /// One sentence for the operator.
  public String sentence() {
    return String.valueOf(getMessage());
  }
}
