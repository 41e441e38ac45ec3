package qerberos.trail;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Actor;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Reserved;
import qerberos.event.Verdict;
import qerberos.settings.StateSettings;
import qerberos.settings.TrailSettings;
import qerberos.state.Outgoing;
import qerberos.state.State;
import qerberos.state.Telling;

class OwnActsTest {
  @TempDir Path data = Path.of(".");

  private Trail trail(State state) throws IOException {
    return TestTrail.open(TrailSettings.in(data), state);
  }

  private State state() {
    return State.open(StateSettings.in(data), Clock.systemUTC());
  }

  private static EventDraft draft() {
    return new EventDraft(
        null,
        "identity.block",
        null,
        null,
        "qerberos:identity:did:squid:x",
        new Actor("did:squid:admin"),
        Reserved.LAYER,
        Verdict.ALLOW,
        Json.EMPTY.with("ip", Json.of("192.0.2.7")),
        Json.EMPTY,
        null,
        null);
  }

  /// Commits what another tells, and tells nobody: what a process leaves that is killed then.
  private static final class Killed implements Telling {
    private final Telling told;

    Killed(Telling told) {
      this.told = told;
    }

    @Override
    public @Nullable Outgoing about(boolean changed) {
      return told.about(changed);
    }

    @Override
    public void committed() {}
  }

  @Test
  void killedBetweenTheEventAndTheEndOfTheAct_eventIsThereOnce() throws Exception {
    long size;
    try (State state = state();
        Trail trail = trail(state)) {
      Telling telling = trail.acts().of(_ -> Optional.of(draft()));
      state.documents().put("act", "done", new Killed(telling));
      assertThat(state.outbox().all()).hasSize(1);
      Outgoing left = state.outbox().all().getFirst();
      assertThat(left.body()).as("sealed, as it is in the ledger").doesNotContain("192.0.2.7");
      telling.committed();
      assertThat(state.outbox().all()).isEmpty();
      size = trail.ledger().size();
      // As if the process had ended before the outbox forgot it.
      state.documents().put("act", "again", told(left));
      assertThat(state.outbox().all()).containsExactly(left);
    }
    try (State state = state();
        Trail trail = trail(state)) {
      assertThat(trail.ledger().size()).isEqualTo(size);
      assertThat(state.outbox().all()).isEmpty();
      assertThat(trail.events().read(size - 1).event().details().text("ip")).isEqualTo("192.0.2.7");
    }
  }

  @Test
  void whatCannotBeReadInTheOutbox_staysThere_andStopsNothing() throws Exception {
    try (State state = state()) {
      state.documents().put("act", "done", told(new Outgoing("1", "rubbish")));
      state.documents().put("act", "done", told(new Outgoing("2", "AAAA.AAAA")));
      try (Trail trail = trail(state)) {
        assertThat(trail.ledger().size()).isZero();
      }
      assertThat(state.outbox().all()).hasSize(2);
    }
  }

  private static Telling told(Outgoing outgoing) {
    return new Killed(
        new Telling() {
          @Override
          public Outgoing about(boolean changed) {
            return outgoing;
          }

          @Override
          public void committed() {}
        });
  }
}
