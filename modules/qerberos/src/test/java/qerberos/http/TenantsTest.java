package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.bus.Topic;
import qerberos.event.Json;
import qerberos.http.RunningService.Reply;
import qerberos.identity.Permission;
import qerberos.identity.Scope;

/// Two of everything: what belongs to one must not be seen by the other, in no row, count, proof or
/// entry. What one may not see does not exist.
class TenantsTest {
  @TempDir static Path folder;
  private static RunningService service;
  private static String red;
  private static String blue;
  private static String alice;
  private static String bob;
  private static String carol;

  @BeforeAll
  static void start() throws Exception {
    service = RunningService.in(folder);
    red = service.token("red", Scope.OWN, Permission.AUDIT_WRITE, Permission.AUDIT_READ);
    blue = service.token("blue", Scope.OWN, Permission.AUDIT_WRITE, Permission.AUDIT_READ);
    alice = service.login("alice");
    bob = service.login("bob");
    carol = service.login("carol");
    for (int i = 0; i < 3; i++) {
      service.post("/audit", red, event("red-" + i, "did:squid:alice", "dao:red"));
      service.post("/audit", blue, event("blue-" + i, "did:squid:bob", "dao:blue"));
    }
    service.post("/audit", red, event("shared", "did:squid:alice", "dao:red"));
    service.post("/audit", blue, event("shared", "did:squid:bob", "dao:blue"));
    service.awaitIndexed();
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
  }

  private static String event(String id, String actor, String dao) {
    return RunningService.event(id, "tenant.test", actor)
        .replace("\"}", "\",\"daoId\":\"" + dao + "\"}")
        .replace("\"with\":\"partner\",\"daoId\":\"" + dao + "\"", "\"with\":\"partner\"");
  }

  @Test
  void rowsAndCounts_areOnesOwn() throws Exception {
    for (String[] who :
        List.of(
            new String[] {red, "red", "4"},
            new String[] {blue, "blue", "4"},
            new String[] {alice, "red", "4"},
            new String[] {bob, "blue", "4"},
            new String[] {carol, "red", "4"},
            new String[] {service.admin, "", "8"})) {
      Reply reply = service.get("/audit?type=tenant.test", who[0]);
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
      assertThat(reply.data().get("totalCount")).isEqualTo(Json.of(Double.parseDouble(who[2])));
      if (!who[1].isEmpty()) {
        String others = who[1].equals("red") ? "blue" : "red";
        assertThat(reply.text()).doesNotContain(others + "-", "dao:" + others);
      }
    }
  }

  @Test
  void exports_areOnesOwn_inEveryFormat() throws Exception {
    for (String[] who :
        List.of(
            new String[] {red, "red"},
            new String[] {blue, "blue"},
            new String[] {alice, "red"},
            new String[] {bob, "blue"},
            new String[] {carol, "red"})) {
      String others = who[1].equals("red") ? "blue" : "red";
      for (String query :
          List.of("", "&q=id:" + others + "-1", "&q=*%20OR%20source:%22token:" + others + "%22")) {
        for (String format : List.of("ndjson", "csv")) {
          Reply reply =
              service.get("/audit/export?type=tenant.test&format=" + format + query, who[0]);
          assertThat(reply.status()).as(reply.text()).isEqualTo(200);
          assertThat(reply.text()).as(query).doesNotContain(others + "-", "dao:" + others);
          assertThat(reply.text().contains(who[1] + "-2")).isEqualTo(!query.startsWith("&q=id"));
        }
      }
      Reply manifest = service.get("/audit/export/manifest?type=tenant.test", who[0]);
      assertThat(manifest.data().get("count")).isEqualTo(Json.of(4));
    }
  }

  @Test
  void streams_areOnesOwn_fromTheBeginningAndLive() throws Exception {
    List<StreamReader> streams = new ArrayList<>();
    String[] whose = {"red", "blue", "red", "blue", "red"};
    try {
      for (String who : List.of(red, blue, alice, bob, carol)) {
        streams.add(
            new StreamReader(
                service
                    .request("/audit/stream?from=0&q=type:tenant.test%20OR%20type:now", who)
                    .GET()));
      }
      for (int i = 0; i < 3; i++) {
        service.post("/audit", blue, now(event("blue-now" + i, "did:squid:bob", "dao:blue")));
        service.post("/audit", red, now(event("red-now" + i, "did:squid:alice", "dao:red")));
      }
      for (int i = 0; i < whose.length; i++) {
        String others = whose[i].equals("red") ? "blue" : "red";
        List<StreamReader.Event> events = streams.get(i).next(7);
        assertThat(events.toString()).doesNotContain(others + "-", "dao:" + others);
        assertThat(events.getLast().json().text("id")).isEqualTo(whose[i] + "-now2");
        assertThat(streams.get(i).isEmpty()).isTrue();
      }
    } finally {
      streams.forEach(StreamReader::close);
    }
  }

