package qerberos.identity;

import java.util.List;

/// In what one directory differs from the one before: sQuid ids of who is listed, and of who has
/// grants. Immutable.
public record DirectoryChange(Names identities, Names grants) {
  /// Who came, who went, and about whom something else is said; each in order.
  public record Names(List<String> added, List<String> removed, List<String> changed) {
    public Names {
      added = List.copyOf(added);
      removed = List.copyOf(removed);
      changed = List.copyOf(changed);
    }
  }
}
