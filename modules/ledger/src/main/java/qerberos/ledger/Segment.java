package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;

/// 65,536 consecutive entries in one file, the last segment has fewer: first as the frames they
/// came in ([OpenSegment]), later as compressed bundles ([SealedSegment]).
///
/// Safe for concurrent use.
sealed interface Segment extends Closeable permits OpenSegment, SealedSegment {
  /// How many entries a full segment has: a whole number of bundles, of tiles and of tiles of
  /// tiles.
  int ENTRIES = 65_536;

  /// The folder of all segments.
  String FOLDER = "entries";

  /// The file's name in the store.
  String name();

  /// Index of the first entry.
  long first();

  /// How many entries there are.
  int count();

  /// Shows entries as they are stored. What is shown is protected against bit rot by checksums at
  /// most; comparing it with the tree is the caller's part.
  ///
  /// @param from index of the first to show
  /// @param to index behind the last
  /// @param attachments whether to read those too; else an empty array is shown
  /// @throws java.nio.channels.ClosedChannelException when the file was replaced meanwhile
  void visit(long from, long to, boolean attachments, EntryVisitor visitor) throws IOException;

  /// `entries/000000065536.log`, or with another ending.
  static String nameOf(long first, String ending) {
    return FOLDER + "/" + "%012d".formatted(first) + ending;
  }
}
