package qerberos.identity;

import qerberos.state.Telling;

/// Who records that another directory counts.
@FunctionalInterface
public interface DirectoryRecord {
  /// What to commit with the note that this change was seen.
  Telling of(DirectoryChange change);
}
