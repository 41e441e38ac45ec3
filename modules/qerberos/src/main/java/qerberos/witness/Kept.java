package qerberos.witness;

import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.SignedNote;
import qerberos.ledger.VerifierKey;
import qerberos.state.FileName;
import qerberos.state.WholeFile;

/// What witnesses have cosigned, so that a restart goes on: for each of them its last checkpoint,
/// and the newest one that enough of them cosigned, as `cosigned`.
///
/// Not trusted: signatures are verified again, and a witness says itself what it has. Losing all of
/// it costs one request to each.
///
/// Used by one thread at a time.
final class Kept {
  private static final System.Logger LOG = System.getLogger(Kept.class.getName());
  private static final String COSIGNED = "cosigned";

  private final Path folder;
  private final String origin;

  /// @param data the data folder
  Kept(Path data, String origin) {
    this.folder = folderOf(data, origin);
    this.origin = origin;
  }

  private static Path folderOf(Path data, String origin) {
    return data.resolve("witnesses").resolve(FileName.of(origin));
  }

  /// Where the newest cosigned checkpoint of a log lies in a data folder.
  static Path cosignedFile(Path data, String origin) {
    return folderOf(data, origin).resolve(COSIGNED);
  }

  Optional<SignedNote> of(VerifierKey witness) {
    return read(witness.idText());
  }

  Optional<SignedNote> cosigned() {
    return read(COSIGNED);
  }

  void keep(VerifierKey witness, SignedNote note) {
    write(witness.idText(), note);
  }

  void keepCosigned(SignedNote note) {
    write(COSIGNED, note);
  }

  private Optional<SignedNote> read(String name) {
    try {
      SignedNote note = SignedNote.parse(Files.readAllBytes(folder.resolve(name)));
      return Checkpoint.parse(note.text()).origin().equals(origin)
          ? Optional.of(note)
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      LOG.log(WARNING, folder.resolve(name) + ": passed over: " + e.getMessage());
      return Optional.empty();
    }
  }

  private void write(String name, SignedNote note) {
    try {
      Path ignored = Files.createDirectories(folder);
      WholeFile.replace(folder.resolve(name), note.bytes());
    } catch (IOException e) {
      LOG.log(WARNING, folder.resolve(name) + ": cannot be written: " + e);
    }
  }
}
