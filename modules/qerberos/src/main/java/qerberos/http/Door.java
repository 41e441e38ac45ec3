package qerberos.http;

import io.helidon.webserver.http.Handler;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qerberos.settings.HttpSettings;
import qerberos.trail.Ids;

/// Where a process is reached, over TLS or not, for as long as it runs: whoever answers behind it
/// may change ([ReaderApi], [HttpApi]), the port and the certificate stay.
///
/// Safe for concurrent use.
public final class Door implements AutoCloseable {
  private static final Handler NOBODY = (_, response) -> response.status(503).send();

  private final HttpSettings settings;
  private final @Nullable TlsDoor tls;
  private final HttpServer server;

  private Door(HttpSettings settings, @Nullable TlsDoor tls, HttpServer server) {
    this.settings = settings;
    this.tls = tls;
    this.server = server;
  }

  /// A door that is still shut.
  ///
  /// @throws IllegalArgumentException the certificate and key cannot be served, in one sentence
  public static Door of(HttpSettings settings, InstantSource clock) {
    TlsDoor tls = settings.tls() == null ? null : TlsDoor.open(settings.tls(), clock);
    Ids ids = new Ids(clock, new SecureRandom());
    return new Door(settings, tls, new HttpServer(settings, NOBODY, ids, clock, tls));
  }

  /// Who answers from now on; the first one opens the door.
  ///
  /// @throws IOException the address cannot be had
  void answerWith(Handler handler) throws IOException {
    server.answerWith(handler);
    if (!server.started()) {
      server.start();
      if (tls != null) {
        tls.start();
      }
    }
  }

  boolean isOpen() {
    return server.started();
  }

  @Nullable TlsDoor tls() {
    return tls;
  }

  /// SHA-256 of the certificate that is served, in hex; empty for plain HTTP.
  public Optional<String> certificate() {
    return tls == null ? Optional.empty() : Optional.of(tls.served().pair().fingerprint());
  }

  /// Tells the fingerprint of each certificate that is served from now on.
  public void onCertificate(Consumer<String> listener) {
    if (tls != null) {
      tls.tell(listener);
    }
  }

  public int port() {
    return server.port();
  }

  /// The address under which this machine reaches it.
  public URI url() {
    return URI.create(
        (tls == null ? "http://" : "https://") + reachable(settings.bind()) + ":" + port());
  }

  private static String reachable(String bind) {
    return switch (bind) {
      case "127.0.0.1", "0.0.0.0", "::", "::1", "[::]", "[::1]" -> "localhost";
      default -> bind.contains(":") && !bind.startsWith("[") ? "[" + bind + "]" : bind;
    };
  }

  /// From now on every answer closes its connection, so that clients go elsewhere.
  public void drain() {
    server.drain();
  }

  boolean draining() {
    return server.draining();
  }

  /// Stops listening and lets requests in flight finish.
  @Override
  public void close() {
    server.close();
    if (tls != null) {
      tls.close();
    }
  }
}
