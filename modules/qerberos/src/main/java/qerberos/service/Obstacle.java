package qerberos.service;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Locale;
import qerberos.ledger.LedgerBehind;
import qerberos.ledger.LedgerDamaged;
import qerberos.ledger.LedgerLocked;
import qerberos.service.StartRefused.Reason;
import qerberos.trail.NoCheckpoint;

/// Turns what an opened part threw into the sentence an operator needs. Immutable.
final class Obstacle {
  private Obstacle() {}

  static StartRefused of(IOException e, Path data) {
    String message = String.valueOf(e.getMessage());
    String folded = message.toLowerCase(Locale.ROOT);
    return switch (e) {
      case LedgerLocked _ ->
          new StartRefused(
              Reason.TAKEN,
              holder(data)
                  + "; stop it with \"qerberos stop --data "
                  + data
                  + "\", or choose another folder with --data",
              e);
      case LedgerBehind _ ->
          new StartRefused(
              Reason.DAMAGED,
              message
                  + ". Nothing was signed. Restore the newer copy of "
                  + data.resolve("ledger")
                  + ", or begin another log that names this one with: qerberos start --data "
                  + data
                  + " --new-epoch",
              e);
      case NoCheckpoint _ ->
          new StartRefused(
              Reason.DAMAGED,
              message
                  + ". Nothing was signed. Put back what was kept there, or begin another log that"
                  + " names this one, which moves such a file aside, with: qerberos start --data "
                  + data
                  + " --new-epoch",
              e);
      case LedgerDamaged _ -> new StartRefused(Reason.DAMAGED, message, e);
      case AccessDeniedException denied ->
          cannotWrite(denied.getFile() + ": this user may not write there", e);
      case NoSuchFileException missing -> cannotWrite(missing.getFile() + ": no such folder", e);
      case FileSystemException system when system.getReason() != null ->
          cannotWrite(system.getFile() + ": " + system.getReason(), e);
      case FileNotFoundException _ -> cannotWrite(message, e);
      default -> {
        if (folded.contains("no space left") || folded.contains("quota")) {
          yield cannotWrite(data + ": the disk is full; free some space and start again", e);
        }
        if (folded.contains("read-only")) {
          yield cannotWrite(data + ": the disk is read-only", e);
        }
        if (folded.contains("port") || folded.contains("address") || folded.contains("listen")) {
          yield new StartRefused(Reason.TAKEN, message, e);
        }
        yield cannotWrite(message, e);
      }
    };
  }

  static StartRefused of(ReadOnlyFileSystemException e, Path data) {
    return cannotWrite(data + ": the disk is read-only", e);
  }

  private static StartRefused cannotWrite(String sentence, Exception e) {
    return new StartRefused(Reason.CANNOT_WRITE, sentence, e);
  }

  /// Who has the folder: a server that says so, or a process that does not, such as one that is
  /// starting or verifies.
  private static String holder(Path data) {
    String unknown = data + " is in use by another process";
    try {
      return ServerFile.in(data)
          .filter(ServerFile::isAlive)
          .map(
              server ->
                  "already running here (pid "
                      + server.pid()
                      + ", "
                      + server.url()
                      + "): "
                      + data
                      + " belongs to that server")
          .orElse(unknown);
    } catch (IOException _) {
      return unknown;
    }
  }
}
