package qerberos.state;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import qerberos.settings.StatePlace;

/// A database of PostgreSQL. Writes may go side by side: each is one statement that decides on its
/// own, or a transaction whose parts do not depend on what others do meanwhile. Safe for concurrent
/// use.
///
/// A server that is set up to acknowledge before it writes is told not to, connection by
/// connection: a revoked token stays revoked after a power cut. One that hangs is given up after
/// twice the patience.
record PostgresEngine(StatePlace.Postgres place, Duration patience) implements Engine {
  private static final int OLDEST = 14;

  /// SQLSTATE classes and states, PostgreSQL's manual, appendix A: the connection failed; the
  /// server shuts down, has crashed, or is not up yet.
  private static final List<String> NO_CONNECTION = List.of("08", "57P01", "57P02", "57P03");

  @Override
  public DataSource open() throws SQLException {
    var source = new PGSimpleDataSource();
    source.setUrl(place.url());
    place.user().ifPresent(source::setUser);
    place.password().ifPresent(source::setPassword);
    int seconds = (int) Math.max(1, patience.toSeconds());
    source.setConnectTimeout(seconds);
    source.setLoginTimeout(seconds);
    source.setSocketTimeout(2 * seconds);
    source.setTcpKeepAlive(true);
    source.setApplicationName("qerberos");
    try (Connection connection = source.getConnection()) {
      int version = connection.getMetaData().getDatabaseMajorVersion();
      if (version < OLDEST) {
        throw new SQLException("PostgreSQL " + version + ", want " + OLDEST + " or later");
      }
    }
    return source;
  }

  @Override
  public List<String> greetings() {
    return List.of(
        "SET synchronous_commit = on",
        "SET lock_timeout = " + patience.toMillis(),
        "SET idle_in_transaction_session_timeout = " + 10 * patience.toMillis());
  }

  @Override
  public boolean oneWriter() {
    return false;
  }

  /// The pool waited for a connection and got none because the server gives none; a pool that is
  /// merely busy says so without such a cause.
  @Override
  public boolean lost(Throwable failure) {
    return failure instanceof SQLTransientConnectionException
        && failure.getCause() instanceof SQLException cause
        && !busy(cause);
  }

  private static boolean busy(SQLException cause) {
    return "53300".equals(cause.getSQLState()); // too many clients
  }

  @Override
  public boolean broken(Throwable failure) {
    return failure instanceof SQLException sql && noConnection(sql.getSQLState());
  }

  private static boolean noConnection(@Nullable String state) {
    return state != null && NO_CONNECTION.stream().anyMatch(state::startsWith);
  }

  @Override
  public String remedy() {
    return "it is tried again by itself";
  }

  @Override
  public void unhurried(Handle handle) {
    int ignored = handle.execute("SET LOCAL idle_in_transaction_session_timeout = 0");
  }

  @Override
  public void copyTo(Handle handle, Path file) {}

  /// What the server's page checksums have found so far. Whoever runs it has `pg_amcheck` for more.
  @Override
  public List<String> damage(Handle handle) {
    return handle
        .createQuery(
            "SELECT checksum_failures || ' pages with a wrong checksum' FROM pg_stat_database"
                + " WHERE datname = current_database() AND checksum_failures > 0")
        .mapTo(String.class)
        .list();
  }

  @Override
  public String toString() {
    return place.toString();
  }
}
