package qerberos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Json;
import qerberos.intake.AnyJson;

/// Prometheus and Alertmanager as they are, with the token that the first start made: a rule fires,
/// it is an event and a notification, and so is its end.
class AlertmanagerTest {
  private static final Path PROMETHEUS = Path.of("/usr/bin/prometheus");
  private static final Path ALERTMANAGER = Path.of("/usr/bin/prometheus-alertmanager");

  @TempDir Path folder;
  private volatile int trouble = 1;

  @Test
  void aRuleFires_andIsOver_bothAreEventsAndNotifications() throws Exception {
    assumeTrue(
        Files.isExecutable(PROMETHEUS) && Files.isExecutable(ALERTMANAGER),
        "needs Prometheus and Alertmanager: sudo apt install prometheus prometheus-alertmanager");
    HttpServer figures =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    figures.createContext(
        "/metrics",
        exchange -> {
          byte[] body = ("trouble " + trouble + "\n").getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "text/plain; version=0.0.4");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    figures.start();
    try (ServerProcess server = ServerProcess.start(folder.resolve("data"))) {
      int alertmanager = freePort();
      Process manager = alertmanager(alertmanager, url(server), server.data());
      Process prometheus = prometheus(alertmanager, figures.getAddress().getPort());
      try {
        Json.Obj fired = awaited(server, one -> "firing".equals(what(one).text("status")), 1);
        assertThat(fired.text("verdict")).isEqualTo("WARN");
        assertThat(fired.text("severity")).isEqualTo("critical");
        assertThat(fired.object("actor").text("squidId")).isEqualTo("system:alertmanager");
        assertThat(what(fired).text("alertname")).isEqualTo("Trouble");
        assertThat(what(fired).text("summary"))
            .as("shortened, not refused")
            .startsWith("<b>Trouble</b> & more: xxx")
            .hasSize(180);
        assertThat(told(server)).contains("\"status\":\"firing\"");

        trouble = 0;
        Json.Obj over = awaited(server, one -> "resolved".equals(what(one).text("status")), 2);
        assertThat(over.text("ref")).as("the same alert").isEqualTo(fired.text("ref"));
        assertThat(over.text("verdict")).isEqualTo("ALLOW");
        assertThat(told(server)).contains("\"status\":\"firing\"", "\"status\":\"resolved\"");
        assertThat(events(server)).as("repetitions are none").hasSize(2);
        assertThat(told(server).split("\"type\":\"alert\"", -1)).hasSize(3);
      } finally {
        end(prometheus);
        end(manager);
      }
    } finally {
      figures.stop(0);
    }
  }

  private Process alertmanager(int port, String url, Path data) throws IOException {
    Path config = folder.resolve("alertmanager.yml");
    Files.writeString(
        config,
        """
        route:
          receiver: qerberos
          group_by: [alertname, severity]
          group_wait: 1s
          group_interval: 1s
          repeat_interval: 1s
        receivers:
          - name: qerberos
            webhook_configs:
              - url: %s/notifications/admin-alert
                send_resolved: true
                http_config:
                  authorization: {type: Bearer, credentials_file: %s}
        """
            .formatted(url, data.resolve("secrets/alerts.token")));
    return run(
        "alertmanager",
        ALERTMANAGER,
        "--config.file=" + config,
        "--storage.path=" + folder.resolve("alertmanager"),
        "--web.listen-address=127.0.0.1:" + port,
        "--cluster.listen-address=");
  }

  private Process prometheus(int alertmanager, int figures) throws IOException {
    Path rules = folder.resolve("rules.yml");
    Files.writeString(
        rules,
        """
        groups:
          - name: trouble
            rules:
              - alert: Trouble
                expr: trouble == 1
                labels: {severity: page}
                annotations:
                  summary: '<b>Trouble</b> & more: %s'
                  description: 'trouble is {{ $value }}'
        """
            .formatted("x".repeat(400)));
    Path config = folder.resolve("prometheus.yml");
    Files.writeString(
        config,
        """
        global: {scrape_interval: 250ms, evaluation_interval: 250ms}
        rule_files: [%s]
        alerting:
          alertmanagers:
            - static_configs: [{targets: ['127.0.0.1:%d']}]
        scrape_configs:
          - job_name: figures
            static_configs: [{targets: ['127.0.0.1:%d']}]
        """
            .formatted(rules, alertmanager, figures));
    return run(
        "prometheus",
        PROMETHEUS,
        "--config.file=" + config,
        "--storage.tsdb.path=" + folder.resolve("prometheus"),
        "--web.listen-address=127.0.0.1:" + freePort(),
        "--rules.alert.resend-delay=1s");
  }

  private Process run(String name, Path program, String... options) throws IOException {
    var command = new java.util.ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(options));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(name + ".out").toFile())
        .start();
  }

  private static void end(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().onExit().join();
    }
  }

  private static int freePort() throws IOException {
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static String url(ServerProcess server) throws IOException {
    String file = Files.readString(server.data().resolve("server.json"));
    return "http://127.0.0.1:" + file.replaceAll("(?s).*\"port\"\\s*:\\s*(\\d+).*", "$1");
  }

  /// The alerts' events, oldest first.
  private static List<Json.Obj> events(ServerProcess server) throws Exception {
    byte[] body = server.get("/audit?type=notification.admin_alert&order=oldest").body();
    Json.Obj data = ((Json.Obj) AnyJson.read(body)).object("data");
    return data.get("events") instanceof Json.Arr(var all)
        ? all.stream().map(one -> (Json.Obj) one).toList()
        : List.of();
  }

  /// The last of so many events, when it is such a one.
  private Json.Obj awaited(ServerProcess server, Predicate<Json.Obj> such, int count)
      throws Exception {
    Instant until = Instant.now().plus(Duration.ofMinutes(2));
    while (Instant.now().isBefore(until)) {
      List<Json.Obj> events = events(server);
      if (events.size() >= count && such.test(events.getLast())) {
        return events.getLast();
      }
      Thread.sleep(100);
    }
    throw new AssertionError(
        "no such event of "
            + events(server)
            + "\n"
            + Files.readString(folder.resolve("alertmanager.out"))
            + Files.readString(folder.resolve("prometheus.out")));
  }

  private static Json.Obj what(Json.Obj event) {
    return event.object("details").object("what");
  }

  /// What there is for the operators to read.
  private static String told(ServerProcess server) throws Exception {
    return new String(server.get("/notifications").body(), StandardCharsets.UTF_8);
  }
}
