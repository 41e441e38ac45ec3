package qerberos.logs;

/// A member of a log line beside its message; given as a parameter to `System.Logger.log`.
///
/// The value is a text, a number or a flag; anything else is written as its text. Immutable.
public record LogField(String name, Object value) {
  public LogField {
    if (!name.matches("[A-Za-z][A-Za-z0-9_]*")) {
      throw new IllegalArgumentException("name: \"" + name + "\", want letters, digits and _");
    }
  }

  /// How long something took, in milliseconds.
  public static LogField duration(long millis) {
    return new LogField("duration", millis);
  }

  /// The HTTP status that was answered.
  public static LogField statusCode(int status) {
    return new LogField("statusCode", status);
  }
}
