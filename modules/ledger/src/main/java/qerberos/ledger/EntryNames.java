package qerberos.ledger;

/// How the ledger learns, from nothing but an entry's bytes, under which name it is found and what
/// decides whether another entry of that name says the same.
///
/// Both are asked for again and again over the years (when a candidate is compared, when `ids/` is
/// rebuilt, when the folder is verified), so they must give the same answer for the same bytes for
/// ever. Implementations are safe for concurrent use and do no I/O.
public interface EntryNames {
  /// How many bytes names and contents have: a full hash, so that nobody can make two that collide.
  int BYTES = 32;

  /// What the entry is called: 32 bytes, evenly spread, such as the SHA-256 of sender and id.
  byte[] name(byte[] leaf);

  /// What must be equal for two entries of one name to count as the same: 32 bytes.
  byte[] content(byte[] leaf);

  /// An entry is called by its own hash: the same bytes enter once.
  static EntryNames byHash() {
    return new EntryNames() {
      @Override
      public byte[] name(byte[] leaf) {
        return Hash.newSha256().digest(leaf);
      }

      @Override
      public byte[] content(byte[] leaf) {
        return Hash.newSha256().digest(leaf);
      }
    };
  }
}
