package qerberos.cli;

import qerberos.logs.Visible;
import qerberos.query.QueryParser;
import qerberos.query.QuerySyntax;

/// Shows in a query where it goes wrong: the query, and a caret under the place. Immutable.
final class Caret {
  /// More of a query than this on either side of the place says no more.
  private static final int AROUND = 60;

  private Caret() {}

  /// Reads a query as the server would, so that a mistake is shown before anybody is asked.
  ///
  /// @throws Failure with the complaint, the query and the caret, on a line each
  static void check(String query) throws Failure {
    try {
      var ignored = QueryParser.parse(query);
    } catch (QuerySyntax e) {
      throw new Failure(
          Exit.FAILED, "column " + e.column() + ": " + e.complaint() + "\n" + under(query, e));
    }
  }

  /// The query on one line and the caret on the next.
  static String under(String query, QuerySyntax mistake) {
    int[] points = query.codePoints().toArray();
    int place = Math.min(mistake.column() - 1, points.length);
    int from = place <= AROUND ? 0 : place - AROUND;
    int to = Math.min(points.length, place + AROUND);
    String before = (from == 0 ? "" : "…") + shown(points, from, place);
    String after = shown(points, place, to) + (to == points.length ? "" : "…");
    return "  " + before + after + "\n  " + " ".repeat(columns(before)) + "^";
  }

  private static String shown(int[] points, int from, int to) {
    return Visible.line(new String(points, from, to - from));
  }

  /// How many columns of a terminal a text takes: none for marks that stand on a letter, two for
  /// ideographs, Hangul and pictures.
  private static int columns(String text) {
    return text.codePoints()
        .map(
            c ->
                switch (Character.getType(c)) {
                  case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> 0;
                  default -> wide(c) ? 2 : 1;
                })
        .sum();
  }

  private static boolean wide(int c) {
    return Character.isIdeographic(c)
        || (c >= 0x1100 && c <= 0x115f)
        || (c >= 0x3000 && c <= 0x30ff)
        || (c >= 0xac00 && c <= 0xd7a3)
        || (c >= 0xff01 && c <= 0xff60)
        || (c >= 0x1f300 && c <= 0x1faff);
  }
}
