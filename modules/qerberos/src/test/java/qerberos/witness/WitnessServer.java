package qerberos.witness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import qerberos.ledger.AddCheckpoint;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.Hash;
import qerberos.ledger.KeyType;
import qerberos.ledger.SignedNote;
import qerberos.ledger.SigningKey;
import qerberos.ledger.Trust;
import qerberos.ledger.VerifierKey;
import qerberos.ledger.Witness;
import qerberos.settings.WitnessSettings;

/// A real witness on a free port of this host, which can be told to misbehave.
public final class WitnessServer implements AutoCloseable {
  /// What it does with requests.
  public enum Mode {
    HONEST,
    /// Takes the connection and never answers.
    SILENT,
    /// Sends its headers at once and its body never.
    DRIPPING,
    /// Closes the connection.
    GONE,
    /// Answers with more than anybody reads.
    ENDLESS,
    GARBAGE,
    ERROR,
    ELSEWHERE,
    /// Cosigns another root of the same size.
    LYING,
    /// Cosigns with another key.
    BORROWED,
    /// Says that it has far more than there is.
    BOASTING,
    /// As litewitness for a log it does not know.
    STRANGER_403,
    STRANGER_404
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final SigningKey key;
  private final List<Long> olds = new CopyOnWriteArrayList<>();
  private volatile @Nullable Witness witness;
  private volatile Mode mode = Mode.HONEST;

  private WitnessServer(HttpServer server, SigningKey key) {
    this.server = server;
    this.key = key;
  }

  public static WitnessServer start(String name, KeyType type) throws IOException {
    var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var started =
        new WitnessServer(
            HttpServer.create(any, 0), SigningKey.generate(name, type, new SecureRandom()));
    started.server.setExecutor(started.threads);
    started.server.createContext("/", started::handle);
    started.server.start();
    return started;
  }

  /// Begins to witness a log, from what its folder remembers.
  public void witness(Path folder, String origin, List<VerifierKey> keys) {
    try {
      Witness before = witness;
      if (before != null) {
        before.close();
      }
      witness =
          Witness.open(
              new FolderStorage(folder),
              key,
              List.of(new Trust(origin, keys, List.of(), 0)),
              InstantSource.system());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void be(Mode other) {
    mode = other;
  }

  public VerifierKey key() {
    return key.verifier();
  }

  /// The sizes that were said to be its last, in the order of the requests.
  public List<Long> olds() {
    return List.copyOf(olds);
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  public WitnessSettings.Address address(boolean shows) {
    return new WitnessSettings.Address(
        key(),
        url().resolve("/sub/"),
        shows ? Optional.of(url().resolve("/mon")) : Optional.empty());
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    try (exchange) {
      switch (mode) {
        case HONEST -> honest(exchange, body);
        case SILENT -> park();
        case DRIPPING -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write('x');
          exchange.getResponseBody().flush();
          park();
        }
        case GONE -> {}
        case ENDLESS -> answer(exchange, 200, "text/plain", "x".repeat(1 << 20));
        case GARBAGE -> answer(exchange, 200, "text/html", "<html>welcome</html>\n");
        case ERROR -> answer(exchange, 500, "text/plain", "it hurts\n");
        case ELSEWHERE -> {
          exchange.getResponseHeaders().add("Location", "http://127.0.0.1:1/");
          answer(exchange, 307, "text/plain", "");
        }
        case LYING -> {
          Checkpoint claimed = Checkpoint.parse(AddCheckpoint.parse(body).checkpoint().text());
          cosigned(
              exchange,
              new Checkpoint(claimed.origin(), claimed.size(), Hash.sha256(new byte[1])),
              key);
        }
        case BORROWED ->
            cosigned(
                exchange,
                Checkpoint.parse(AddCheckpoint.parse(body).checkpoint().text()),
                SigningKey.generate("other", KeyType.COSIGNATURE, new SecureRandom()));
        case BOASTING -> answer(exchange, 409, "text/x.tlog.size", "99999999\n");
        case STRANGER_403 -> answer(exchange, 403, "text/plain", "");
        case STRANGER_404 -> answer(exchange, 404, "text/plain", "");
      }
    }
  }

  private static void park() {
    LockSupport.parkNanos(60_000_000_000L);
  }

  private static void cosigned(HttpExchange exchange, Checkpoint checkpoint, SigningKey by)
      throws IOException {
    String note = SignedNote.sign(checkpoint, List.of(by), InstantSource.system().instant()) + "";
    answer(exchange, 200, "text/plain", note.substring(note.indexOf("\n\n") + 2));
  }

  private void honest(HttpExchange exchange, byte[] body) throws IOException {
    Witness ours = witness;
    if (ours == null) {
      answer(exchange, 404, "text/plain", "");
      return;
    }
    String path = exchange.getRequestURI().getRawPath();
    Witness.Answer answer;
    if (path.equals("/sub/add-checkpoint") && exchange.getRequestMethod().equals("POST")) {
      olds.add(AddCheckpoint.parse(body).old());
      answer = ours.addCheckpoint(body);
    } else {
      answer = ours.checkpoint(path.substring(Math.min(path.length(), "/mon/".length())));
    }
    answer(exchange, answer.status(), answer.contentType(), answer.body());
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    server.stop(0);
    Witness ours = witness;
    if (ours != null) {
      ours.close();
    }
  }
}
