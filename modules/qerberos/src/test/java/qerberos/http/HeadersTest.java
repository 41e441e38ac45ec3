package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.http.RunningService.Reply;
import qerberos.settings.TlsSettings;

/// What every answer says to browsers and caches, whatever was asked and however it ended.
class HeadersTest {
  @TempDir Path folder;

  @Test
  void everyRoute_saysHowItsAnswersMayBeUsed() throws Exception {
    TlsSettings tls = OwnPair.make(folder, "-keyalg EC -groupname secp256r1").into(folder);
    for (boolean secure : List.of(false, true)) {
      try (var service =
          RunningService.in(
              folder.resolve(secure ? "tls" : "plain"),
              http -> http.withTls(secure ? tls : null),
              RunningService.WIDE,
              storage -> storage)) {
        String event = RunningService.event("e1", "t.headers", "did:squid:alice");
        assertThat(service.post("/audit?wait=proof", service.admin, event).status()).isIn(200, 201);
        List<Route> routes = new ArrayList<>(service.api.routes());
        routes.add(Route.open("GET", "/nothing/here", _ -> Answer.text(200, "")));
        routes.add(Route.open("TRACE", "/audit", _ -> Answer.text(200, "")));
        assertThat(routes.size()).isGreaterThan(20);
        for (Route route : routes) {
          String path = route.pattern().replaceAll("\\{[^}]*}", "e1").replace("**", "0/000.p/1");
          if (path.equals("/audit/stream") || path.startsWith("/bus/")) {
            path += "?from=nowhere"; // a live answer has no end; this one is refused
          }
          for (String token : List.of(service.admin, "", "wrong")) {
            Reply reply =
                service.send(
                    service.request(path, token).method(route.method(), BodyPublishers.noBody()));
            check(route.method() + " " + path + " " + reply.status(), reply, secure);
          }
        }
      }
    }
  }

  private static void check(String what, Reply reply, boolean secure) {
    assertThat(reply.status()).as(what).isNotEqualTo(500);
    assertThat(reply.header("X-Content-Type-Options")).as(what).isEqualTo("nosniff");
    assertThat(reply.header("X-Frame-Options")).as(what).isEqualTo("DENY");
    assertThat(reply.header("Referrer-Policy")).as(what).isEqualTo("no-referrer");
    assertThat(reply.header("Content-Security-Policy")).as(what).contains("default-src 'none'");
    assertThat(reply.header("Permissions-Policy")).as(what).isNotEmpty();
    assertThat(reply.header("X-Request-ID")).as(what).isNotEmpty();
    assertThat(reply.header("Strict-Transport-Security").isEmpty()).as(what).isEqualTo(!secure);
    boolean log = what.contains(" /log/") && reply.status() < 300;
    boolean described =
        (what.contains(" /openapi.") || what.contains(" /docs")) && reply.status() < 300;
    assertThat(reply.header("Access-Control-Allow-Origin"))
        .as(what)
        .isEqualTo(log || described ? "*" : "");
    assertThat(reply.header("Access-Control-Allow-Credentials")).as(what).isEmpty();
    if (what.contains(" /log/tile/") && log && what.startsWith("GET")) {
      assertThat(reply.header("Cache-Control")).as(what).contains("immutable");
    } else if (described) {
      assertThat(reply.header("Cache-Control")).as(what).isEqualTo("public, max-age=300");
    } else {
      assertThat(reply.header("Cache-Control")).as(what).isEqualTo("no-store");
    }
  }
}