  @Test
  void theBus_isForThoseWhoSeeEverything() throws Exception {
    for (Topic topic : Topic.values()) {
      for (String who : List.of(red, blue, alice, bob, carol)) {
        Reply reply = service.get("/bus/" + topic.text() + "?from=0", who);
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.json().text("message")).contains("want it with scope all");
      }
    }
  }

  private static String now(String event) {
    return event.replace("tenant.test", "now");
  }

  @Test
  void queriesCannotWidenWhatOneSees() throws Exception {
    for (String query :
        List.of(
            "q=actor:%22did:squid:bob%22",
            "actor=did:squid:bob",
            "source=token:blue",
            "q=daoId:%22dao:blue%22",
            "q=*%20OR%20source:%22token:blue%22",
            "q=id:blue-1")) {
      for (String who : List.of(red, alice, carol)) {
        Reply reply = service.get("/audit?type=tenant.test&" + query, who);
        assertThat(reply.status()).as(query).isEqualTo(200);
        assertThat(reply.text()).as(query).doesNotContain("blue-1", "did:squid:bob\"");
      }
    }
  }

  @Test
  void oneEventItsEntryAndItsProof_doNotExistForTheOther() throws Exception {
    for (String suffix : List.of("", "/entry", "/proof")) {
      assertThat(service.get("/audit/blue-1" + suffix, blue).status()).isEqualTo(200);
      assertThat(service.get("/audit/blue-1" + suffix, bob).status()).isEqualTo(200);
      for (String who : List.of(red, alice, carol)) {
        for (String source : List.of("", "?source=token:blue")) {
          Reply reply = service.get("/audit/blue-1" + suffix + source, who);
          assertThat(reply.status()).isEqualTo(404);
          assertThat(reply.text()).doesNotContain("did:squid:bob");
        }
      }
    }
  }

  @Test
  void anIdThatBothUsed_isOnesOwn_andSourcePicks() throws Exception {
    assertThat(service.get("/audit/shared", red).data().text("source")).isEqualTo("token:red");
    assertThat(service.get("/audit/shared", blue).data().text("source")).isEqualTo("token:blue");
    assertThat(service.get("/audit/shared", alice).data().text("source")).isEqualTo("token:red");
    assertThat(service.get("/audit/shared", service.admin).data().text("source"))
        .isEqualTo("token:blue");
    assertThat(service.get("/audit/shared?source=token:red", service.admin).data().text("source"))
        .isEqualTo("token:red");
  }

  @Test
  void theLogItself_wantsScopeAllForEntries_andNothingForHashes() throws Exception {
    long size = service.trail.ledger().checkpoint().size();
    String width = size < 256 ? ".p/" + size : "";
    String entries = "/log/tile/entries/000" + width;
    assertThat(service.get(entries, "").status()).isEqualTo(401);
    for (String who : List.of(red, alice, carol)) {
      assertThat(service.get(entries, who).status()).isEqualTo(403);
      assertThat(service.get("/audit/verify?from=0&to=1", who).status()).isEqualTo(403);
    }
    String reader = service.token("reader", Scope.ALL, Permission.AUDIT_READ);
    assertThat(service.get(entries, reader).status()).isEqualTo(200);
    assertThat(service.get("/log/tile/0/000" + width, "").status()).isEqualTo(200);
    assertThat(service.get("/log/checkpoint", "").status()).isEqualTo(200);
  }

  @Test
  void whoMayOnlyRead_doesNotWrite() throws Exception {
    Reply reply = service.post("/audit", bob, event("bob-1", "did:squid:bob", "dao:blue"));
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.code()).isEqualTo("QONSENT_DENIED");
    assertThat(reply.json().text("message")).contains("qerberos:audit:write");
  }
}
