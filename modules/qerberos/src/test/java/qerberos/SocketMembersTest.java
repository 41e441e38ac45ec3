package qerberos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// WebSockets at real processes that share a data folder: whoever is connected, to any of them,
/// hears everything, whichever of them dies or leaves.
class SocketMembersTest {
  private static final Path EDGE = Path.of("../../cerberus/deploy/edge/haproxy.cfg");
  private static final String OWN = "/notifications/ws/token:admin";
  private static final Pattern ALERT = Pattern.compile("\"subject\":\"firing: ([^\"]+)\"");
  private static final List<String> PATIENT =
      List.of(
          "/usr/bin/env",
          "QERBEROS_TAKEOVER_WAIT=60s",
          "QERBEROS_LEAVE_NOTICE=0s",
          "QERBEROS_RATE_LIMIT_MAX=1000000");

  @TempDir Path folder = Path.of(".");
  private final List<ServerProcess> members = new ArrayList<>();
  private int told;

  private ServerProcess join() throws Exception {
    Path data = folder.resolve("data");
    ServerProcess member = ServerProcess.start(PATIENT, data, data, "--join");
    members.add(member);
    return member;
  }

  @AfterEach
  void nothingIsLeftRunning() {
    members.forEach(ServerProcess::close);
  }

  /// One that goes on from where it was, wherever it can.
  private final class Follower {
    private final List<String> heard = new ArrayList<>();
    private final int port;
    private SocketClient socket;
    private long place;

    Follower(int port) throws Exception {
      this.port = port;
      this.socket = connected("");
      this.place = SocketClient.place(socket.next());
    }

    private SocketClient connected(String query) throws Exception {
      return SocketClient.open(
          port, OWN + query, "Authorization", "Bearer " + members.getFirst().token());
    }

    void again() throws Exception {
      socket.close();
      for (int i = 0; ; i++) {
        try {
          socket = connected("?last_event_id=" + place);
          assertThat(socket.next()).contains("\"hello\"");
          return;
        } catch (CompletionException e) {
          assertThat(i).as("comes back: " + e).isLessThan(600);
          Thread.sleep(100);
        }
      }
    }

    void hear(int all) throws Exception {
      while (heard.size() < all) {
        String message = socket.next();
        Matcher alert = ALERT.matcher(message);
        assertThat(alert.find()).as(message).isTrue();
        heard.add(alert.group(1));
        assertThat(SocketClient.place(message)).isGreaterThan(place);
        place = SocketClient.place(message);
      }
    }
  }

  private void tell(ServerProcess by) throws Exception {
    HttpResponse<byte[]> answer =
        by.post(
            "/notifications/admin-alert",
            "application/json",
            "{\"summary\":\"n" + ++told + "\",\"severity\":\"critical\"}");
    assertThat(answer.statusCode())
        .as(new String(answer.body(), StandardCharsets.UTF_8))
        .isEqualTo(200);
  }

  private List<String> all() {
    List<String> all = new ArrayList<>();
    for (int i = 1; i <= told; i++) {
      all.add("n" + i);
    }
    return all;
  }

  private ServerProcess writer() throws Exception {
    while (true) {
      for (ServerProcess member : members) {
        String health = new String(member.get("/health/detailed").body(), StandardCharsets.UTF_8);
        if (health.contains("\"role\":\"writer\"")) {
          return member;
        }
      }
    }
  }

  @Test
  void whicheverOneIsConnectedTo_nothingIsMissed_whenTheWriterDiesOrAReaderLeaves()
      throws Exception {
    for (int i = 0; i < 3; i++) {
      join();
    }
    ServerProcess writer = writer();
    List<ServerProcess> readers = members.stream().filter(one -> one != writer).toList();
    assertThat(SocketClient.status(readers.getFirst().port(), OWN)).as("no token").isEqualTo(401);
    List<Follower> followers = new ArrayList<>();
    for (ServerProcess member : List.of(readers.get(0), readers.get(1), writer)) {
      followers.add(new Follower(member.port()));
    }
    for (ServerProcess member : members) {
      tell(member);
    }
    for (Follower one : followers) {
      one.hear(told);
    }
    members.remove(writer);
    writer.kill();
    assertThat(followers.removeLast().socket.closedWith()).isEqualTo(1006);
    for (Follower one : followers) {
      assertThat(one.socket.closedWith()).as("the reader says why").isEqualTo(1012);
    }
    tell(readers.getFirst());
    for (Follower one : followers) {
      one.again();
    }
    tell(readers.getLast());
    for (Follower one : followers) {
      one.hear(told);
      assertThat(one.heard).isEqualTo(all());
    }
    leaving(writer(), followers);
  }

  /// A process that is asked to end says so, whether it writes or not.
  private void leaving(ServerProcess writer, List<Follower> followers) throws Exception {
    for (ServerProcess member :
        List.of(members.stream().filter(one -> one != writer).findFirst().orElseThrow(), writer)) {
      Follower there =
          followers.stream().filter(one -> one.port == member.port()).findFirst().orElseThrow();
      assertThat(member.stop()).as("exit status after SIGTERM").isZero();
      assertThat(there.socket.closedWith()).isEqualTo(1001);
    }
  }

  @Test
  void aSocketPassesThroughTheEdge() throws Exception {
    Path haproxy = Path.of("/usr/sbin/haproxy");
    assumeTrue(Files.isExecutable(haproxy), "needs haproxy: apt-get install haproxy");
    join();
    join();
    int port = freePort();
    List<String> command =
        List.of(
            "/usr/bin/env",
            "EDGE_ADDRESS=127.0.0.1:" + port,
            "QERBEROS_1=127.0.0.1:" + members.get(0).port(),
            "QERBEROS_2=127.0.0.1:" + members.get(1).port(),
            haproxy.toString(),
            "-db",
            "-f",
            EDGE.toAbsolutePath().normalize().toString());
    Process edge =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("edge.out").toFile())
            .start();
    try {
      awaitOpen(port);
      Follower first = new Follower(port);
      Follower second = new Follower(port);
      tell(members.getFirst());
      first.hear(1);
      second.hear(1);
      assertThat(SocketClient.status(port, OWN)).isEqualTo(401);
    } finally {
      edge.destroy();
      int _ = edge.waitFor();
    }
  }

  /// The edge sends nobody anywhere before it has looked at who is ready.
  private void awaitOpen(int port) throws Exception {
    for (int i = 0; ; i++) {
      try (var client = new PlainClient(port)) {
        if (client.ask("GET /health/ready\n", "", false).status() == 200) {
          return;
        }
      } catch (IOException e) {
        assertThat(i).as(Files.readString(folder.resolve("edge.out"))).isLessThan(300);
      }
      Thread.sleep(100);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
