package qerberos.ledger;

import java.io.IOException;

/// Is shown entries in the order of their indexes, each already checked against its leaf hash.
@FunctionalInterface
public interface EntryVisitor {
  /// @param leaf the very bytes that were hashed, the visitor's to keep
  /// @param attachment what lies beside the tree, possibly empty, the visitor's to keep
  void entry(long index, byte[] leaf, byte[] attachment) throws IOException;
}
