package qerberos.cli;

import java.io.Serial;

/// A command cannot go on, for a reason that is one clear sentence and an exit status; nobody needs
/// a stack trace. Immutable.
final class Failure extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final int status;

  Failure(int status, String sentence) {
    super(sentence);
    this.status = status;
  }

  /// One of [Exit].
  int status() {
    return status;
  }

  /// The sentence.
  String sentence() {
    return String.valueOf(getMessage());
  }
}
