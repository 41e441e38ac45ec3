package qerberos.state;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import qerberos.settings.StateSettings;

/// The database behind a pool, opened when first asked and again, after a pause, when that failed.
/// Safe for concurrent use.
///
/// While it cannot be opened, whoever asks is told so at once: only one caller in each pause waits
/// for the attempt.
final class Database implements AutoCloseable {
  private final StateSettings settings;
  private final Engine engine;
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
    this.engine = Engine.of(settings);
    this.clock = clock;
  }

  /// A piece of work on one connection.
  interface Work<T> {
    T on(Handle handle);
  }

  /// Tried once more, on a new connection, when the one it had broke on the way.
  <T> T read(Work<T> work) throws StateUnavailable {
    Jdbi jdbi = jdbi();
    try {
      return jdbi.withHandle(work::on);
    } catch (JdbiException e) {
      if (!engine.broken(cause(e))) {
        throw unavailable(e);
      }
      forgetConnections(); // what broke one has broken them all
    }
    try {
      return jdbi.withHandle(work::on);
    } catch (JdbiException e) {
      throw unavailable(e);
    }
  }

  /// All of the work happens or nothing of it does.
  <T> T write(Work<T> work) throws StateUnavailable {
    Jdbi jdbi = jdbi();
    if (!engine.oneWriter()) {
      return written(jdbi, work);
    }
    try {
      if (!writing.tryLock(settings.patience().toNanos(), TimeUnit.NANOSECONDS)) {
        throw new StateUnavailable("the state is busy: other writes come first", retryAfter());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StateUnavailable("interrupted while waiting to write the state", retryAfter(), e);
    }
    try {
      return written(jdbi, work);
    } finally {
      writing.unlock();
    }
  }

  /// The same for work that may pause for long.
  <T> T writeUnhurried(Work<T> work) throws StateUnavailable {
    return write(
        handle -> {
          engine.unhurried(handle);
          return work.on(handle);
        });
  }

  /// Not tried again: it may have been committed before the connection broke.
  private <T> T written(Jdbi jdbi, Work<T> work) throws StateUnavailable {
    try {
      return jdbi.inTransaction(work::on);
    } catch (JdbiException e) {
      if (engine.broken(cause(e))) {
        forgetConnections();
      }
      throw unavailable(e);
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

  /// The same for work that can turn out in more ways than two; what is to be told depends on them.
  <T> T writeTold(Work<T> work, Function<T, Telling> telling) throws StateUnavailable {
    var told = new AtomicReference<>(Telling.NOTHING);
    T result =
        write(
            handle -> {
              T did = work.on(handle);
              Telling about = telling.apply(did);
              Outgoing outgoing = about.about(true);
              if (outgoing != null) {
                Outbox.put(handle, outgoing);
              }
              told.set(about);
              return did;
            });
    told.get().committed();
    return result;
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

  /// The damage that the database's own check finds, one line each; empty when there is none.
  String damage() throws StateUnavailable {
    return String.join("\n", this.<List<String>>read(engine::damage));
  }

  void copyTo(Path file) throws StateUnavailable {
    boolean ignored =
        read(
            handle -> {
              engine.copyTo(handle, file);
              return true;
            });
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
    DataSource database = engine.open();
    Flyway.configure()
        .dataSource(database)
        .locations("classpath:qerberos/state/migrations")
        .load()
        .migrate();
    var hikari = new HikariConfig();
    hikari.setDataSource(database);
    hikari.setPoolName("state");
    hikari.setMaximumPoolSize(settings.connections());
    hikari.setMinimumIdle(1);
    hikari.setConnectionTimeout(Math.max(250, settings.patience().toMillis()));
    if (!engine.greetings().isEmpty()) {
      hikari.setConnectionInitSql(String.join("; ", engine.greetings()));
    }
    var source = new HikariDataSource(hikari);
    return new Pool(source, Jdbi.create(source));
  }

  private StateUnavailable unavailable(JdbiException e) {
    Throwable cause = cause(e);
    if (engine.lost(cause)) {
      opening.lock();
      try {
        reason = sentence(cause);
        notBefore = clock.instant().plus(settings.reopenAfter());
        shut();
      } finally {
        opening.unlock();
      }
    }
    return new StateUnavailable("state " + engine + ": " + oneLine(cause), retryAfter(), e);
  }

  private void forgetConnections() {
    Pool now = pool;
    if (now != null && now.source().getHikariPoolMXBean() != null) {
      now.source().getHikariPoolMXBean().softEvictConnections();
    }
  }

  private static Throwable cause(JdbiException e) {
    return e.getCause() == null ? e : e.getCause();
  }

  private void shut() {
    Pool now = pool;
    pool = null;
    if (now != null) {
      now.source().close();
    }
  }

  private String sentence(Throwable e) {
    return "state " + engine + " cannot be opened: " + oneLine(e) + "; " + engine.remedy();
  }

  private static String oneLine(Throwable e) {
    return String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip();
  }

  private Duration retryAfter() {
    Duration wait = settings.reopenAfter();
    return wait.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : wait;
  }
}
