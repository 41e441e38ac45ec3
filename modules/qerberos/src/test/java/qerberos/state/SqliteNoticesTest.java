package qerberos.state;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import qerberos.settings.StatePlace;
import qerberos.settings.StateSettings;

final class SqliteNoticesTest extends NoticesFacts {
  @TempDir Path folder;

  @Override
  State open(Clock clock) {
    var place = new StatePlace.SqliteFile(folder.resolve("state.db"));
    return State.open(
        new StateSettings(place, 4, Duration.ofSeconds(5), Duration.ofSeconds(5)), clock);
  }
}
