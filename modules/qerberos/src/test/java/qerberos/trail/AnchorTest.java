package qerberos.trail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.ledger.Appended;
import qerberos.ledger.LedgerBehind;
import qerberos.settings.StateSettings;
import qerberos.settings.TrailSettings;
import qerberos.state.State;

/// The newest checkpoint is kept elsewhere, and an older copy of the ledger is refused by it.
class AnchorTest {
  @TempDir Path folder = Path.of(".");
  private Path data = folder;
  private Path anchor = folder;

  @BeforeEach
  void folders() throws IOException {
    data = folder.resolve("data");
    anchor = Files.createDirectories(folder.resolve("elsewhere")).resolve("anchor");
  }

  private TrailSettings settings(Optional<Path> anchorFile) {
    return TrailSettings.in(data).withAnchorFile(anchorFile);
  }

  /// One life of the trail, with its state beside it or elsewhere, that records these.
  private void live(Optional<Path> anchorFile, Path stateFile, String... ids) throws Exception {
    try (State state = State.open(StateSettings.at(stateFile), Clock.systemUTC());
        Trail trail = TestTrail.open(settings(anchorFile), state)) {
      for (String id : ids) {
        assertThat(TestTrail.append(trail, id)).isInstanceOf(Appended.At.class);
      }
      assertThat(trail.anchorFailure()).isEmpty();
    }
  }

  private void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private void restore(Path copy, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(to)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    copy(copy, to);
  }

  @Test
  void atTheEnd_theFileHasTheLastCheckpoint() throws Exception {
    Path state = folder.resolve("state.db");
    live(Optional.of(anchor), state, "e-1", "e-2");
    assertThat(anchor).hasSameBinaryContentAs(data.resolve("ledger/checkpoint"));
    live(Optional.of(anchor), state, "e-3");
    assertThat(anchor).hasSameBinaryContentAs(data.resolve("ledger/checkpoint"));
    assertThat(anchor.resolveSibling("anchor.new")).doesNotExist();
  }

  @Test
  void aRestoredDataFolder_isRefusedByTheFile() throws Exception {
    Path state = data.resolve("state/state.db");
    live(Optional.of(anchor), state, "e-1");
    Path backup = folder.resolve("backup");
    copy(data, backup);
    live(Optional.of(anchor), state, "e-2");
    restore(backup, data);
    String before = Files.readString(data.resolve("ledger/checkpoint"));
    assertThatThrownBy(() -> live(Optional.of(anchor), state, "e-3"))
        .isInstanceOf(LedgerBehind.class)
        .hasMessageContaining(anchor.toString())
        .hasMessageContaining("over 2 entries")
        .hasMessageContaining("this ledger has 1");
    assertThat(data.resolve("ledger/checkpoint")).hasContent(before);
  }

  @Test
  void aRestoredLedger_isRefusedByTheStateDatabase() throws Exception {
    Path state = data.resolve("state/state.db");
    live(Optional.empty(), state, "e-1");
    Path backup = folder.resolve("backup");
    copy(data.resolve("ledger"), backup);
    live(Optional.empty(), state, "e-2");
    restore(backup, data.resolve("ledger"));
    assertThatThrownBy(() -> live(Optional.empty(), state, "e-3"))
        .isInstanceOf(LedgerBehind.class)
        .hasMessageContaining("the state database has a checkpoint over 2 entries");
  }

  @Test
  void aStateThatIsDown_stopsNothing() throws Exception {
    Path state = folder.resolve("state.db");
    live(Optional.of(anchor), state, "e-1");
    Files.writeString(state, "this is no database at all, and it is longer than a header is");
    live(Optional.of(anchor), state, "e-2");
    assertThat(anchor).hasSameBinaryContentAs(data.resolve("ledger/checkpoint"));
  }

  @Test
  void rubbishInTheFile_orNoFolderForIt_isSaid() throws Exception {
    Path state = folder.resolve("state.db");
    Files.writeString(anchor, "rubbish");
    assertThatThrownBy(() -> live(Optional.of(anchor), state))
        .isInstanceOf(NoCheckpoint.class)
        .hasMessageContaining("anchor: not a signed checkpoint");
    assertThat(data.resolve("ledger")).doesNotExist();
    assertThatThrownBy(() -> live(Optional.of(folder.resolve("gone/anchor")), state))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("its folder does not exist");
    assertThatThrownBy(() -> settings(Optional.of(data.resolve("anchor"))))
        .hasMessageContaining("lies in the data folder");
  }
}
