package qerberos.cli;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import qerberos.cli.Program.Ended;
import qerberos.service.ServerFile;

/// A folder, the server that runs on it as a process of its own with a small heap, and the command
/// line beside it. Used by one thread at a time, except for [#post] and [#get].
final class ChildServer implements AutoCloseable {
  private final HttpClient client = HttpClient.newHttpClient();
  private final Path folder;
  private final String heap;
  private Process server;

  ChildServer(Path folder, String heap) throws IOException, InterruptedException {
    this.folder = folder;
    this.heap = heap;
    this.server = start();
  }

  Path data() {
    return folder.resolve("data");
  }

  private Process start() throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("start", "--data", data().toString()));
    words.addAll(List.of("--port", "0", "--squid-port", "0", "--qonsent-port", "0"));
    Path said = folder.resolve("server.out");
    ProcessBuilder builder = command(words, heap).redirectErrorStream(true);
    builder.environment().put("QERBEROS_INDEX_BUFFER", "4");
    builder.environment().put("QERBEROS_TAIL_EVENTS", "1024");
    Process process = builder.redirectOutput(said.toFile()).start();
    for (int i = 0; i < 1_200 && process.isAlive(); i++) {
      if (ServerFile.in(data()).filter(there -> there.pid() == process.pid()).isPresent()) {
        return process;
      }
      Thread.sleep(50);
    }
    process.destroyForcibly();
    throw new IOException("no server: " + Files.readString(said));
  }

  boolean isAlive() {
    return server.isAlive();
  }

  /// Ends it as a power switch would, and starts another one on the same folder.
  void killAndStartAgain() throws IOException, InterruptedException {
    server.destroyForcibly().onExit().join();
    server = start();
  }

  void stop() throws InterruptedException {
    server.destroy();
    if (!server.waitFor(40, TimeUnit.SECONDS)) {
      throw new AssertionError("does not stop");
    }
  }

  /// The program as a process of its own.
  ProcessBuilder command(List<String> words, String most) {
    ProcessBuilder builder = new Program(folder).process(words, most);
    builder.environment().put("QERBEROS_DATA_DIR", data().toString());
    return builder;
  }

  /// The same command in this process.
  Ended here(String... words) {
    return here("", words);
  }

  /// The same while a person watches.
  Ended watched(String... words) {
    return here("out", words);
  }

  private Ended here(String terminals, String[] words) {
    Map<String, String> environment = Map.of("QERBEROS_DATA_DIR", data().toString());
    return new Program(folder).here(environment, terminals, words);
  }

  private HttpRequest.Builder request(String path) throws IOException {
    String token = Files.readString(data().resolve("secrets/admin.token")).strip();
    return HttpRequest.newBuilder(ServerFile.in(data()).orElseThrow().url().resolve(path))
        .header("Authorization", "Bearer " + token);
  }

  byte[] get(String path) throws IOException, InterruptedException {
    return client.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofByteArray()).body();
  }

  /// Sends events of this type, named after their number.
  void post(String type, int from, int count) throws IOException, InterruptedException {
    var body = new StringBuilder();
    for (int i = from; i < from + count; i++) {
      body.append(
              """
              {"id":"%s-%d","type":"%s","ref":"=x:%d","layer":"application","verdict":"ALLOW",\
              "actor":{"squidId":"did:squid:ada"},\
              "details":{"ip":"192.0.2.7","n":%d,"text":"some words, \\"more\\""}}\
              """
                  .formatted(type, i, type, i, i))
          .append('\n');
    }
    post(body.toString());
  }

  /// Sends events, one on each line.
  void post(String body) throws IOException, InterruptedException {
    HttpResponse<String> answer;
    do {
      answer =
          client.send(
              request("/audit/batch")
                  .header("Content-Type", "application/x-ndjson")
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
    } while (answer.statusCode() == 503 || answer.body().contains("\"status\":503"));
    if (answer.statusCode() != 200) {
      throw new IOException(answer.statusCode() + " " + answer.body());
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    server.destroyForcibly().onExit().join();
  }
}
