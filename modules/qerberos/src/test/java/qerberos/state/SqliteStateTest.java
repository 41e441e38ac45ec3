package qerberos.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.settings.StatePlace;
import qerberos.settings.StateSettings;

final class SqliteStateTest extends StateContract {
  @TempDir Path folder;

  @Override
  State open(Clock clock) {
    return State.open(settings(folder.resolve("state.db")), clock);
  }

  private static StateSettings settings(Path file) {
    return new StateSettings(
        new StatePlace.SqliteFile(file), 4, Duration.ofSeconds(5), Duration.ofSeconds(5));
  }

  @Test
  void newState_isReadableByItsOwnerAlone() throws Exception {
    Path file = folder.resolve("private/state.db");
    try (State state = State.open(settings(file), clock)) {
      assertThat(state.replays().claim("x", clock.instant())).isTrue();
      try (var files = Files.list(file.getParent())) {
        for (Path one : files.toList()) {
          assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(one)))
              .as(one.toString())
              .isEqualTo("rw-------");
        }
      }
    }
  }

  @Test
  void damagedFile_isDownAndIsNotReplaced() throws Exception {
    Path file = folder.resolve("damaged.db");
    Files.writeString(file, "this is no database, whatever it may look like".repeat(100));
    byte[] before = Files.readAllBytes(file);
    try (State state = State.open(settings(file), clock)) {
      assertThat(state.check())
          .isInstanceOfSatisfying(
              StateHealth.Down.class,
              down ->
                  assertThat(down.reason())
                      .contains("damaged.db cannot be opened")
                      .contains("restore it from a backup, or move it away"));
      assertThatThrownBy(() -> state.replays().claim("x", clock.instant()))
          .isInstanceOf(StateUnavailable.class);
      assertThat(state.pool()).isEqualTo(new PoolFigures(0, 0, 0, 0));
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void damagedFile_movedAway_isUpAgainAfterThePause() throws Exception {
    Path file = folder.resolve("damaged.db");
    Files.writeString(file, "no database".repeat(1000));
    try (State state = State.open(settings(file), clock)) {
      assertThat(state.check()).isInstanceOf(StateHealth.Down.class);
      Files.delete(file);
      assertThat(state.check()).isInstanceOf(StateHealth.Down.class);
      clock.advance(Duration.ofSeconds(6));
      assertThat(state.check()).isInstanceOf(StateHealth.Up.class);
      assertThat(state.replays().claim("x", clock.instant())).isTrue();
    }
  }

  @Test
  void damagedPage_isFoundWhenOpened() throws Exception {
    Path file = folder.resolve("page.db");
    try (State state = State.open(settings(file), clock)) {
      for (int i = 0; i < 500; i++) {
        state.documents().put("d" + i, "x".repeat(200));
      }
    }
    try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.seek(raw.length() / 2 / 4096 * 4096);
      raw.write(new byte[4096]);
    }
    try (State state = State.open(settings(file), clock)) {
      assertThat(state.check()).isInstanceOf(StateHealth.Down.class);
    }
  }

  @Test
  void folderThatCannotBeMade_isDownWithTheReason() throws Exception {
    Path blocker = Files.writeString(folder.resolve("blocker"), "a file, no folder");
    try (State state = State.open(settings(blocker.resolve("state.db")), clock)) {
      assertThat(state.check())
          .isInstanceOfSatisfying(
              StateHealth.Down.class, down -> assertThat(down.reason()).contains("blocker"));
    }
  }

  @Test
  void newerSchema_isDownAndUntouched() throws Exception {
    Path file = folder.resolve("newer.db");
    try (State state = State.open(settings(file), clock)) {
      assertThat(state.check()).isInstanceOf(StateHealth.Up.class);
    }
    var source = new org.sqlite.SQLiteDataSource();
    source.setUrl("jdbc:sqlite:" + file);
    try (var connection = source.getConnection();
        var statement = connection.createStatement()) {
      statement.executeUpdate("UPDATE flyway_schema_history SET checksum = 1");
    }
    try (State state = State.open(settings(file), clock)) {
      assertThat(state.check()).isInstanceOf(StateHealth.Down.class);
    }
  }

  @Test
  void integrityCheck_ofAGoodState_findsNothing() throws Exception {
    try (State state = open(clock)) {
      assertThat(state.damage()).isEmpty();
    }
  }

  @Test
  void manyWriters_allGetThrough() throws Exception {
    try (State state = open(clock);
        var workers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> writes = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int number = i;
        writes.add(
            workers.submit(
                () -> {
                  state.cursors().move("f" + number, number);
                  return state.cursors().next("f" + number);
                }));
      }
      for (Future<?> write : writes) {
        assertThat(write.get()).isNotNull();
      }
      assertThat(state.pool().max()).isEqualTo(4);
      assertThat(state.pool().active()).isZero();
    }
  }
}
