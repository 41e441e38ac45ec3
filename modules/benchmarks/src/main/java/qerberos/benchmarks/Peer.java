package qerberos.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/// One product that takes the events, keeps them and finds them again, running in processes of its
/// own that listen on 127.0.0.1 alone. Closing it ends them.
///
/// Used by one thread at a time; each of its [Client]s too.
sealed interface Peer extends AutoCloseable
    permits QerberosPeer, SqlitePeer, PostgresPeer, OpenSearchPeer {
  /// What it is called on the command line and in the table.
  String name();

  /// Version and settings that matter, a line each.
  List<String> settings();

  /// What it has and has not, for whom the figures alone would mislead.
  String character();

  ProcessTree processes();

  Client connect() throws IOException, SQLException;

  /// What it does by itself a while after the last write, done now: flush, checkpoint.
  void rest() throws IOException, SQLException;

  /// What an operator may do once writing is over, so that questions cost less.
  ///
  /// @return what was done, empty if there is nothing to do
  String tidy() throws IOException, SQLException;

  /// Bytes of all its files but those that are written round and round; what it has when empty is
  /// taken off by the caller.
  long storedBytes() throws IOException;

  @Override
  void close() throws IOException;

  /// One sender and asker.
  interface Client extends AutoCloseable {
    /// Sends events and returns when they are on disk; an id that was there already changes
    /// nothing.
    ///
    /// @param ndjson one event per line
    void send(byte[] ndjson) throws IOException, SQLException, InterruptedException;

    /// Asks, and returns when all of the answer is here.
    Reply ask(Question question) throws IOException, SQLException;

    @Override
    void close() throws IOException, SQLException;
  }

  /// An answer as it came, still to be understood, for which no peer's clock should run.
  interface Reply {
    Question.Answer read();
  }
}
