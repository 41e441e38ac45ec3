package qerberos.notice;

/// Whose tickets somebody may see and change. Immutable.
public sealed interface Whose {
  /// All of them.
  record Everybodys() implements Whose {}

  /// Those that this principal made.
  record Of(String owner) implements Whose {}

  /// Those that this principal made as this subidentity.
  record OfSubidentity(String owner, String subId) implements Whose {}

  /// Those that were made for this DAO.
  record OfDao(String daoId) implements Whose {}

  /// None.
  record Nobodys() implements Whose {}
}
