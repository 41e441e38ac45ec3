package qerberos.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.settings.StateSettings;

class SocketTicketsTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock();

  @BeforeEach
  void noon() {
    clock.set(NOW);
  }

  private State open() {
    return State.open(StateSettings.in(folder), clock);
  }

  @Test
  void aTicket_isTakenOnce_whicheverProcessAsks() throws Exception {
    try (State one = open()) {
      one.socketTickets().put("h", "kept", NOW.plusSeconds(60));
      isTakenOnce(one);
    }
  }

  /// The tables are there: only the process that writes to the folder ever makes them.
  private void isTakenOnce(State one) throws Exception {
    try (State other = open()) {
      assertThat(other.socketTickets().take("other")).isEmpty();
      List<Callable<Optional<String>>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        State asked = i % 2 == 0 ? one : other;
        all.add(() -> asked.socketTickets().take("h"));
      }
      List<String> taken = new ArrayList<>();
      try (var threads = Executors.newFixedThreadPool(8)) {
        for (var answer : threads.invokeAll(all)) {
          answer.get().ifPresent(taken::add);
        }
      }
      assertThat(taken).containsExactly("kept");
    }
  }

  @Test
  void aTicketThatIsTooOld_opensNothing_andIsForgotten() throws Exception {
    try (State state = open()) {
      state.socketTickets().put("h", "kept", NOW.plusSeconds(60));
      clock.advance(Duration.ofSeconds(60));
      assertThat(state.socketTickets().take("h")).isEmpty();
      state.socketTickets().put("i", "kept", NOW.plusSeconds(90));
      assertThat(state.socketTickets().prune()).isZero();
      clock.advance(Duration.ofSeconds(30));
      assertThat(state.socketTickets().prune()).isEqualTo(1);
    }
  }
}
