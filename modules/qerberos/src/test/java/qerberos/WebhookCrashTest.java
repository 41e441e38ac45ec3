package qerberos;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real process, killed while a webhook has its call and does not answer.
class WebhookCrashTest {
  @TempDir Path folder = Path.of(".");

  /// The ids of the calls that came; the first is not answered before the caller is dead.
  private static final class Receiver implements AutoCloseable {
    final BlockingQueue<String> ids = new LinkedBlockingQueue<>();
    final CountDownLatch dead = new CountDownLatch(1);
    final HttpServer server;

    Receiver() throws Exception {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext(
          "/",
          exchange -> {
            boolean _ = ids.add(exchange.getRequestHeaders().getFirst("webhook-id"));
            try {
              dead.await();
            } catch (InterruptedException _) {
              Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
          });
      server.start();
    }

    String next() throws InterruptedException {
      return String.valueOf(ids.poll(60, TimeUnit.SECONDS));
    }

    @Override
    public void close() {
      dead.countDown();
      server.stop(0);
    }
  }

  @Test
  void killedInTheMiddleOfACall_theNextOneCallsAgain_underTheSameId() throws Exception {
    Path data = folder.resolve("data");
    Path config = Files.createDirectories(folder.resolve("config"));
    try (var files = Files.list(Path.of("config"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, config.resolve(file.getFileName()));
      }
    }
    Path secret = folder.resolve("ops.webhook");
    Files.writeString(secret, "whsec_" + Base64.getEncoder().encodeToString(new byte[32]) + "\n");
    try (var receiver = new Receiver()) {
      Files.writeString(
          config.resolve("notices.yaml"),
          """
          webhooks:
            - name: ops
              url: http://localhost:%d/hook
              secretFile: %s
          routes:
            - match: {severity: critical}
              to: {webhook: [ops]}
          """
              .formatted(receiver.server.getAddress().getPort(), secret));
      Files.writeString(
          config.resolve("more.yaml"), "webhook:\n  privateHosts: [localhost]\n  timeout: 60s\n");
      String id;
      try (var server = ServerProcess.start(data, "--config", config.toString())) {
        var told =
            server.post(
                "/notifications/admin-alert",
                "application/json",
                "{\"summary\":\"down\",\"severity\":\"critical\"}");
        assertThat(told.statusCode()).isEqualTo(200);
        id = receiver.next();
        assertThat(id).endsWith("_0");
        server.kill();
      }
      receiver.dead.countDown();
      // As if the lease, of some minutes, were over.
      try (Connection state =
              DriverManager.getConnection("jdbc:sqlite:" + data.resolve("state/state.db"));
          Statement statement = state.createStatement()) {
        assertThat(
                statement.executeUpdate("UPDATE delivery SET due_at = 0 WHERE status = 'waiting'"))
            .isEqualTo(1);
      }
      try (var server = ServerProcess.start(data, "--config", config.toString())) {
        assertThat(receiver.next()).isEqualTo(id);
        String found = "";
        for (int i = 0; i < 600 && !found.contains("\"totalCount\":1,"); i++) {
          Thread.sleep(50);
          found =
              new String(
                  server
                      .get("/audit?type=notification.webhook&ref=message:" + id.replace("_0", ".0"))
                      .body(),
                  StandardCharsets.UTF_8);
        }
        assertThat(found).contains("\"totalCount\":1,", "\"verdict\":\"ALLOW\"");
        assertThat(server.stop()).isZero();
      }
      assertThat(receiver.ids).isEmpty();
    }
  }
}
