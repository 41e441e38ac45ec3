package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qerberos.event.Json;
import qerberos.http.RunningService.Reply;
import qerberos.identity.Permission;
import qerberos.identity.Scope;

/// Searches that are kept under a name: whose they are, what they find, and that keeping them is an
/// event.
class SavedSearchesTest {
  @TempDir static Path folder;
  private static RunningService service;
  private static String alice;
  private static String bob;
  private static String carol;

  @BeforeAll
  static void start() throws Exception {
    service = RunningService.in(folder);
    alice = service.login("alice");
    bob = service.login("bob");
    carol = service.login("carol");
    for (String who : List.of("alice", "bob")) {
      for (String verdict : List.of("ALLOW", "DENY")) {
        String event =
            RunningService.event(who + verdict, "t.saved", "did:squid:" + who)
                .replace("\"verdict\":\"ALLOW\"", "\"verdict\":\"" + verdict + "\"");
        assertThat(service.post("/audit?wait=indexed", service.admin, event).status())
            .isEqualTo(201);
      }
    }
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
  }

  private static Reply put(String name, String token, String body) throws Exception {
    return service.send(
        service
            .request("/audit/searches/" + name, token)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body)));
  }

  private static Reply delete(String name, String token) throws Exception {
    return service.send(service.request("/audit/searches/" + name, token).DELETE());
  }

  private static String shown(Reply reply) {
    return reply.text().replaceAll("\"(createdAt|changedAt)\":\"[^\"]*\"", "\"$1\":\"T\"");
  }

  private static long acts(String type, String ref) throws Exception {
    service.awaitIndexed();
    Json count =
        service
            .get("/audit?q=type:" + type + "%20ref:%22" + ref + "%22", service.admin)
            .data()
            .get("totalCount");
    return count instanceof Json.Num(var value) ? (long) value : -1;
  }

  @Test
  void keptUsedChangedAndDeleted_eachActAnEvent() throws Exception {
    String denied = "{\"q\":\"type:t.saved verdict:DENY\",\"order\":\"oldest\"}";
    Reply made = put("denied", service.admin, denied);
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    assertThat(shown(made))
        .contains(
            "\"data\":{\"name\":\"denied\",\"q\":\"type:t.saved verdict:DENY\","
                + "\"order\":\"oldest\",\"shared\":false,\"owner\":\"token:admin\","
                + "\"createdAt\":\"T\",\"changedAt\":\"T\"}");
    Reply found = service.get("/audit?search=denied", service.admin);
    assertThat(found.text()).contains("\"totalCount\":2,");
    assertThat(found.text().indexOf("aliceDENY")).isLessThan(found.text().indexOf("bobDENY"));
    Reply newest = service.get("/audit?search=denied&order=newest&limit=1", service.admin);
    assertThat(newest.text()).contains("bobDENY").doesNotContain("aliceDENY");
    assertThat(
            service.get("/audit?search=denied&q=actor:%22did:squid:bob%22", service.admin).text())
        .contains("\"totalCount\":1,", "bobDENY");
    assertThat(service.get("/audit/stats?search=denied", service.admin).text())
        .contains("\"count\":2,");
    Reply first = service.get("/audit?search=denied&limit=1", service.admin);
    String cursor = String.valueOf(first.data().text("nextCursor"));
    assertThat(service.get("/audit?search=denied&limit=1&cursor=" + cursor, service.admin).text())
        .contains("bobDENY");

    Reply changed = put("denied", service.admin, "{\"q\":\"type:t.saved verdict:ALLOW\"}");
    assertThat(changed.status()).isEqualTo(200);
    assertThat(service.get("/audit?search=denied", service.admin).text())
        .contains("aliceALLOW", "bobALLOW")
        .doesNotContain("aliceDENY");
    assertThat(service.get("/audit/searches/denied", service.admin).text())
        .contains("\"q\":\"type:t.saved verdict:ALLOW\"");
    assertThat(acts("search.save", "qerberos:search:denied")).isEqualTo(2);
    assertThat(service.get("/audit?type=search.save&order=oldest", service.admin).text())
        .contains(
            "\"what\":{\"order\":\"oldest\",\"q\":\"type:t.saved verdict:DENY\","
                + "\"query\":\"type:t.saved verdict:DENY\",\"replaced\":false,\"shared\":false}");

    assertThat(delete("denied", service.admin).status()).isEqualTo(200);
    Reply again = delete("denied", service.admin);
    assertThat(again.status()).isEqualTo(404);
    assertThat(again.json().text("message")).isEqualTo("no saved search of yours has this name");
    assertThat(acts("search.delete", "qerberos:search:denied")).isEqualTo(1);
    assertThat(service.get("/audit/searches/denied", service.admin).status()).isEqualTo(404);
    Reply gone = service.get("/audit?search=denied", service.admin);
    assertThat(gone.status()).isEqualTo(400);
    assertThat(gone.json().text("message")).isEqualTo("search: no saved search has this name");
    assertThat(service.state.outbox().all()).isEmpty();
  }

  @Test
  void aSearchIsOnesOwn_untilItIsShared_andFindsWhatItsUserMaySee() throws Exception {
    String every = "{\"q\":\"type:t.saved\",\"shared\":%s}";
    assertThat(put("mine", alice, every.formatted(false)).status()).isEqualTo(201);
    assertThat(put("ours", alice, every.formatted(true)).status()).isEqualTo(201);

    // Carol is of the same organisation, Bob is not.
    assertThat(service.get("/audit/searches/mine", carol).status()).isEqualTo(404);
    assertThat(service.get("/audit/searches/ours", carol).status()).isEqualTo(200);
    assertThat(service.get("/audit/searches/ours", bob).status()).isEqualTo(404);
    assertThat(service.get("/audit?search=ours", bob).status()).isEqualTo(400);
    assertThat(service.get("/audit/searches", bob).text()).doesNotContain("did:squid:alice");
    assertThat(service.get("/audit/searches", carol).text())
        .contains("\"ours\"")
        .doesNotContain("\"mine\"");
    assertThat(delete("ours", carol).status()).isEqualTo(404);
    assertThat(service.get("/audit/searches/mine", service.admin).status()).isEqualTo(404);

    assertThat(service.get("/audit?search=ours", alice).text())
        .contains("\"totalCount\":2,")
        .doesNotContain("bobALLOW");
    assertThat(service.get("/audit?search=ours", service.admin).text())
        .contains("\"totalCount\":4,");
    // One's own name comes first.
    assertThat(put("ours", service.admin, "{\"q\":\"verdict:DENY type:t.saved\"}").status())
        .isEqualTo(201);
    assertThat(service.get("/audit?search=ours", service.admin).text())
        .contains("\"totalCount\":2,");
    assertThat(service.get("/audit?search=ours&searchOwner=did:squid:alice", service.admin).text())
        .contains("\"totalCount\":4,");
    assertThat(delete("ours", service.admin).status()).isEqualTo(200);
  }

  @Test
  void severalOfOneName_areNotGuessedAt() throws Exception {
    String one = service.token("one", Scope.OWN, Permission.AUDIT_READ);
    String two = service.token("two", Scope.OWN, Permission.AUDIT_READ);
    for (String token : List.of(one, two)) {
      String body = "{\"q\":\"type:t.saved\",\"shared\":true}";
      assertThat(put("twice", token, body).status()).isEqualTo(201);
    }
    Reply unclear = service.get("/audit?search=twice", bob);
    assertThat(unclear.status()).isEqualTo(400);
    assertThat(unclear.json().text("message"))
        .isEqualTo(
            "search: several share one of this name, want searchOwner, one of token:one,"
                + " token:two");
    assertThat(service.get("/audit/searches/twice", bob).json().text("message"))
        .isEqualTo("name: several share one of this name, want owner, one of token:one, token:two");
    assertThat(service.get("/audit/searches/twice?owner=token:two", bob).text())
        .contains("\"owner\":\"token:two\"");
    assertThat(service.get("/audit?search=twice&searchOwner=token:two", bob).status())
        .isEqualTo(200);
    assertThat(service.get("/audit?search=twice", one).status()).isEqualTo(200);
  }

  @Test
  void streamAndExport_findWhatASavedSearchFinds() throws Exception {
    assertThat(put("follow", service.admin, "{\"q\":\"type:t.saved verdict:DENY\"}").status())
        .isEqualTo(201);
    String bobs = "?search=follow&actor=did:squid:bob";
    assertThat(service.get("/audit/export?search=follow", service.admin).text())
        .contains("aliceDENY", "bobDENY")
        .doesNotContain("ALLOW");
    assertThat(service.get("/audit/export" + bobs, service.admin).text())
        .contains("bobDENY")
        .hasLineCount(1);
    assertThat(service.get("/audit/export/manifest" + bobs, service.admin).text())
        .contains("\"count\":1,", "type:t.saved verdict:DENY actor:");
    for (String query : List.of("?search=follow", bobs)) {
      try (var reader =
          new StreamReader(service.request("/audit/stream" + query + "&from=0", service.admin))) {
        assertThat(reader.status).isEqualTo(200);
        if (!query.equals(bobs)) {
          assertThat(reader.next().json().text("id")).isEqualTo("aliceDENY");
        }
        assertThat(reader.next().json().text("id")).isEqualTo("bobDENY");
      }
    }
    for (String path : List.of("stream", "export", "export/manifest")) {
      Reply none = service.get("/audit/" + path + "?search=none-such", service.admin);
      assertThat(none.status()).isEqualTo(400);
      assertThat(none.json().text("message")).isEqualTo("search: no saved search has this name");
      assertThat(service.get("/audit/" + path + "?search=follow", bob).status()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          x | {}                              | q: missing, want a query
          x | {"q":7}                         | q: want a text
          x | {"q":"type:"}                   | q: column 6: type: no value, want one right after the colon
          x | {"q":"a","order":"up"}          | order: "up", want newest, oldest or time
          x | {"q":"a","shared":"yes"}        | shared: want true or false
          x | {"q":"a","colour":"red"}        | colour: unknown, want one of q, order, shared
          x | [1]                             | body: want a JSON object
          a%00b | {"q":"a"}                   | name: holds a control character, want letters, digits and signs
          """)
  void aMistake_namesItsField(String name, String body, String message) throws Exception {
    Reply reply = put(name, service.admin, body);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().text("message")).isEqualTo(message);
    assertThat(service.get("/audit/searches/x", service.admin).status()).isEqualTo(404);
  }

  @Test
  void aNameHasOneToAHundredCharacters_whateverTheyAre() throws Exception {
    String longest = "%F0%9F%99%82".repeat(100);
    assertThat(put(longest, service.admin, "{\"q\":\"\"}").status()).isEqualTo(201);
    assertThat(service.get("/audit?limit=1&search=" + longest, service.admin).status())
        .isEqualTo(200);
    assertThat(acts("search.save", "qerberos:search:" + longest)).isEqualTo(1);
    assertThat(delete(longest, service.admin).status()).isEqualTo(200);
    for (String path : List.of("/audit/searches/", "/audit?search=")) {
      Reply reply = service.get(path + longest + "x", service.admin);
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.json().text("message")).endsWith(": length 101, want 1..100");
    }
    assertThat(put("a%20b%2F%22c%22", service.admin, "{\"q\":\"*\"}").status()).isEqualTo(201);
    assertThat(service.get("/audit/searches/a%20b%2F%22c%22", service.admin).text())
        .contains("\"name\":\"a b/\\\"c\\\"\"");
  }

  @Test
  void whoMayNotRead_keepsNothing() throws Exception {
    String writer = service.token("writer", Scope.OWN, Permission.AUDIT_WRITE);
    for (String token : List.of("", writer)) {
      int status = token.isEmpty() ? 401 : 403;
      assertThat(put("w", token, "{\"q\":\"*\"}").status()).isEqualTo(status);
      assertThat(delete("w", token).status()).isEqualTo(status);
      assertThat(service.get("/audit/searches", token).status()).isEqualTo(status);
    }
  }
}
