package qerberos.service;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import qerberos.event.Canonical;
import qerberos.event.Json;
import qerberos.http.WriterDoor;

/// `DIR/writer.json`: where the process that writes takes what others of the folder pass on, and
/// the secret by which it believes them. Only this user may read it.
///
/// The lock decides who writes, and this file only says where: it lies beside the lock because Java
/// drops a lock when any channel on the locked file is closed. A file that was left behind names a
/// process that is gone, and is as good as none. Whoever can write it gets what clients send to the
/// other processes; they could as well write the log's files. Immutable.
final class WriterFile {
  private static final String NAME = "writer.json";

  private WriterFile() {}

  /// What the folder says; empty when nobody that is still there writes.
  static Optional<WriterDoor> in(Path data) {
    try {
      if (!(Canonical.read(Files.readAllBytes(data.resolve(NAME))) instanceof Json.Obj members)
          || !(members.get("pid") instanceof Json.Num(var pid))
          || ProcessHandle.of((long) pid).filter(ProcessHandle::isAlive).isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          new WriterDoor(
              URI.create(text(members, "inner")),
              text(members, "secret"),
              URI.create(text(members, "url")),
              (long) pid,
              Instant.parse(text(members, "since"))));
    } catch (IOException | IllegalArgumentException | java.time.DateTimeException e) {
      return Optional.empty();
    }
  }

  /// Replaces the folder's file in one step.
  static void write(Path data, WriterDoor door) throws IOException {
    Json.Obj members =
        new Json.Obj(
            Map.of(
                "inner", Json.of(door.inner().toString()),
                "secret", Json.of(door.secret()),
                "url", Json.of(door.url().toString()),
                "pid", Json.of((double) door.pid()),
                "since", Json.of(door.since().toString())));
    Path draft = data.resolve(NAME + ".new");
    Files.deleteIfExists(draft);
    Files.createFile(
        draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(draft, Canonical.bytes(members));
    Files.move(
        draft,
        data.resolve(NAME),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /// Removes the file when it is that of this process.
  static void remove(Path data, WriterDoor door) throws IOException {
    if (in(data).filter(door::equals).isPresent()) {
      Files.deleteIfExists(data.resolve(NAME));
    }
  }

  private static String text(Json.Obj members, String name) {
    String value = members.text(name);
    if (value == null) {
      throw new IllegalArgumentException(name + ": missing");
    }
    return value;
  }
}
