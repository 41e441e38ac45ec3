package qerberos.state;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import qerberos.settings.StatePlace;
import qerberos.settings.StateSettings;

/// What differs between the databases that can keep the state. The statements do not. Safe for
/// concurrent use.
sealed interface Engine permits SqliteEngine, PostgresEngine {
  static Engine of(StateSettings settings) {
    return switch (settings.place()) {
      case StatePlace.SqliteFile(var file) -> new SqliteEngine(file, settings.patience());
      case StatePlace.Postgres postgres -> new PostgresEngine(postgres, settings.patience());
    };
  }

  /// Connections to a database that was reached and looked at, and may still want migrating.
  ///
  /// @throws SQLException or IOException saying why it cannot be used
  DataSource open() throws SQLException, IOException;

  /// What every new connection is told first.
  List<String> greetings();

  /// Whether it takes one write at a time.
  boolean oneWriter();

  /// Whether this failure means that the database has to be opened anew, after a pause.
  boolean lost(Throwable failure);

  /// Whether only the connection broke: another one may work at once.
  boolean broken(Throwable failure);

  /// What to do about a database that cannot be opened.
  String remedy();

  /// Readies a connection for a transaction that may pause for long between two statements.
  void unhurried(Handle handle);

  /// Writes all of it to a new file, where the database is one.
  void copyTo(Handle handle, Path file);

  /// The damage that the database's own check finds, one line each.
  List<String> damage(Handle handle);
}
