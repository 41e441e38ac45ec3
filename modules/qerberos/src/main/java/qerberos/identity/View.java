package qerberos.identity;

/// Which events a caller may see. Every list, count, histogram, stream, export and proof is
/// filtered by it. Immutable.
public sealed interface View {
  /// All events.
  record Everything() implements View {}

  /// Events whose actor is this identity.
  record OfActor(String squidId) implements View {}

  /// Events whose actor is this subidentity of this identity.
  record OfSubidentity(String squidId, String subId) implements View {}

  /// Events whose actor acted for this DAO.
  record OfDao(String daoId) implements View {}

  /// Events that this service sent.
  record OfSource(String source) implements View {}

  /// None: the scope asks for a subidentity or a DAO, and the caller has none.
  record Nothing() implements View {}
}
