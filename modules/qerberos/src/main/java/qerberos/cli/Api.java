package qerberos.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;
import qerberos.intake.AnyJson;
import qerberos.service.ServerFile;

/// A client of the server that runs on a data folder, in the name of the administrator.
///
/// An answer other than 2xx becomes a [Failure] with the server's own message and its fields.
/// Used by one thread at a time.
final class Api implements AutoCloseable {
  private final HttpClient http;
  private final URI base;
  private final String token;

  /// @param certificate SHA-256 of the only certificate that is taken, in hex; empty for any that
  ///     the machine trusts
  Api(URI base, String token, String certificate) {
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5));
    this.http =
        certificate.isEmpty()
            ? client.build()
            : client.sslContext(PinnedCertificate.only(certificate)).build();
    this.base = base;
    this.token = token;
  }

  /// The server of a folder, entered with the folder's administrator token.
  static Api of(DataOption data, Surroundings around) throws Failure {
    ServerFile server = data.requireServer(around);
    Path token = data.folder(around).resolve("secrets").resolve("admin.token");
    try {
      return new Api(server.url(), Files.readString(token).strip(), server.certificate());
    } catch (IOException e) {
      throw new Failure(
          Exit.CANNOT_TELL, token + ": cannot be read; run this as the user who runs the server");
    }
  }

  /// What came back, whatever the status.
  static final class Answer {
    private final int status;
    private final byte[] body;

    private Answer(int status, byte[] body) {
      this.status = status;
      this.body = body;
    }

    int status() {
      return status;
    }

    byte[] body() {
      return body;
    }
  }

  Reply get(String path) throws Failure {
    return json(send(request(path).GET()));
  }

  Reply post(String path, Json body) throws Failure {
    byte[] bytes = JsonText.compact(body).getBytes(StandardCharsets.UTF_8);
    return json(send("POST", path, "application/json", bytes));
  }

  Reply put(String path, Json body) throws Failure {
    byte[] bytes = JsonText.compact(body).getBytes(StandardCharsets.UTF_8);
    return json(send("PUT", path, "application/json", bytes));
  }

  /// The same, with the words that an act wants which is not undone easily.
  Reply put(String path, Json body, String confirmation) throws Failure {
    byte[] bytes = JsonText.compact(body).getBytes(StandardCharsets.UTF_8);
    return json(
        send(
            request(path)
                .header("Content-Type", "application/json")
                .header("X-Admin-Confirmation", confirmation)
                .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes))));
  }

  Reply patch(String path, Json body) throws Failure {
    byte[] bytes = JsonText.compact(body).getBytes(StandardCharsets.UTF_8);
    return json(send("PATCH", path, "application/json", bytes));
  }

  Reply delete(String path) throws Failure {
    return json(send(request(path).DELETE()));
  }

  /// Any request; the status is for the caller to look at.
  Answer send(String method, String path, String type, byte[] body) throws Failure {
    return send(
        request(path)
            .header("Content-Type", type)
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  /// A file that is not JSON.
  byte[] bytes(String path) throws Failure {
    Answer answer = send(request(path).GET());
    if (answer.status() / 100 != 2) {
      throw refused(answer);
    }
    return answer.body();
  }

  /// The status and body of a GET, whatever they are.
  Answer look(String path) throws Failure {
    return send(request(path).GET());
  }

  /// An answer that is read while it comes. Closing it ends the connection.
  static final class Opened implements AutoCloseable {
    private final InputStream body;

    private Opened(InputStream body) {
      this.body = body;
    }

    InputStream body() {
      return body;
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  /// Begins to read an answer of any length.
  ///
  /// @param lastEventId what a stream gave last; null to begin one, and for anything else
  /// @throws Failure it was refused, for a reason that stays
  /// @throws IOException there is no answer now: the server is not there, stops, or is full
  Opened open(String path, @Nullable String lastEventId) throws Failure, IOException {
    HttpRequest.Builder request = request(path).GET();
    if (lastEventId != null) {
      request = request.header("Last-Event-ID", lastEventId);
    }
    try {
      HttpResponse<InputStream> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() / 100 == 2) {
        return new Opened(response.body());
      }
      Failure refused;
      try (InputStream body = response.body()) {
        refused = refused(new Answer(response.statusCode(), body.readNBytes(1 << 20)));
      }
      if (response.statusCode() == 503) {
        throw new IOException(refused.sentence());
      }
      throw refused;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure(Exit.CANNOT_TELL, "interrupted");
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base.resolve(path))
        .timeout(Duration.ofMinutes(5))
        .header("Authorization", "Bearer " + token)
        .header("X-Maintenance-Bypass", "cli")
        .header("Accept", "*/*");
  }

  private Answer send(HttpRequest.Builder request) throws Failure {
    try {
      HttpResponse<byte[]> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), response.body());
    } catch (ConnectException e) {
      throw new Failure(Exit.CANNOT_TELL, base + " does not answer");
    } catch (SSLException e) {
      throw new Failure(Exit.CANNOT_TELL, base + ": TLS: " + e.getMessage());
    } catch (IOException e) {
      throw new Failure(Exit.CANNOT_TELL, base + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure(Exit.CANNOT_TELL, "interrupted");
    }
  }

  private static Reply json(Answer answer) throws Failure {
    if (answer.status() / 100 != 2) {
      throw refused(answer);
    }
    return read(answer);
  }

  /// The server's own words: code, message, and each field with what is wrong.
  static Failure refused(Answer answer) {
    String sentence = "the server answered " + answer.status();
    try {
      Reply reply = read(answer);
      if (!reply.at("message").isMissing()) {
        sentence = reply.at("message").text() + " (" + reply.at("code").text() + ")";
      }
      List<Reply> errors = reply.at("details", "errors").items();
      // The message of a single one is its sentence already.
      if (errors.size() > 1) {
        for (Reply error : errors) {
          sentence += "\n  " + error.at("field").text() + ": " + error.at("message").text();
        }
      }
    } catch (Failure _) {
      // Not JSON: the status must do.
    }
    return new Failure(answer.status() == 503 ? Exit.CANNOT_TELL : Exit.FAILED, sentence);
  }

  static Reply read(Answer answer) throws Failure {
    try {
      return new Reply(AnyJson.read(answer.body()));
    } catch (IllegalArgumentException e) {
      throw new Failure(Exit.CANNOT_TELL, "the answer is not JSON: " + e.getMessage());
    }
  }

  /// A text as it may stand in a path or a query.
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
