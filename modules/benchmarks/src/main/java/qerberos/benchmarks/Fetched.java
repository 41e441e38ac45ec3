package qerberos.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The libraries and programs of one product, which the build with the profile `peers` fetched.
/// Immutable.
///
/// @param folder holds them as jars
record Fetched(Path folder) {
  /// @param product `opensearch` or `postgresql`
  /// @throws IllegalArgumentException when it was not fetched, saying how it is
  static Fetched of(String product) {
    Path home = Path.of(System.getProperty("qerberos.home", "."));
    Path folder = home.resolve("modules/peers/target").resolve(product).toAbsolutePath();
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "bench peers: "
              + product
              + " is not here; \"./qerberos bench peers\" fetches it when there is a network, and"
              + " only=qerberos,sqlite does without");
    }
    return new Fetched(folder);
  }

  /// All of it, for a JVM.
  String classPath() {
    return folder.resolve("*").toString();
  }

  /// The one jar whose name begins like this.
  Path jar(String name) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found =
          files.filter(file -> file.getFileName().toString().startsWith(name)).toList();
      if (found.size() != 1) {
        throw new IOException(folder + ": " + found.size() + " jars begin with " + name);
      }
      return found.getFirst();
    }
  }
}
