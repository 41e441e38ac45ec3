package qerberos.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderStorageTest extends LogStorageContract {
  @TempDir Path folder;

  @Override
  protected LogStorage storage() {
    return new FolderStorage(folder);
  }

  @Test
  void secretFile_isForItsOwnerAlone() throws Exception {
    storage().create("key", true).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("key"))))
        .isEqualTo("rw-------");
  }

  @Test
  void lockedFolder_isNamed() throws Exception {
    try (var held = storage().lock()) {
      assertThat(held).isNotNull();
      assertThatThrownBy(() -> storage().lock())
          .isInstanceOf(LedgerLocked.class)
          .hasMessageContaining(folder.toString());
    }
  }
}
