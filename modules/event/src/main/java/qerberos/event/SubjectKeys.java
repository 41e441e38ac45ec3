package qerberos.event;

import java.util.Optional;

/// The keys under which personal values lie, one per subject. A port; safe for concurrent use.
///
/// Whoever destroys a subject's key has erased that subject's values wherever they were copied to;
/// the log itself stays as it is.
public interface SubjectKeys {
  /// The key of this subject, made when there is none yet. It is durable before the ledger forces
  /// the first event that needs it.
  SubjectKey keyFor(String subject);

  /// The key of this subject, or empty when it was never made or was destroyed.
  Optional<SubjectKey> existing(String subject);
}
