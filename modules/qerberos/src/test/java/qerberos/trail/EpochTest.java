package qerberos.trail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.columns.ColumnCodec;
import qerberos.event.Json;
import qerberos.ledger.Appended;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.LedgerDamaged;
import qerberos.ledger.Trust;
import qerberos.ledger.Verification;
import qerberos.ledger.Verifier;
import qerberos.settings.StateSettings;
import qerberos.settings.TrailSettings;
import qerberos.state.State;

/// One log ends and another begins, whatever happens in between.
class EpochTest {
  @TempDir Path data = Path.of(".");

  private State state() {
    return State.open(StateSettings.in(data), Clock.systemUTC());
  }

  private Trail trail(State state) throws IOException {
    return TestTrail.open(TrailSettings.in(data), state);
  }

  /// Records these and closes; the last checkpoint.
  private Checkpoint live(String... ids) throws Exception {
    try (State state = state();
        Trail trail = trail(state)) {
      for (String id : ids) {
        assertThat(TestTrail.append(trail, id)).isInstanceOf(Appended.At.class);
      }
      byte[] ignored =
          trail.ledger().awaitCheckpoint(trail.ledger().size(), java.time.Duration.ofSeconds(10));
      return trail.ledger().checkpoint();
    }
  }

  private void end() throws IOException {
    try (State state = state()) {
      Epoch.end(TrailSettings.in(data), state.documents());
    }
  }

  /// Which events the log in the folder has, in order.
  private List<String> types() throws IOException {
    List<String> types = new ArrayList<>();
    try (TrailReader reader = TrailReader.open(data)) {
      for (long index = 0; index < reader.ledger().size(); index++) {
        types.add(reader.read(index).event().type());
      }
    }
    return types;
  }

  private void follows(Checkpoint old) throws Exception {
    Path aside = data.resolve("ledger-" + old.origin());
    var storage = new FolderStorage(aside);
    assertThat(
            new Verifier(Trust.in(Verifier.keysOf(storage)))
                .folder(storage, new LeafNames(), new ColumnCodec()))
        .isInstanceOfSatisfying(
            Verification.Holds.class, holds -> assertThat(holds.checkpoint()).isEqualTo(old));
    try (TrailReader reader = TrailReader.open(data)) {
      assertThat(reader.ledger().origin()).isNotEqualTo(old.origin());
      Json.Obj previous = reader.read(0).event().details().object("previous");
      assertThat(previous.text("origin")).isEqualTo(old.origin());
      assertThat(previous.get("size")).isEqualTo(Json.of((double) old.size()));
      assertThat(previous.text("root")).isEqualTo(old.root().base64());
      assertThat(previous.text("folder")).isEqualTo("ledger-" + old.origin());
    }
    assertThat(data.resolve("epoch.next")).doesNotExist();
    live("later");
  }

  @Test
  void theNewLogNamesTheOld_whichIsKeptWhole_andItsIdsAreFreeAgain() throws Exception {
    Checkpoint old = live("e-1", "e-2");
    end();
    live("e-1");
    assertThat(types()).containsExactly("ledger.epoch", "a.b");
    follows(old);
  }

  @Test
  void endedTwice_isEndedOnce() throws Exception {
    Checkpoint old = live("e-1");
    end();
    end();
    live();
    follows(old);
  }

  @Test
  void aCrashAfterTheFolderWasPutAside_isGoneOnWith() throws Exception {
    Checkpoint old = live("e-1");
    end();
    var epoch = new Epoch(data);
    try (State state = state();
        var anchor = new Anchor(Optional.empty(), state.documents())) {
      epoch.putAside(epoch.pending().orElseThrow(), anchor);
    }
    assertThat(data.resolve("ledger")).doesNotExist();
    assertThat(data.resolve("index")).isEmptyDirectory();
    live();
    follows(old);
  }

  @Test
  void aCrashBeforeItWasStruckOut_saysNothingTwice() throws Exception {
    Checkpoint old = live("e-1");
    end();
    byte[] written = Files.readAllBytes(data.resolve("epoch.next"));
    live("e-2");
    Files.write(data.resolve("epoch.next"), written);
    live("e-3");
    assertThat(types()).containsExactly("ledger.epoch", "a.b", "a.b");
    follows(old);
  }

  @Test
  void aLogThatDoesNotHold_isLeftWhereItIs() throws Exception {
    live("e-1", "e-2");
    try (var file =
        new RandomAccessFile(data.resolve("ledger/entries/000000000000.log").toFile(), "rw")) {
      file.seek(60);
      int old = file.read();
      file.seek(60);
      file.write(old ^ 1);
    }
    assertThatThrownBy(this::end).isInstanceOf(LedgerDamaged.class);
    assertThat(data.resolve("epoch.next")).doesNotExist();
    try (Stream<Path> inside = Files.list(data)) {
      assertThat(inside.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.startsWith("ledger-"));
    }
  }

  @Test
  void aLogThatIsLost_isNamedByWhatIsKnownOfIt() throws Exception {
    Checkpoint old = live("e-1", "e-2");
    Path lost = data.resolveSibling(data.getFileName() + "-lost");
    Path ignored = Files.move(data.resolve("ledger"), lost);
    end();
    live();
    try (TrailReader reader = TrailReader.open(data)) {
      Json.Obj previous = reader.read(0).event().details().object("previous");
      assertThat(previous.text("origin")).isEqualTo(old.origin());
      assertThat(previous.text("folder")).isNull();
    }
  }

  @Test
  void withoutALog_thereIsNothingToEnd() {
    assertThatThrownBy(this::end).hasMessageContaining("holds no log that could end");
  }
}
