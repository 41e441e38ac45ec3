package qerberos.state;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;
import qerberos.settings.StateSettings;

/// One SQLite file in WAL mode behind a pool, opened when first asked and again, after a pause,
/// when that failed. Safe for concurrent use.
///
/// Writes go one at a time under `writing`. SQLite allows one writer anyway, and would make the
/// others wait inside native code; a virtual thread that waits there holds its carrier, and with
/// all carriers held the writer could not go on. Every write is forced to disk before it returns
/// (`synchronous=FULL`), so a revoked token stays revoked after a power cut.
final class Database implements AutoCloseable {
  private final StateSettings settings;
  private final Clock clock;
  private final ReentrantLock writing = new ReentrantLock(true);
  private final ReentrantLock opening = new ReentrantLock();
  private volatile @Nullable Pool pool;
  private volatile String reason = "the state was not opened yet";
  private volatile Instant notBefore = Instant.MIN;
  private volatile boolean closed;

  private record Pool(HikariDataSource source, Jdbi jdbi) {}

  Database(StateSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /// A piece of work on one connection.
  interface Work<T> {
    T on(Handle handle);
  }

  <T> T read(Work<T> work) throws StateUnavailable {
    Jdbi jdbi = jdbi();
    try {
      return jdbi.withHandle(work::on);
    } catch (JdbiException e) {
      throw unavailable(e);
    }
  }

  /// All of the work happens or nothing of it does.
  <T> T write(Work<T> work) throws StateUnavailable {
    Jdbi jdbi = jdbi();
    try {
      if (!writing.tryLock(settings.patience().toNanos(), TimeUnit.NANOSECONDS)) {
        throw new StateUnavailable("the state is busy: other writes come first", retryAfter());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StateUnavailable("interrupted while waiting to write the state", retryAfter(), e);
    }
    try {
      return jdbi.inTransaction(work::on);
    } catch (JdbiException e) {
      throw unavailable(e);
    } finally {
      writing.unlock();
    }
  }

  /// The same, with what is to be told about it; whether the work changed anything.
  boolean write(Work<Boolean> work, Telling telling) throws StateUnavailable {
    boolean changed =
        write(
            handle -> {
              boolean did = work.on(handle);
              Outgoing outgoing = telling.about(did);
              if (outgoing != null) {
                Outbox.put(handle, outgoing);
              }
              return did;
            });
    telling.committed();
    return changed;
  }

  PoolFigures figures() {
    Pool now = pool;
    if (now == null || now.source().getHikariPoolMXBean() == null) {
      return new PoolFigures(0, 0, 0, 0);
    }
    var bean = now.source().getHikariPoolMXBean();
    return new PoolFigures(
        bean.getActiveConnections(),
        bean.getIdleConnections(),
        bean.getThreadsAwaitingConnection(),
        now.source().getMaximumPoolSize());
  }

  @Override
  public void close() {
    opening.lock();
    try {
      closed = true;
      reason = "the state is closed";
      shut();
    } finally {
      opening.unlock();
    }
  }

  /// The damage that SQLite's full check finds, one line each; empty when there is none.
  String damage() throws StateUnavailable {
    return read(handle ->
            String.join("\n", handle.createQuery("PRAGMA integrity_check").mapTo(String.class)))
        .replaceFirst("^ok$", "");
  }

  private Jdbi jdbi() throws StateUnavailable {
    Pool now = pool;
    if (now != null) {
      return now.jdbi();
    }
    opening.lock();
    try {
      now = pool;
      if (now != null) {
        return now.jdbi();
      }
      if (closed || clock.instant().isBefore(notBefore)) {
        throw new StateUnavailable(reason, retryAfter());
      }
      return reopen().jdbi();
    } finally {
      opening.unlock();
    }
  }

  private Pool reopen() throws StateUnavailable {
    try {
      Pool opened = open();
      pool = opened;
      return opened;
    } catch (SQLException | IOException | FlywayException | PoolInitializationException e) {
      notBefore = clock.instant().plus(settings.reopenAfter());
      reason = sentence(e);
      throw new StateUnavailable(reason, retryAfter(), e);
    }
  }

  private Pool open() throws SQLException, IOException {
    createPrivately(settings.file());
    var config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.setTransactionMode(TransactionMode.IMMEDIATE);
    config.setBusyTimeout((int) settings.patience().toMillis());
    config.enforceForeignKeys(true);
    var sqlite = new SQLiteDataSource(config);
    sqlite.setUrl("jdbc:sqlite:" + settings.file());
    try (Connection connection = sqlite.getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("PRAGMA quick_check(1)")) {
      String verdict = result.next() ? result.getString(1) : "no answer";
      if (!verdict.equals("ok")) {
        throw new SQLException("damaged: " + verdict);
      }
    }
    Flyway.configure()
        .dataSource(sqlite)
        .locations("classpath:qerberos/state/migrations")
        .load()
        .migrate();
    var hikari = new HikariConfig();
    hikari.setDataSource(sqlite);
    hikari.setPoolName("state");
    hikari.setMaximumPoolSize(settings.connections());
    hikari.setMinimumIdle(1);
    hikari.setConnectionTimeout(Math.max(250, settings.patience().toMillis()));
    var source = new HikariDataSource(hikari);
    return new Pool(source, Jdbi.create(source));
  }

  /// SQLite gives the files beside it (`-wal`, `-shm`) the mode of the database itself.
  private static void createPrivately(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      // an existing database keeps its mode
    }
  }

  private StateUnavailable unavailable(JdbiException e) {
    String text = String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
    if (text.contains("SQLITE_CORRUPT") || text.contains("SQLITE_NOTADB")) {
      opening.lock();
      try {
        reason = sentence(e.getCause() == null ? e : e.getCause());
        notBefore = clock.instant().plus(settings.reopenAfter());
        shut();
      } finally {
        opening.unlock();
      }
    }
    return new StateUnavailable("state " + settings.file() + ": " + text, retryAfter(), e);
  }

  private void shut() {
    Pool now = pool;
    pool = null;
    if (now != null) {
      now.source().close();
    }
  }

  private String sentence(Throwable e) {
    return "state "
        + settings.file()
        + " cannot be opened: "
        + String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip()
        + "; restore it from a backup, or move it away to begin with an empty one";
  }

  private Duration retryAfter() {
    Duration wait = settings.reopenAfter();
    return wait.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : wait;
  }
}
