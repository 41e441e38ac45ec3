package qerberos.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `cp -r config/ backup/config-DATE/` and `cp -r backup/config-latest/ config/`, as people type
/// them.
class ConfigRestoreTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  @TempDir Path home = Path.of(".");
  private Path config = Path.of(".");
  private Path backup = Path.of(".");

  @BeforeEach
  void folders() throws IOException {
    config = Files.createDirectory(home.resolve("config"));
    backup = Files.createDirectory(home.resolve("backup"));
  }

  @Test
  void nothingToRestore_changesNothing() throws Exception {
    write(config.resolve("a.yaml"), "now");
    assertThat(new ConfigRestore(config).promote(NOW, _ -> {})).isEmpty();
    assertThat(config.resolve("a.yaml")).hasContent("now");
  }

  @Test
  void theCopiedFolder_takesThePlaceOfThePresentFiles() throws Exception {
    write(config.resolve("a.yaml"), "now");
    write(config.resolve("b.yaml"), "only now");
    write(config.resolve("config-latest/a.yaml"), "then");
    var restored = new ConfigRestore(config).promote(NOW, _ -> {}).orElseThrow();
    assertThat(restored.files()).containsExactly("a.yaml");
    assertThat(config.resolve("a.yaml")).hasContent("then");
    assertThat(config.resolve("b.yaml")).doesNotExist();
    assertThat(config.resolve("config-latest")).doesNotExist();
    assertThat(restored.previous()).isEqualTo(config.resolve(".previous-20261122T100000Z"));
    assertThat(restored.previous().resolve("a.yaml")).hasContent("now");
    assertThat(restored.previous().resolve("b.yaml")).hasContent("only now");
  }

  @Test
  void aBackupThatDoesNotLoad_isRefusedBeforeAnythingMoves() throws Exception {
    write(config.resolve("a.yaml"), "now");
    write(config.resolve("config-latest/a.yaml"), "bad");
    assertThatThrownBy(
            () ->
                new ConfigRestore(config)
                    .promote(
                        NOW,
                        _ -> {
                          throw new SettingsFaults(List.of("a.yaml:1: bad"));
                        }))
        .isInstanceOf(SettingsFaults.class)
        .hasMessage("a.yaml:1: bad");
    assertThat(config.resolve("a.yaml")).hasContent("now");
    assertThat(config.resolve("config-latest/a.yaml")).hasContent("bad");
  }

  @Test
  void anEmptyBackup_isRefusedAndNotTakenForAConfiguration() throws Exception {
    write(config.resolve("config-latest/.gitkeep"), "");
    assertThatThrownBy(() -> new ConfigRestore(config).promote(NOW, _ -> {}))
        .isInstanceOf(SettingsFaults.class)
        .hasMessageContaining("holds no *.yaml");
  }

  @Test
  void theNewestDatedBackup_becomesLatest_alsoWhenItsSecondCopyIsNested() throws Exception {
    write(backup.resolve("config-20261120/a.yaml"), "old");
    write(backup.resolve("config-20261121/a.yaml"), "first of the day");
    write(backup.resolve("config-20261121/config/a.yaml"), "second of the day");
    write(backup.resolve("config-latest/gone.yaml"), "stale");
    new ConfigRestore(config).keepLatest(backup);
    assertThat(backup.resolve("config-latest/a.yaml")).hasContent("second of the day");
    assertThat(backup.resolve("config-latest/gone.yaml")).doesNotExist();
  }

  @Test
  void withoutADatedBackup_thePresentConfigurationIsKept() throws Exception {
    write(config.resolve("a.yaml"), "now");
    new ConfigRestore(config).keepLatest(backup);
    assertThat(backup.resolve("config-latest/a.yaml")).hasContent("now");
  }

  private static void write(Path file, String text) throws IOException {
    Path folder = Files.createDirectories(file.resolveSibling("."));
    assertThat(folder).isDirectory();
    Path ignored = Files.writeString(file, text);
  }
}
