package qerberos.state;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;

/// One SQLite file in WAL mode. Every write is forced to disk before it returns
/// (`synchronous=FULL`), so a revoked token stays revoked after a power cut. Safe for concurrent
/// use.
///
/// SQLite allows one writer, and makes the others wait inside native code; a virtual thread that
/// waits there holds its carrier, and with all carriers held the writer could not go on. So writes
/// of one process go one at a time.
record SqliteEngine(Path file, Duration patience) implements Engine {
  @Override
  public DataSource open() throws SQLException, IOException {
    createPrivately(file);
    var config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(SynchronousMode.FULL);
    config.setTransactionMode(TransactionMode.IMMEDIATE);
    config.setBusyTimeout((int) patience.toMillis());
    config.enforceForeignKeys(true);
    var source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("PRAGMA quick_check(1)")) {
      String verdict = result.next() ? result.getString(1) : "no answer";
      if (!verdict.equals("ok")) {
        throw new SQLException("damaged: " + verdict);
      }
    }
    return source;
  }

  /// SQLite gives the files beside it (`-wal`, `-shm`) the mode of the database itself.
  private static void createPrivately(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      // an existing database keeps its mode
    }
  }

  @Override
  public List<String> greetings() {
    return List.of();
  }

  @Override
  public boolean oneWriter() {
    return true;
  }

  @Override
  public boolean lost(Throwable failure) {
    String text = String.valueOf(failure.getMessage());
    return text.contains("SQLITE_CORRUPT") || text.contains("SQLITE_NOTADB");
  }

  @Override
  public boolean broken(Throwable failure) {
    return false;
  }

  @Override
  public String remedy() {
    return "restore it from a backup, or move it away to begin with an empty one";
  }

  @Override
  public void unhurried(Handle handle) {}

  @Override
  public void copyTo(Handle handle, Path copy) {
    int ignored = handle.execute("VACUUM INTO ?", copy.toString());
  }

  @Override
  public List<String> damage(Handle handle) {
    List<String> found = handle.createQuery("PRAGMA integrity_check").mapTo(String.class).list();
    return found.equals(List.of("ok")) ? List.of() : found;
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
