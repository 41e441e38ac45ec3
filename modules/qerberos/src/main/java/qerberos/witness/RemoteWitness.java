package qerberos.witness;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import qerberos.ledger.AddCheckpoint;
import qerberos.ledger.SignedNote;
import qerberos.ledger.VerifierKey;
import qerberos.ledger.Witness;
import qerberos.ledger.WitnessAnswer;
import qerberos.settings.WitnessSettings.Address;

/// One witness, over HTTP. Trusted for nothing: an answer is bounded in time and in size, and leads
/// nowhere else.
///
/// Safe for concurrent use.
final class RemoteWitness {
  private final Address address;
  private final HttpClient client;
  private final Duration timeout;

  RemoteWitness(Address address, HttpClient client, Duration timeout) {
    this.address = address;
    this.client = client;
    this.timeout = timeout;
  }

  VerifierKey key() {
    return address.key();
  }

  /// For people: its name and where it is.
  String name() {
    return address.key().shortName();
  }

  URI url() {
    return address.submission();
  }

  /// Whether it shows what it cosigned last.
  boolean shows() {
    return address.monitoring().isPresent();
  }

  /// Asks it to cosign.
  ///
  /// @throws IOException there was no answer
  WitnessAnswer add(AddCheckpoint asked) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        send(
            HttpRequest.newBuilder(below(address.submission(), AddCheckpoint.PATH))
                .header("Content-Type", "text/plain; charset=utf-8")
                .POST(BodyPublishers.ofByteArray(asked.bytes())));
    return WitnessAnswer.read(
        asked,
        address.key(),
        answer.statusCode(),
        answer.headers().firstValue("Content-Type").orElse(null),
        answer.body());
  }

  /// What it cosigned last for a log, as it shows it; not verified yet. Empty when it has nothing.
  ///
  /// @throws IOException it does not show it, or what it shows is no note
  Optional<SignedNote> latest(String origin) throws IOException, InterruptedException {
    URI prefix = address.monitoring().orElseThrow(() -> new IOException("it shows nothing"));
    HttpResponse<byte[]> answer =
        send(HttpRequest.newBuilder(below(prefix, Witness.pathOf(origin))).GET());
    if (answer.statusCode() == 404) {
      return Optional.empty();
    }
    if (answer.statusCode() != 200) {
      throw new IOException("status " + answer.statusCode() + " for its last checkpoint");
    }
    try {
      return Optional.of(SignedNote.parse(answer.body()));
    } catch (IllegalArgumentException e) {
      throw new IOException("its last checkpoint: " + e.getMessage(), e);
    }
  }

  private static URI below(URI prefix, String path) {
    return URI.create(prefix.toString().replaceAll("/+$", "") + "/" + path);
  }

  /// The time-out of a request ends with its headers; this one covers the body.
  private HttpResponse<byte[]> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            request.build(),
            BodyHandlers.limiting(BodyHandlers.ofByteArray(), WitnessAnswer.LONGEST));
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new HttpTimeoutException("no answer within " + timeout.toMillis() + " ms");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage(), e);
    } finally {
      boolean ignored = answer.cancel(true);
    }
  }
}
