package qerberos.redis;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import qerberos.settings.RedisSettings;

/// A real Redis on a port of its own, which stays the same when it is stopped and started. Used by
/// one thread at a time.
public final class RedisServer implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/redis-server");
  private static final Path CLIENT = Path.of("/usr/bin/redis-cli");

  private final Path folder;
  private final int port;
  private final @Nullable String password;
  private @Nullable Process running;

  private RedisServer(Path folder, @Nullable String password) throws IOException {
    this.folder = folder;
    this.password = password;
    this.port = freePort();
  }

  /// Below those that the system gives to connections, so that none takes it while this is stopped.
  private static int freePort() throws IOException {
    for (int i = 0; i < 100; i++) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try (var free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return free.getLocalPort();
      } catch (BindException e) {
        // taken; another one
      }
    }
    throw new IOException("no free port between 20000 and 32000");
  }

  /// Starts one that lets everybody in; where there is no Redis the test is skipped.
  ///
  /// @param folder where its data lie; need not exist
  public static RedisServer in(Path folder) throws IOException, InterruptedException {
    return in(folder, null);
  }

  /// The same, and it asks for a password.
  public static RedisServer in(Path folder, @Nullable String password)
      throws IOException, InterruptedException {
    assumeTrue(
        Files.isExecutable(PROGRAM) && Files.isExecutable(CLIENT),
        "needs Redis: sudo apt install redis-server");
    var server = new RedisServer(Files.createDirectories(folder), password);
    server.start();
    return server;
  }

  public int port() {
    return port;
  }

  /// For `QERBEROS_REDIS_URL`.
  public String url() {
    return password == null
        ? "redis://127.0.0.1:" + port
        : "redis://:" + password + "@127.0.0.1:" + port;
  }

  public RedisSettings settings() {
    return RedisSettings.read(url());
  }

  /// A link to it for an installation of this name, which is up.
  public RedisLink link(String installation) {
    RedisLink link = RedisLink.open(Optional.of(settings()), installation);
    link.awaitFirst(Duration.ofSeconds(30));
    return link;
  }

  /// Starts it with the data that it was stopped with, if any; returns when it listens.
  public void start() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
    command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
    command.addAll(List.of("--dir", folder.toString(), "--save", "3600 1", "--daemonize", "no"));
    if (password != null) {
      command.addAll(List.of("--requirepass", password));
    }
    Path said = folder.resolve("redis.out");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    running = process;
    for (int i = 0; i < 600 && process.isAlive(); i++) {
      if (listens()) {
        return;
      }
      Thread.sleep(50);
    }
    throw new IOException("no Redis: " + Files.readString(said));
  }

  private boolean listens() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Stops it; its data are kept for the next start, and connections break.
  public void stop() throws InterruptedException {
    Process process = running;
    if (process != null) {
      running = null;
      process.destroy();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly().onExit().join();
      }
    }
  }

  /// Stops it as a power switch would, and throws its data away.
  public void kill() throws IOException {
    Process process = running;
    if (process != null) {
      running = null;
      process.destroyForcibly().onExit().join();
    }
    Files.deleteIfExists(folder.resolve("dump.rdb"));
  }

  /// From now on it takes connections and commands, and answers nothing.
  public void pause() throws IOException, InterruptedException {
    signal("STOP");
    // The signal is taken by the time the system says so, not when it is sent.
    Path stat = Path.of("/proc/" + process().pid() + "/stat");
    while (!Files.readString(stat).contains(") T ")) {
      Thread.sleep(5);
    }
  }

  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    run("/bin/kill", "-" + name, Long.toString(process().pid()));
  }

  /// What its own client prints for a command, without the last newline.
  public String ask(String... words) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of(CLIENT.toString(), "-p", Integer.toString(port)));
    if (password != null) {
      command.addAll(List.of("--no-auth-warning", "-a", password));
    }
    command.addAll(List.of(words));
    return run(command.toArray(String[]::new));
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + printed);
    }
    return printed;
  }

  private Process process() {
    Process process = running;
    if (process == null) {
      throw new IllegalStateException("stopped");
    }
    return process;
  }

  @Override
  public void close() throws IOException {
    Process process = running;
    if (process != null) {
      kill(); // also one that is paused
    }
  }
}
