package qerberos.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qerberos.http.ExportFormat;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Hash;
import qerberos.service.ServerFile;

/// Where a command that only looks gets its answers: from the server that runs on the folder, or,
/// when none does, from the folder itself. Both answer alike. Used by one thread at a time.
sealed interface Reads extends AutoCloseable permits ServerReads, FolderReads {
  /// The first of what matches, how many match in all, and the facets that were asked for.
  record Hits(List<Reply> events, long total, Reply facets) {}

  /// @param rawQuery what stands after the question mark of `/audit/search`, without a limit
  Hits search(String rawQuery, int limit) throws Failure;

  /// The log that an export is pinned to.
  ///
  /// @param note the signed checkpoint, when it is the newest
  /// @param count how many events match; -1 where only reading all of them would tell
  record Pinned(
      String query,
      String by,
      Checkpoint log,
      @Nullable String note,
      long count,
      List<Hash> consistency) {}

  /// @param rawQuery filters as for [#search]
  /// @param size the size to pin; null for the newest
  /// @param since a size to prove consistency with; null for none
  Pinned pinned(String rawQuery, @Nullable Long size, @Nullable Long since) throws Failure;

  /// Is told how many of how many entries were read; of 0 where only the rows can be counted.
  interface Advance {
    void at(long read, long of);
  }

  /// The connection is lost, and what came may end within a row. Going on may help.
  final class Broken extends IOException {
    private static final long serialVersionUID = 1L;

    Broken(String sentence) {
      super(sentence);
    }
  }

  /// Writes everything that matches behind a place, in the order of the log.
  ///
  /// @param after the place of the last row that is there; -1 to begin with the heading
  /// @throws IOException `out` does not take it
  void export(
      String rawQuery,
      ExportFormat format,
      Checkpoint log,
      long after,
      OutputStream out,
      Advance advance)
      throws Failure, IOException;

  Reply event(String id) throws Failure;

  /// The file `c2sp.org/tlog-proof@v1`.
  ///
  /// @param witnessed whether under a checkpoint that witnesses have cosigned
  byte[] proof(String id, boolean witnessed) throws Failure;

  /// Verifier keys, one on each line.
  String keys() throws Failure;

  Reply tokens() throws Failure;

  Reply identities() throws Failure;

  Reply blocks() throws Failure;

  @Override
  void close() throws Failure;

  /// Those of a log that has ended, from its folder; of the present one without a name.
  static Reads of(@Nullable String epoch, DataOption data, Surroundings around) throws Failure {
    return epoch == null
        ? of(data, around)
        : new FolderReads(data.folder(around), epoch, data, around);
  }

  static Reads of(DataOption data, Surroundings around) throws Failure {
    Optional<ServerFile> server = data.server(around);
    if (server.isPresent()) {
      return new ServerReads(Api.of(data, around));
    }
    Path folder = data.folder(around);
    if (!FolderReads.holdsLog(folder)) {
      throw data.noServer(around);
    }
    if (!data.json()) {
      around
          .screen()
          .err()
          .println("qerberos: no server runs on " + folder + ", so the folder itself is read");
    }
    return new FolderReads(folder, null, data, around);
  }
}
