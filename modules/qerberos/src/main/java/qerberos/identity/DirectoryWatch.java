package qerberos.identity;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;

/// Reads `identities.yaml` and `grants.yaml` again when one of them has changed, both together, so
/// that who was taken out loses access within a few seconds.
///
/// It looks every second, and reads a change when it has rested from one look to the next, because
/// an editor may be half done. Mistakes are logged once, each with its file and line, and what was
/// in force stays in force; so it does when a file is gone.
///
/// Safe for concurrent use; looks are taken by one thread.
final class DirectoryWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DirectoryWatch.class.getName());
  private static final Duration EVERY = Duration.ofSeconds(1);

  /// After a change, answers that were on their way may still be remembered for so many looks.
  private static final int SETTLING = 3;

  /// Who has to know of another directory.
  interface Adopter {
    /// Makes it the one that counts; on a failure the one before still counts.
    void adopt(Directory directory) throws IOException;

    /// Forgets what was answered because of the directory before.
    void forget();

    /// Has it recorded that this one counts; false when that has to be tried again.
    boolean record(Directory directory);
  }

  private final Path identities;
  private final Path grants;
  private final Adopter adopter;
  private final Thread thread;
  private volatile Directory directory;
  private String read;
  private String seen;
  private int settling;
  private boolean recorded;

  private DirectoryWatch(
      Path identities, Path grants, String read, Directory directory, Adopter adopter) {
    this.identities = identities;
    this.grants = grants;
    this.adopter = adopter;
    this.directory = directory;
    this.read = read;
    this.seen = read;
    this.thread = Thread.ofPlatform().name("identities").daemon(true).unstarted(this::run);
  }

  /// Reads both files for the first time; [#start] begins to look after them.
  ///
  /// @throws IllegalArgumentException with every mistake, each with file and line
  static DirectoryWatch of(Path identities, Path grants, Adopter adopter) throws IOException {
    String first = print(identities) + print(grants);
    Directory directory = Directory.read(identities, grants);
    return new DirectoryWatch(identities, grants, first, directory, adopter);
  }

  /// The one in force.
  Directory directory() {
    return directory;
  }

  /// Has the first one recorded, and begins to look.
  void start() {
    recorded = adopter.record(directory);
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(EVERY);
        look();
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  /// Looks once.
  void look() {
    try {
      if (settling > 0) {
        settling--;
        adopter.forget();
      }
      String now = print(identities) + print(grants);
      boolean rested = now.equals(seen);
      seen = now;
      if (rested && !now.equals(read)) {
        read = now;
        readAgain();
      }
      if (!recorded) {
        recorded = adopter.record(directory);
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(ERROR, "identities and grants cannot be looked after; the former stay in force", e);
    }
  }

  private void readAgain() {
    Directory fresh;
    try {
      fresh = Directory.read(identities, grants);
      adopter.adopt(fresh);
    } catch (IllegalArgumentException e) {
      String.valueOf(e.getMessage())
          .lines()
          .forEach(mistake -> LOG.log(ERROR, mistake + "; the former list stays in force"));
      return;
    } catch (NoSuchFileException e) {
      LOG.log(WARNING, e.getMessage() + " is gone; what it said stays in force");
      return;
    } catch (IOException e) {
      LOG.log(ERROR, "the former identities and grants stay in force: " + e.getMessage());
      return;
    }
    directory = fresh;
    recorded = false;
    settling = SETTLING;
    adopter.forget();
    LOG.log(INFO, "read again: " + fresh.identities().size() + " identities, and the grants");
  }

  /// What differs when a file does.
  private static String print(Path file) throws IOException {
    try {
      var is = Files.readAttributes(file, BasicFileAttributes.class);
      return is.lastModifiedTime() + " " + is.size() + " " + is.fileKey() + "\n";
    } catch (NoSuchFileException e) {
      return "gone\n";
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
