package qerberos.state;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import qerberos.settings.StatePlace;
import qerberos.settings.StateSettings;

final class PostgresNoticesTest extends NoticesFacts {
  @TempDir static Path folder;
  private static @Nullable PostgresServer server;

  private StatePlace.@Nullable Postgres place;

  @BeforeAll
  static void start() throws Exception {
    server = new PostgresServer(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @Override
  State open(Clock clock) {
    try {
      if (server == null) {
        throw new IllegalStateException("not started");
      }
      StatePlace.Postgres here = place == null ? server.place() : place;
      place = here;
      return State.open(
          new StateSettings(here, 4, Duration.ofSeconds(5), Duration.ofSeconds(5)), clock);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
