package qerberos.state;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import qerberos.settings.StatePlace;

/// A real PostgreSQL on a port of its own, which stays the same when it is stopped and started.
/// Used by one thread at a time.
public final class PostgresServer implements AutoCloseable {
  private final Path folder;
  private final int port;
  private @Nullable EmbeddedPostgres running;
  private int schemas;

  /// @param folder empty; its data lies there
  public PostgresServer(Path folder) throws IOException {
    this.folder = folder;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = free.getLocalPort();
    }
    start();
  }

  public void start() throws IOException {
    running =
        EmbeddedPostgres.builder()
            .setPort(port)
            .setDataDirectory(folder.resolve("data"))
            .setOverrideWorkingDirectory(folder.resolve("work").toFile())
            .setCleanDataDirectory(false)
            .setPGStartupWait(Duration.ofMinutes(1))
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "off") // which we are to undo
            .start();
  }

  /// Stops it; connections break.
  public void stop() throws IOException {
    EmbeddedPostgres now = running;
    if (now == null) {
      return;
    }
    running = null;
    now.close();
    // Closing gives up on a disk that is slow; the server goes on to stop.
    for (int i = 0; i < 600 && Files.exists(folder.resolve("data/postmaster.pid")); i++) {
      LockSupport.parkNanos(100_000_000);
    }
  }

  /// A new, empty schema of its database: a database of its own would cost a second each.
  public StatePlace.Postgres place() throws SQLException {
    String name = "state" + schemas++;
    execute("CREATE SCHEMA " + name);
    return new StatePlace.Postgres(
        "jdbc:postgresql://127.0.0.1:" + port + "/postgres?currentSchema=" + name,
        Optional.of("postgres"),
        Optional.of("postgres"));
  }

  /// As its superuser.
  public void execute(String sql) throws SQLException {
    EmbeddedPostgres now = running;
    if (now == null) {
      throw new IllegalStateException("stopped");
    }
    try (Connection connection = now.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws IOException {
    stop();
  }
}
