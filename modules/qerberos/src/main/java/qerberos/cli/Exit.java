package qerberos.cli;

/// The exit statuses, the same for every command. Immutable.
final class Exit {
  /// Done; what was verified holds.
  static final int OK = 0;

  /// Not done, or what was verified does not hold; standard error says what and where.
  static final int FAILED = 1;

  /// The command was typed wrong.
  static final int USAGE = 2;

  /// Cannot tell: no server runs here, it does not answer, or something needed is missing.
  static final int CANNOT_TELL = 3;

  /// Something in the program itself went wrong; `error.log` has it.
  static final int BUG = 70;

  /// A folder or a file cannot be written: permissions, a read-only or full disk.
  static final int CANNOT_WRITE = 73;

  /// Not now: the port is taken, the folder belongs to another process.
  static final int TAKEN = 75;

  /// The configuration is wrong; every mistake is listed.
  static final int CONFIGURATION = 78;

  /// What `--help` shows.
  static final String[] IN_WORDS = {
    "0:Done; what was verified holds",
    "1:Not done, or what was verified does not hold",
    "2:The command was typed wrong",
    "3:Cannot tell: no server here, no answer, or something is missing",
    "69:No JDK 25 or no Maven (said by the launcher)",
    "70:A fault in the program; error.log has it",
    "73:A folder or file cannot be written",
    "75:The port or the folder is taken",
    "78:The configuration is wrong"
  };

  private Exit() {}
}
