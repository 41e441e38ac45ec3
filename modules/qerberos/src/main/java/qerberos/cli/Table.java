package qerberos.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import qerberos.logs.Visible;

/// Rows in columns for people. Cells are escaped; on a terminal the last column is cut to the width
/// with an ellipsis, elsewhere nothing is cut. Used by one thread at a time.
final class Table {
  private final List<String> heads;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... heads) {
    this.heads = List.of(heads);
  }

  /// Adds a row with one cell per column.
  void row(String... cells) {
    if (cells.length != heads.size()) {
      throw new IllegalArgumentException("cells: " + cells.length + ", want " + heads.size());
    }
    List<String> shown = new ArrayList<>();
    for (String cell : cells) {
      shown.add(Visible.line(cell));
    }
    rows.add(shown);
  }

  /// Adds a row for each of these, with what it says under each name.
  void rows(Reply all, String... names) {
    for (Reply one : all.items()) {
      row(Arrays.stream(names).map(name -> one.at(name).text()).toArray(String[]::new));
    }
  }

  void print(Screen screen) {
    int[] widths = new int[heads.size()];
    measure(widths, heads);
    rows.forEach(row -> measure(widths, row));
    screen.out().println(screen.paint(Screen.Colour.BOLD, line(heads, widths, screen)));
    rows.forEach(row -> screen.out().println(line(row, widths, screen)));
  }

  private static void measure(int[] widths, List<String> cells) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], length(cells.get(i)));
    }
  }

  private static String line(List<String> cells, int[] widths, Screen screen) {
    var line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = cells.get(i);
      line.append(cell);
      if (i < widths.length - 1) {
        line.repeat(' ', widths[i] - length(cell) + 2);
      }
    }
    String text = line.toString().stripTrailing();
    if (screen.outWatched() && length(text) > screen.width()) {
      return text.substring(0, text.offsetByCodePoints(0, screen.width() - 1)) + "…";
    }
    return text;
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
