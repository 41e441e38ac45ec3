package qerberos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A small disk in memory that only the processes see which are started in its mount name space, so
/// that a test can fill it or make it read-only without anybody else noticing. It is gone with
/// [#close].
///
/// Used by one thread at a time.
final class OwnDisk implements AutoCloseable {
  /// What a machine must have; to be said by a test that is skipped.
  static final String NEEDS =
      "needs unshare and nsenter on Linux, and to be root or allowed user name spaces:"
          + " sudo apt install util-linux; sudo sysctl user.max_user_namespaces=1000";

  private final Process holder;
  private final Path folder;

  private OwnDisk(Process holder, Path folder) {
    this.holder = holder;
    this.folder = folder;
  }

  /// Whether this machine lets us.
  static boolean possible(Path folder) throws InterruptedException {
    try (var disk = mount(folder, 1)) {
      return disk.holder.isAlive();
    } catch (IOException e) {
      return false;
    }
  }

  /// Mounts the disk at that folder.
  ///
  /// @throws IOException it cannot be mounted
  static OwnDisk mount(Path folder, int megabytes) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path mounted = folder.resolveSibling(folder.getFileName() + ".mounted");
    Files.deleteIfExists(mounted);
    Process holder =
        new ProcessBuilder(
                "unshare",
                isRoot() ? "-m" : "-rm",
                "sh",
                "-c",
                "mount -t tmpfs -o size=\"$1\"m tmpfs \"$0\" && touch \"$2\" && exec sleep 600",
                folder.toString(),
                Integer.toString(megabytes),
                mounted.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    while (!Files.exists(mounted)) {
      if (holder.waitFor(20, TimeUnit.MILLISECONDS)) {
        throw new IOException("cannot mount a disk at " + folder);
      }
    }
    return new OwnDisk(holder, folder);
  }

  /// The words that start a program where the disk is.
  List<String> inside() {
    List<String> words =
        new ArrayList<>(List.of("nsenter", "-t", Long.toString(holder.pid()), "-m"));
    if (!isRoot()) {
      words.addAll(List.of("-U", "--preserve-credentials"));
    }
    return words;
  }

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException e) {
      return false;
    }
  }

  /// A file of the disk, as this process reaches it.
  Path seen(String name) {
    return Path.of("/proc/" + holder.pid() + "/root").resolve(folder.toString().substring(1), name);
  }

  /// Runs a command where the disk is.
  void run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(inside());
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).inheritIO().start();
    if (process.waitFor() != 0) {
      throw new IOException("failed: " + command);
    }
  }

  @Override
  public void close() {
    holder.destroyForcibly().onExit().join();
  }
}
