package qerberos.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.settings.StatePlace;
import qerberos.settings.StateSettings;

final class PostgresStateTest extends StateContract {
  @TempDir static Path folder;
  private static @Nullable PostgresServer server;

  private StatePlace.@Nullable Postgres place;

  @BeforeAll
  static void start() throws Exception {
    server = new PostgresServer(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    server().close();
  }

  private static PostgresServer server() {
    if (server == null) {
      throw new IllegalStateException("not started");
    }
    return server;
  }

  @Override
  State open(Clock clock) {
    return State.open(settings(place()), clock);
  }

  private StatePlace.Postgres place() {
    try {
      StatePlace.Postgres here = place == null ? server().place() : place;
      place = here;
      return here;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static StateSettings settings(StatePlace place) {
    return new StateSettings(place, 4, Duration.ofSeconds(2), Duration.ofSeconds(5));
  }

  @Test
  void serverGone_isToldAtOnceAfterTheFirstAttempt_andIsBackByItself() throws Exception {
    try (State state = open(clock)) {
      state.cursors().move("f", 7);
      server().stop();
      try {
        assertThatThrownBy(() -> state.cursors().move("f", 8))
            .isInstanceOf(StateUnavailable.class)
            .hasMessageContaining("state postgresql://127.0.0.1:")
            .hasMessageNotContaining("\n");
        assertThatThrownBy(() -> state.cursors().next("f")).isInstanceOf(StateUnavailable.class);
        assertThat(state.pool()).as("no pool is left").isEqualTo(new PoolFigures(0, 0, 0, 0));
        assertThat(state.check())
            .isInstanceOfSatisfying(
                StateHealth.Down.class,
                down ->
                    assertThat(down.reason())
                        .contains("cannot be opened")
                        .contains("it is tried again by itself"));
      } finally {
        server().start();
      }
      clock.advance(Duration.ofSeconds(6));
      assertThat(state.check()).isInstanceOf(StateHealth.Up.class);
      assertThat(state.cursors().next("f")).hasValue(7);
      state.cursors().move("f", 9);
    }
  }

  @Test
  void serverRestarted_whileNobodyAsked_isNotNoticed() throws Exception {
    try (State state = open(clock)) {
      state.cursors().move("f", 7);
      server().stop();
      server().start();
      assertThat(state.cursors().next("f")).hasValue(7);
    }
  }

  @Test
  void brokenConnection_costsAReadNothing() throws Exception {
    try (State state = open(clock)) {
      state.cursors().move("f", 7);
      server()
          .execute(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  + " WHERE application_name = 'qerberos'");
      assertThat(state.cursors().next("f")).hasValue(7);
    }
  }

  @Test
  void everyWriteIsDurable_whateverTheServersDefault() throws Exception {
    var database = new Database(settings(place()), clock);
    try {
      assertThat(
              database.<String>read(
                  handle ->
                      handle.createQuery("SHOW synchronous_commit").mapTo(String.class).one()))
          .isEqualTo("on");
    } finally {
      database.close();
    }
  }

  @Test
  void wrongDatabase_isDownWithTheReason_andNoPasswordInIt() throws Exception {
    var wrong =
        new StatePlace.Postgres(
            place().url().replace("/postgres?", "/nowhere?password=hunter2&"),
            Optional.of("postgres"),
            Optional.empty());
    try (State state = State.open(settings(wrong), clock)) {
      assertThat(state.check())
          .isInstanceOfSatisfying(
              StateHealth.Down.class,
              down ->
                  assertThat(down.reason())
                      .contains("nowhere")
                      .contains("does not exist")
                      .doesNotContain("hunter2"));
    }
  }

  @Test
  void severalProcesses_claimARequestOnce() throws Exception {
    try (State one = open(clock);
        State other = open(clock);
        var workers = Executors.newVirtualThreadPerTaskExecutor()) {
      var claims =
          IntStream.range(0, 40)
              .mapToObj(
                  i ->
                      workers.submit(
                          () ->
                              (i % 2 == 0 ? one : other)
                                  .replays()
                                  .claim("same", clock.instant().plusSeconds(60))))
              .toList();
      int won = 0;
      for (Future<Boolean> claim : claims) {
        won += claim.get() ? 1 : 0;
      }
      assertThat(won).isEqualTo(1);
    }
  }

  @Test
  void ownCheck_ofAGoodState_findsNothing() throws Exception {
    try (State state = open(clock)) {
      assertThat(state.damage()).isEmpty();
    }
  }
}
