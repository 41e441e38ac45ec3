package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Json;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.intake.AnyJson;
import qerberos.settings.HttpSettings;

/// What becomes of an export that is running when the service stops.
final class ExportAtTheEndTest {
  private static final int EVENTS = 1_200;

  @TempDir private Path folder = Path.of("");

  /// Neither the patience with a slow reader nor the drain would end the export within this test.
  private static HttpSettings patient(HttpSettings usual) {
    return usual.withPatience(Duration.ofMinutes(10)).withDrain(Duration.ofMinutes(5));
  }

  private RunningService serve() throws IOException {
    return RunningService.in(
        folder, ExportAtTheEndTest::patient, RunningService.WIDE, UnaryOperator.identity());
  }

  private static void fill(RunningService service, String token) throws Exception {
    String padding = "x".repeat(10_000);
    var body = new StringBuilder();
    for (int i = 0; i < EVENTS; i++) {
      body.append(
              RunningService.event("x-" + i, "export.test", "did:squid:ada")
                  .replace("partner", padding))
          .append('\n');
    }
    RunningService.Reply reply =
        service.post(
            "/audit/batch", token, body.toString(), "Content-Type", "application/x-ndjson");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  @Test
  @Timeout(120)
  void aSlowReaderHoldsUpNobody_andGoesOnBehindTheLastRow() throws Exception {
    String path = "/audit/export?type=export.test";
    String answer;
    String token;
    try (var reader = new Socket()) {
      reader.setReceiveBufferSize(4 << 10);
      try (RunningService service = serve()) {
        token = service.token("taker", Scope.OWN, Permission.AUDIT_WRITE, Permission.AUDIT_READ);
        fill(service, token);
        reader.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), service.port()));
        reader
            .getOutputStream()
            .write(
                ("GET "
                        + path
                        + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        + token
                        + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        answer = new String(reader.getInputStream().readNBytes(100_000), StandardCharsets.UTF_8);
      }
      answer += rest(reader.getInputStream());
    }
    assertThat(answer).startsWith("HTTP/1.1 200 ").doesNotContain("\r\n0\r\n");
    String size = answer.replaceFirst("(?s).*?\r\nX-Log-Size: (\\d+)\r\n.*", "$1");
    String got = rows(answer);
    String last = got.substring(got.lastIndexOf('\n', got.length() - 2) + 1).strip();
    var row = (Json.Obj) AnyJson.read(last.getBytes(StandardCharsets.UTF_8));
    long seq = row.get("seq") instanceof Json.Num(var value) ? (long) value : -1;
    assertThat(seq).isBetween(1L, EVENTS - 2L);
    try (RunningService service = serve()) {
      String pinned = path + "&size=" + size;
      String whole = service.get(pinned, token).text();
      String more = service.get(pinned + "&after=" + seq, token).text();
      assertThat(whole.lines().count()).isEqualTo(EVENTS);
      assertThat(got + more).isEqualTo(whole);
    }
  }

  /// What still comes, until the connection is closed in whatever way.
  private static String rest(InputStream in) {
    var bytes = new ByteArrayOutputStream();
    try {
      in.transferTo(bytes);
    } catch (IOException e) {
      // reset: what was on its way is lost
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /// The whole rows of a body in chunks that may break off.
  private static String rows(String answer) {
    String left = answer.substring(answer.indexOf("\r\n\r\n") + 4);
    var body = new StringBuilder();
    while (true) {
      int end = left.indexOf("\r\n");
      if (end < 0) {
        break;
      }
      int length = Integer.parseInt(left.substring(0, end), 16);
      int from = end + 2;
      body.append(left, from, Math.min(left.length(), from + length));
      if (left.length() < from + length + 2) {
        break;
      }
      left = left.substring(from + length + 2);
    }
    return body.substring(0, body.lastIndexOf("\n") + 1);
  }
}
