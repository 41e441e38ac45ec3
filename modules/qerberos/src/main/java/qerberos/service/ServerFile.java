package qerberos.service;

import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import qerberos.event.Canonical;
import qerberos.event.Json;

/// `DIR/server.json`: where the server of a data folder runs, for the commands.
///
/// Written whole when the server is ready, removed when it stops; after a crash it stays behind, so
/// a reader asks [#isAlive] before it believes. `arguments` are those of `start`, so that `restart`
/// can repeat them; `certificate` is the SHA-256 of the one it shows, in hex, and empty for plain
/// HTTP: a command talks to nobody who shows another. Not trusted: whoever changes it can send
/// commands to another server, and those then show another log's key. Immutable.
public record ServerFile(
    long pid,
    Instant startedAt,
    URI url,
    int port,
    int squidPort,
    int qonsentPort,
    String version,
    List<String> arguments,
    String certificate) {
  private static final String NAME = "server.json";

  /// Where each of the processes that do not write has its own, named after its number.
  private static final String OTHERS = "servers";

  public ServerFile {
    arguments = List.copyOf(arguments);
  }

  /// The server that wrote into this folder, when there is one; a file that cannot be read as ours
  /// counts as none.
  public static Optional<ServerFile> in(Path data) throws IOException {
    return read(data.resolve(NAME));
  }

  /// All processes that serve this folder now, the one that writes last.
  public static List<ServerFile> allIn(Path data) throws IOException {
    Map<Long, ServerFile> found = new LinkedHashMap<>();
    Path others = data.resolve(OTHERS);
    if (Files.isDirectory(others)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(others, "*.json")) {
        for (Path file : files) {
          read(file).filter(ServerFile::isAlive).ifPresent(one -> found.put(one.pid(), one));
        }
      }
    }
    Optional<ServerFile> writing = in(data).filter(ServerFile::isAlive);
    if (writing.isPresent()) {
      found.remove(writing.get().pid());
      found.put(writing.get().pid(), writing.get());
    }
    return List.copyOf(found.values());
  }

  private static Optional<ServerFile> read(Path file) throws IOException {
    try {
      Json json = Canonical.read(Files.readAllBytes(file));
      if (!(json instanceof Json.Obj members)) {
        return Optional.empty();
      }
      List<String> arguments = new ArrayList<>();
      if (members.get("arguments") instanceof Json.Arr(var items)) {
        for (Json item : items) {
          if (item instanceof Json.Str(var text)) {
            arguments.add(text);
          }
        }
      }
      return Optional.of(
          new ServerFile(
              number(members, "pid"),
              Instant.parse(text(members, "startedAt")),
              URI.create(text(members, "url")),
              (int) number(members, "port"),
              (int) number(members, "squidPort"),
              (int) number(members, "qonsentPort"),
              text(members, "version"),
              arguments,
              String.valueOf(
                  members.text("certificate") == null ? "" : members.text("certificate"))));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IllegalArgumentException | java.time.DateTimeException _) {
      return Optional.empty();
    }
  }

  /// Whether the process that wrote the file still runs. A number that went to another program
  /// since is told by that program having begun later.
  public boolean isAlive() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(
            process ->
                process
                    .info()
                    .startInstant()
                    .map(began -> !began.isAfter(startedAt.plusSeconds(2)))
                    .orElse(true))
        .isPresent();
  }

  /// The same server with another certificate.
  ServerFile with(String fingerprint) {
    return new ServerFile(
        pid, startedAt, url, port, squidPort, qonsentPort, version, arguments, fingerprint);
  }

  /// Replaces the folder's file in one step.
  void write(Path data) throws IOException {
    write(data.resolve(NAME + ".new"), data.resolve(NAME));
  }

  /// Says that this process is there too, and does not write.
  void writeBeside(Path data) throws IOException {
    Path others = data.resolve(OTHERS);
    Files.createDirectories(others);
    write(others.resolve(pid + ".new"), others.resolve(pid + ".json"));
  }

  /// Takes back what [#writeBeside] said.
  static void removeBeside(Path data, long pid) throws IOException {
    Files.deleteIfExists(data.resolve(OTHERS).resolve(pid + ".json"));
  }

  private void write(Path draft, Path file) throws IOException {
    Json.Obj members =
        new Json.Obj(
            Map.of(
                "pid", Json.of((double) pid),
                "startedAt", Json.of(startedAt.toString()),
                "url", Json.of(url.toString()),
                "port", Json.of(port),
                "squidPort", Json.of(squidPort),
                "qonsentPort", Json.of(qonsentPort),
                "version", Json.of(version),
                "certificate", Json.of(certificate),
                "arguments", new Json.Arr(arguments.stream().<Json>map(Json::of).toList())));
    Files.write(draft, Canonical.bytes(members));
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Removes the file when it is that of this process.
  static void remove(Path data, long pid) throws IOException {
    Optional<ServerFile> there = in(data);
    if (there.isPresent() && there.get().pid() == pid) {
      Files.deleteIfExists(data.resolve(NAME));
    }
  }

  private static long number(Json.Obj members, String name) {
    if (members.get(name) instanceof Json.Num(var value)) {
      return (long) value;
    }
    throw new IllegalArgumentException(name + ": missing");
  }

  private static String text(Json.Obj members, String name) {
    String value = members.text(name);
    if (value == null) {
      throw new IllegalArgumentException(name + ": missing");
    }
    return value;
  }
}
