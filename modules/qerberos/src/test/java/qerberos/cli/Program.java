package qerberos.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The program as the build has just compiled it, without the launcher and without anything of this
/// machine's environment. Immutable.
///
/// @param folder the working directory
record Program(Path folder) {
  static final Path ROOT = Path.of("").toAbsolutePath().resolve("../..").normalize();

  record Ended(int status, String out, String err) {}

  /// As a process of its own.
  ///
  /// @param heap such as `64m`
  ProcessBuilder process(List<String> words, String heap) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx" + heap));
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(List.of("-Dqerberos.home=" + ROOT, "-Dqerberos.launcher=/nonexistent/qerberos"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "qerberos.Main"));
    command.addAll(words);
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", "/usr/bin:/bin");
    environment.put("HOME", folder.toString());
    environment.put("LC_ALL", StandardCharsets.UTF_8.name());
    return builder;
  }

  /// In this process: a client is a client, and a JVM each takes its time.
  ///
  /// @param terminals which of its streams a person watches, such as `out`
  Ended here(Map<String, String> environment, String terminals, String... words) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var screen =
        new Screen(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            terminals,
            100,
            Map.of());
    var around =
        new Surroundings(
            ROOT,
            Path.of("/nonexistent/qerberos"),
            folder,
            environment,
            new ByteArrayInputStream(new byte[0]),
            screen,
            Clock.systemUTC());
    int status = new Commands(around).run(words);
    return new Ended(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
