package qerberos.settings;

import java.util.Collection;

/// The known name that somebody may have meant. Immutable.
public final class Suggestion {
  private Suggestion() {}

  /// `; did you mean X?`, or nothing when no known name is near.
  public static String among(Collection<String> known, String unknown) {
    String best = "";
    int nearest = Math.max(2, unknown.length() / 4) + 1;
    for (String name : known) {
      int distance = distance(name, unknown);
      if (distance < nearest) {
        nearest = distance;
        best = name;
      }
    }
    return best.isEmpty() ? "" : "; did you mean " + best + "?";
  }

  /// How many letters must be put in, left out, exchanged or swapped with their neighbour.
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        cost[i][j] =
            Math.min(cost[i - 1][j - 1] + same, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
