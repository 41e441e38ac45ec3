package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/// What every [LogStorage] does. Implementations inherit this.
public abstract class LogStorageContract {
  /// An empty store; the same one every time within a test.
  protected abstract LogStorage storage();

  private StoredFile made(String name, String text) throws IOException {
    StoredFile file = storage().create(name, false);
    file.write(ByteBuffer.wrap(text.getBytes(UTF_8)), 0);
    return file;
  }

  private String read(String name) throws IOException {
    return new String(SmallFile.read(storage(), name), UTF_8);
  }

  @Test
  void written_isReadBackByPosition() throws Exception {
    try (StoredFile file = made("entries/a", "hello")) {
      file.write(ByteBuffer.wrap("XY".getBytes(UTF_8)), 8);
      assertThat(file.size()).isEqualTo(10);
      assertThat(file.readFully(1, 3)).isEqualTo("ell".getBytes(UTF_8));
      assertThat(file.readFully(4, 6)).isEqualTo("o\0\0\0XY".getBytes(UTF_8));
      file.force();
    }
    storage().forceFolder("entries");
    assertThat(storage().size("entries/a")).isEqualTo(10);
  }

  @Test
  void readAtTheEnd_givesWhatThereIs() throws Exception {
    try (StoredFile file = made("a", "hello")) {
      ByteBuffer ten = ByteBuffer.allocate(10);
      assertThat(file.read(ten, 3)).isEqualTo(2);
      assertThat(file.read(ten, 99)).isZero();
      assertThatThrownBy(() -> file.readFully(3, 3)).hasMessageContaining("a: ends at 5");
    }
  }

  @Test
  void create_replaces() throws Exception {
    made("a", "long text").close();
    made("a", "new").close();
    assertThat(read("a")).isEqualTo("new");
  }

  @Test
  void missing_isSaidSo() {
    assertThatThrownBy(() -> storage().open("a")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage().openToRead("a")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage().size("a")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void truncate_dropsTheEndAndNeverGrows() throws Exception {
    try (StoredFile file = made("a", "hello")) {
      file.truncate(9);
      assertThat(file.size()).isEqualTo(5);
      file.truncate(2);
      assertThat(file.size()).isEqualTo(2);
      file.write(ByteBuffer.wrap("x".getBytes(UTF_8)), 4);
      assertThat(file.readFully(0, 5)).isEqualTo("he\0\0x".getBytes(UTF_8));
    }
  }

  @Test
  void rename_replacesInOneStep() throws Exception {
    made("ids/a", "one").close();
    made("ids/b", "two").close();
    storage().rename("ids/a", "ids/b");
    assertThat(storage().list("ids")).containsExactly("b");
    assertThat(read("ids/b")).isEqualTo("one");
  }

  @Test
  void delete_ofAFileThatIsNotThere_isFine() throws Exception {
    made("a", "one").close();
    storage().delete("a");
    storage().delete("a");
    assertThat(storage().list("")).doesNotContain("a");
  }

  @Test
  void list_isSortedAndOfOneFolder() throws Exception {
    made("b", "").close();
    made("a", "").close();
    made("tree/0", "").close();
    assertThat(storage().list("")).containsExactly("a", "b");
    assertThat(storage().list("tree")).containsExactly("0");
    assertThat(storage().list("nothing")).isEmpty();
  }

  @Test
  void deletedWhileOpen_isStillRead() throws Exception {
    try (StoredFile file = made("a", "one")) {
      storage().delete("a");
      assertThat(file.readFully(0, 3)).isEqualTo("one".getBytes(UTF_8));
    }
  }

  @Test
  void closed_refuses() throws Exception {
    StoredFile file = made("a", "one");
    file.close();
    assertThatThrownBy(() -> file.readFully(0, 1)).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> file.write(ByteBuffer.allocate(1), 0))
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void lock_isHeldByOneUntilClosed() throws Exception {
    try (Closeable first = storage().lock()) {
      assertThat(first).isNotNull();
      assertThatThrownBy(() -> storage().lock()).isInstanceOf(LedgerLocked.class);
      assertThatThrownBy(() -> storage().lock()).isInstanceOf(LedgerLocked.class);
    }
    storage().lock().close();
  }

  @Test
  void interruptedReader_readsAndDisturbsNobody() throws Exception {
    try (StoredFile file = made("a", "hello")) {
      Thread.currentThread().interrupt();
      assertThat(file.readFully(0, 5)).isEqualTo("hello".getBytes(UTF_8));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(file.readFully(0, 5)).isEqualTo("hello".getBytes(UTF_8));
    }
  }
}
