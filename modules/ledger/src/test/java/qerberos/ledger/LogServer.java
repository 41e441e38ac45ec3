package qerberos.ledger;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Serves any log over HTTP on a free port of this host, below `/log/`.
final class LogServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private LogServer(HttpServer server) {
    this.server = server;
  }

  static LogServer start(LogReader log) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    LogServer started = new LogServer(HttpServer.create(any, 0));
    started.server.setExecutor(started.threads);
    started.server.createContext(
        "/log/",
        exchange -> {
          try (exchange) {
            answer(log, exchange);
          }
        });
    started.server.start();
    return started;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/log");
  }

  private static void answer(LogReader log, HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath().substring("/log/".length());
    try {
      byte[] body = path.equals("checkpoint") ? log.checkpoint() : log.tile(TilePath.parse(path));
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (LogReader.NotAllowed e) {
      exchange.sendResponseHeaders(403, -1);
    } catch (IllegalArgumentException | LogReader.NotThere e) {
      exchange.sendResponseHeaders(404, -1);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
