package qerberos.trail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// The version of everything under the data folder, in its file `FORMAT`.
public final class DataFormat {
  /// The version this program writes.
  public static final int CURRENT = 1;

  private static final String FILE = "FORMAT";

  private DataFormat() {}

  /// Makes sure that the folder is one this program may write to, and marks a new one.
  ///
  /// @throws IOException the folder was written by a newer program, or is something else; nothing
  ///     was changed
  public static void claim(Path data) throws IOException {
    Files.createDirectories(data);
    try {
      check(data);
    } catch (NoSuchFileException e) {
      // Another process may claim it at the same moment: first the mark, then the ledger.
      if (Files.exists(data.resolve("ledger")) && !Files.exists(data.resolve(FILE))) {
        throw new IOException(
            data + ": holds a ledger but no file FORMAT; put it back, or use another data folder",
            e);
      }
      Path fresh = data.resolve(FILE + "." + ProcessHandle.current().pid());
      Path ignored = Files.writeString(fresh, CURRENT + "\n");
      ignored = Files.move(fresh, data.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /// Makes sure that this program can read the folder; changes nothing.
  ///
  /// @throws NoSuchFileException the folder has no format: it is none of ours, or a new one
  /// @throws IOException the folder was written by a newer program, or is something else
  public static void check(Path data) throws IOException {
    Path file = data.resolve(FILE);
    String text = Files.readString(file).strip();
    if (!text.matches("[0-9]{1,9}")) {
      throw new IOException(file + ": \"" + text + "\", want a version number");
    }
    int version = Integer.parseInt(text);
    if (version > CURRENT) {
      throw new IOException(
          data
              + ": has format "
              + version
              + ", this program knows "
              + CURRENT
              + "; use the program that wrote it, or a newer one");
    }
    if (version < CURRENT) {
      throw new IOException(file + ": format " + version + " was never released");
    }
  }
}
