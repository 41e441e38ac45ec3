package qerberos.ledger;

import java.io.IOException;

/// Where the hashes of a tree come from: a flat file, tiles of a remote log, a test's array.
///
/// Only full nodes are ever asked for: node (level, index) is the root over the leaves
/// `index * 2^level` up to, not including, `(index + 1) * 2^level`, all of which exist.
@FunctionalInterface
public interface HashReader {
  /// The hash of one full node.
  ///
  /// @param level 0 for leaves, at most 62
  /// @throws IOException when it could not be had; nothing has changed
  Hash node(int level, long index) throws IOException;

  /// Nodes made from tiles, as a flat file per tile level or a remote log holds them. Levels
  /// between those that tiles store are hashed here.
  static HashReader over(TileHashes tiles) {
    return (level, index) -> {
      int inside = level % 8;
      int count = 1 << inside;
      byte[] hashes = tiles.read(level / 8, index << inside, count);
      return new TreeHasher().fold(hashes, 0, count);
    };
  }

  /// Reads consecutive hashes of one tile level.
  @FunctionalInterface
  interface TileHashes {
    /// `count` hashes (a power of two, at most 128, never across a tile's end) of 32 bytes each.
    ///
    /// @param tileLevel 0 for leaf hashes, 1 for the roots of 256 leaves, and so on
    /// @param first index of the first hash within the tile level, in hashes, not in tiles
    byte[] read(int tileLevel, long first, int count) throws IOException;
  }
}
