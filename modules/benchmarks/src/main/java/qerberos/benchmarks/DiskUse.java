package qerberos.benchmarks;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/// How large the files below a folder are together, while a program may be changing them. Used by
/// one thread at a time.
final class DiskUse extends SimpleFileVisitor<Path> {
  private final String except;
  private long bytes;

  private DiskUse(String except) {
    this.except = except;
  }

  /// Bytes in files, preallocated space included; 0 when there is no such folder.
  static long of(Path folder) throws IOException {
    return of(folder, "");
  }

  /// @param except the name of folders that do not count
  static long of(Path folder, String except) throws IOException {
    var use = new DiskUse(except);
    Path ignored = Files.walkFileTree(folder, use);
    return use.bytes;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
    return folder.endsWith(except) && !except.isEmpty()
        ? FileVisitResult.SKIP_SUBTREE
        : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    bytes += attributes.isRegularFile() ? attributes.size() : 0;
    return FileVisitResult.CONTINUE;
  }

  /// It was removed since it was listed.
  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) {
    return FileVisitResult.CONTINUE;
  }
}
