package qerberos.trail;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Actor;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.Verification;
import qerberos.settings.StateSettings;
import qerberos.settings.TrailSettings;
import qerberos.state.State;

class RangeWhileRotatingTest {
  private static final int EVENTS = 1_100;
  private static final int ROTATIONS = 25;

  @TempDir Path data = Path.of(".");

  @Test
  void aRangeVerifiedWhileTheKeyRotates_holds() throws Exception {
    var storage = new FolderStorage(data.resolve("ledger"));
    try (State state = State.open(StateSettings.in(data), Clock.systemUTC());
        Trail trail = TestTrail.open(TrailSettings.in(data), state);
        SelfCheck check =
            new SelfCheck(
                trail.ledger(),
                storage,
                state.documents(),
                Clock.systemUTC(),
                Duration.ofDays(1),
                Duration.ofDays(1))) {
      List<Prepared> events = new ArrayList<>();
      for (int i = 0; i < EVENTS; i++) {
        events.add(trail.appending().prepare("token:test", TestTrail.event("e-" + i), null));
      }
      trail.appending().append(events);
      byte[] ignored = trail.ledger().awaitCheckpoint(EVENTS, Duration.ofSeconds(30));
      CompletableFuture<Void> rotating =
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (int i = 0; i < ROTATIONS; i++) {
                    trail.rotation().rotate(new Actor("did:squid:admin"));
                  }
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      int verified = 0;
      while (!rotating.isDone() || verified == 0) {
        assertThat(check.range(0, EVENTS)).isInstanceOf(Verification.Holds.class);
        verified++;
      }
      rotating.join();
      assertThat(trail.ledger().keys()).hasSize(ROTATIONS + 1);
      assertThat(check.range(0, EVENTS)).isInstanceOf(Verification.Holds.class);
    }
  }
}
