package qerberos.notice;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Somebody says that they look after an alert. Immutable.
///
/// @param by the principal who says so
/// @param note 1 to 500 characters, kept as they came; null for none
public record Acknowledgement(String by, Instant at, @Nullable String note) {
  /// Characters of a note.
  public static final int NOTE_MAX = 500;

  /// @throws IllegalArgumentException naming the field
  public Acknowledgement {
    note = note == null ? null : Wording.required("note", note, NOTE_MAX);
  }
}
