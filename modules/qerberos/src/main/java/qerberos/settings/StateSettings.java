package qerberos.settings;

import java.nio.file.Path;
import java.time.Duration;

/// Where the state database lies and how patiently it is asked. Immutable.
///
/// - `place`: the SQLite file `DATA/state/state.db` by default. Change it to put the state on
/// another
///   disk than the ledger, or into PostgreSQL.
/// - `connections`: size of the pool, 1 to 64, default 4. More helps only when many requests wait
///   for `pools.db.pending` to fall.
/// - `patience`: how long a caller waits for a connection or for another process's write before it
///   is told that the state is unavailable, 10 ms to 60 s, default 2 s.
/// - `reopenAfter`: pause between two attempts to open a state that could not be opened, 0 to 5
/// min,
///   default 5 s.
public record StateSettings(
    StatePlace place, int connections, Duration patience, Duration reopenAfter) {
  public StateSettings {
    Range.check("state.connections", connections, 1, 64);
    Range.check("state.patience", patience, Duration.ofMillis(10), Duration.ofMinutes(1));
    Range.check("state.reopenAfter", reopenAfter, Duration.ZERO, Duration.ofMinutes(5));
  }

  /// The documented defaults for one data folder.
  public static StateSettings in(Path data) {
    return at(data.resolve("state").resolve("state.db"));
  }

  /// The documented defaults for one database file.
  public static StateSettings at(Path file) {
    return new StateSettings(
        new StatePlace.SqliteFile(file), 4, Duration.ofSeconds(2), Duration.ofSeconds(5));
  }
}
