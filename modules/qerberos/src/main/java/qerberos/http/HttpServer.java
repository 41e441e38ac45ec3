package qerberos.http;

import io.helidon.http.DirectHandler;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import qerberos.settings.HttpSettings;
import qerberos.trail.Ids;

/// One listener, one virtual thread per connection; who answers may change while it listens.
///
/// Safe for concurrent use.
final class HttpServer implements AutoCloseable {
  private final HttpSettings settings;
  private final WebServer server;
  private final PatientConnections connections;
  private volatile boolean draining;
  private volatile Handler answering;
  private @Nullable Integer port;

  /// @param answering answers until another one does
  /// @param tls how it speaks TLS; null for plain HTTP
  HttpServer(
      HttpSettings settings,
      Handler answering,
      Ids ids,
      InstantSource clock,
      @Nullable TlsDoor tls) {
    this.settings = settings;
    this.answering = answering;
    TransportFaults transportFaults = new TransportFaults(clock, ids, tls != null);
    this.connections = new PatientConnections(settings, transportFaults);
    var faults = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      faults = faults.addHandler(type, transportFaults);
    }
    var builder =
        WebServer.builder()
            .host(settings.bind())
            .port(settings.port())
            .shutdownHook(false)
            .maxTcpConnections(settings.maxConnections())
            .connectionOptions(options -> options.tcpNoDelay(true))
            .idleConnectionTimeout(settings.idleTimeout().multipliedBy(2))
            .idleConnectionPeriod(Duration.ofSeconds(30))
            .shutdownGracePeriod(settings.drain())
            .protocolsDiscoverServices(false)
            .addConnectionSelector(connections)
            .contentEncoding(new PassThroughEncoding())
            .directHandlers(faults.build())
            .errorHandling(errors -> errors.includeEntity(true))
            .routing(
                HttpRouting.builder()
                    .any((request, response) -> this.answering.handle(request, response)));
    this.server = (tls == null ? builder : builder.tls(tls.tls())).build();
  }

  /// Begins to listen.
  ///
  /// @throws IOException the address cannot be had: one sentence that says which and why
  public void start() throws IOException {
    try (var probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(settings.bind()), settings.port()));
    } catch (IOException e) {
      throw new IOException(
          "Cannot listen on "
              + settings.bind()
              + ":"
              + settings.port()
              + ": "
              + e.getMessage()
              + ". Another process may hold it: lsof -i :"
              + settings.port(),
          e);
    }
    try {
      connections.start();
      port = server.start().port();
    } catch (RuntimeException e) {
      throw new IOException(
          "Cannot listen on " + settings.bind() + ":" + settings.port() + ": " + e.getMessage(), e);
    }
  }

  /// Requests that begin from now on are answered by another one.
  void answerWith(Handler other) {
    answering = other;
  }

  /// Whether every answer closes its connection.
  boolean draining() {
    return draining;
  }

  boolean started() {
    return port != null;
  }

  /// Where it listens.
  public int port() {
    Integer known = port;
    if (known == null) {
      throw new IllegalStateException("not started");
    }
    return known;
  }

  /// From now on every answer closes its connection, so that clients go elsewhere.
  public void drain() {
    draining = true;
  }

  /// Stops listening, lets requests in flight finish for as long as the settings say, then closes.
  @Override
  public void close() {
    drain();
    if (port != null) {
      WebServer ignored = server.stop();
    }
    connections.close();
  }
}
