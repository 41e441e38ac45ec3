package qerberos.query;

/// A text that is no query: where it goes wrong and what was wanted there. Immutable.
///
/// The message reads `column 6: unknown field "foo", want ...`.
public final class QuerySyntax extends IllegalArgumentException {
  private final int column;
  private final String complaint;

  QuerySyntax(int column, String complaint) {
    super("column " + column + ": " + complaint);
    this.column = column;
    this.complaint = complaint;
  }

  /// What is wrong there, without the column.
  public String complaint() {
    return complaint;
  }

  /// The character of the text at which it goes wrong, counted in code points from 1.
  public int column() {
    return column;
  }
}
