package qerberos;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real process, killed for real the moment it has answered: what was done to the service
/// itself, who came in and who was refused is in the ledger nevertheless.
class OwnActsCrashTest {
  private static final Pattern TOKEN = Pattern.compile("qrb_[A-Za-z0-9_]+");

  @TempDir Path folder = Path.of(".");
  private String token = "";

  private interface Act {
    /// Does something and returns a query that finds it.
    String on(ServerProcess server) throws Exception;
  }

  @Test
  void killedRightAfterTheAnswer_theActIsThere() throws Exception {
    Path data = folder.resolve("data");
    List<Act> acts = List.of(this::createToken, this::useToken, this::block, this::beRefused);
    List<String> queries = new ArrayList<>();
    for (Act act : acts) {
      try (var server = ServerProcess.start(data)) {
        queries.add(act.on(server));
        server.kill();
      }
    }
    try (var server = ServerProcess.start(data)) {
      for (String query : queries) {
        assertThat(server.get("/audit?" + query).body())
            .as(query)
            .asString(StandardCharsets.UTF_8)
            .contains("\"totalCount\":1,");
      }
    }
  }

  private String createToken(ServerProcess server) throws Exception {
    HttpResponse<byte[]> answer =
        server.post(
            "/admin/tokens",
            "application/json",
            "{\"name\":\"shop\",\"permissions\":[\"qerberos:audit:read\"],\"scope\":\"own\"}");
    assertThat(answer.statusCode()).isEqualTo(201);
    Matcher text = TOKEN.matcher(new String(answer.body(), StandardCharsets.UTF_8));
    assertThat(text.find()).isTrue();
    token = text.group();
    return "type=token.create";
  }

  private String useToken(ServerProcess server) throws Exception {
    assertThat(server.get("/audit/none", token).statusCode()).isEqualTo(404);
    return "type=auth.login&verdict=ALLOW&actor=token:shop";
  }

  private String block(ServerProcess server) throws Exception {
    assertThat(server.put("/admin/blocks/did:squid:mallory", "{\"reason\":\"x\"}").statusCode())
        .isEqualTo(200);
    return "type=identity.block&ref=qerberos:identity:did:squid:mallory";
  }

  private String beRefused(ServerProcess server) throws Exception {
    assertThat(server.get("/audit/none", "qrb_nonsense").statusCode()).isEqualTo(401);
    return "type=auth.login&verdict=DENY";
  }
}
