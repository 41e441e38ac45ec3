package qerberos;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The product as a process of its own, as its users run it, for tests that end it in every way.
///
/// Used by one thread at a time, except for [#post] and [#get].
final class ServerProcess implements AutoCloseable {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private final Process process;
  private final Path data;
  private final int port;

  private ServerProcess(Process process, Path data, int port) {
    this.process = process;
    this.data = data;
    this.port = port;
  }

  /// Starts on free ports and returns when `/health/ready` answers 200.
  ///
  /// @throws IOException with all the process said, when it ended or was not ready in 60 s
  static ServerProcess start(Path data, String... more) throws IOException, InterruptedException {
    return start(List.of(), data, data, more);
  }

  /// The same behind other words, such as those that enter another name space.
  ///
  /// @param data the folder as the server sees it
  /// @param seen the same folder as this process sees it
  static ServerProcess start(List<String> before, Path data, Path seen, String... more)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("start", "--data", data.toString()));
    words.addAll(List.of("--port", "0", "--squid-port", "0", "--qonsent-port", "0"));
    words.addAll(List.of(more));
    Path output = Files.createTempFile(data.toAbsolutePath().getParent(), "server", ".out");
    Process process = run(before, words, output);
    for (int i = 0; i < 1_200 && process.isAlive(); i++) {
      int port = port(seen, process.pid());
      if (port > 0) {
        var server = new ServerProcess(process, seen, port);
        if (server.ready()) {
          return server;
        }
      }
      Thread.sleep(50);
    }
    process.destroyForcibly();
    throw new IOException("no server: " + Files.readString(output));
  }

  /// Runs one command of the product in a process of its own.
  static Process run(List<String> words, Path output) throws IOException {
    return run(List.of(), words, output);
  }

  static Process run(List<String> before, List<String> words, Path output) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED"));
    command.add("-Dqerberos.home=" + Path.of("../..").toAbsolutePath().normalize());
    command.add("-Dqerberos.launcher=/nonexistent/qerberos");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "qerberos.Main"));
    command.addAll(words);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  private static int port(Path data, long pid) throws IOException {
    for (String name : List.of("servers/" + pid + ".json", "server.json")) {
      Path where = data.resolve(name);
      if (Files.exists(where)) {
        String json = Files.readString(where);
        Matcher port = Pattern.compile("\"port\"\\s*:\\s*(\\d+)").matcher(json);
        boolean ours = Pattern.compile("\"pid\"\\s*:\\s*" + pid + "\\b").matcher(json).find();
        if (ours && port.find()) {
          return Integer.parseInt(port.group(1));
        }
      }
    }
    return 0;
  }

  private boolean ready() throws InterruptedException {
    try {
      return get("/health/ready").statusCode() == 200;
    } catch (IOException _) {
      return false;
    }
  }

  long pid() {
    return process.pid();
  }

  int port() {
    return port;
  }

  Path data() {
    return data;
  }

  String token() throws IOException {
    return Files.readString(data.resolve("secrets/admin.token")).strip();
  }

  HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
    return HTTP.send(request(path).GET().build(), BodyHandlers.ofByteArray());
  }

  /// The same as somebody else.
  HttpResponse<byte[]> get(String path, String token) throws IOException, InterruptedException {
    return HTTP.send(
        request(path).setHeader("Authorization", "Bearer " + token).GET().build(),
        BodyHandlers.ofByteArray());
  }

  /// The same as whoever the headers say; names and values by turns.
  HttpResponse<byte[]> getWith(String path, String... headers)
      throws IOException, InterruptedException {
    URI where = URI.create("http://127.0.0.1:" + port + path);
    return HTTP.send(
        HttpRequest.newBuilder(where).headers(headers).build(), BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> put(String path, String body) throws IOException, InterruptedException {
    return HTTP.send(
        request(path)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> delete(String path) throws IOException, InterruptedException {
    return HTTP.send(request(path).DELETE().build(), BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> post(String path, String type, String body)
      throws IOException, InterruptedException {
    return HTTP.send(
        request(path).header("Content-Type", type).POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofByteArray());
  }

  /// Any method, as somebody else.
  HttpResponse<byte[]> send(String method, String path, String token, String body)
      throws IOException, InterruptedException {
    return HTTP.send(
        request(path)
            .setHeader("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofByteArray());
  }

  private HttpRequest.Builder request(String path) throws IOException {
    Path token = data.resolve("secrets/admin.token");
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(30));
    return Files.exists(token) ? request.header("Authorization", "Bearer " + token()) : request;
  }

  /// Ends the process as a power switch would: no handler runs.
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /// Asks the process to end (SIGTERM) and waits.
  ///
  /// @return its exit status
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(40, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return process.waitFor();
  }

  @Override
  public void close() {
    kill();
  }
}
