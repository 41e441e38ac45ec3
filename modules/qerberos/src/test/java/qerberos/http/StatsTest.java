package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
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

/// Numbers about events, and whose they are: everything that is counted is the caller's own to see.
class StatsTest {
  private static final String EVERYTHING =
      "top=type,actor,subId,daoId,source,ref,details.plan,details.host&size=50"
          + "&distinct=actor,details.plan,details.host&interval=1d&by=details.plan";

  private static final String FACETS =
      "facets=type,actor,subId,daoId,source,ref,details.plan,details.host&facetSize=50";

  @TempDir static Path folder;
  private static RunningService service;
  private static String red;
  private static String blue;
  private static String alice;
  private static String bob;
  private static String carol;
  private static String north;
  private static String south;

  @BeforeAll
  static void start() throws Exception {
    service = RunningService.in(folder);
    red = service.token("red", Scope.OWN, Permission.AUDIT_WRITE, Permission.AUDIT_READ);
    blue = service.token("blue", Scope.OWN, Permission.AUDIT_WRITE, Permission.AUDIT_READ);
    String green = service.token("green", Scope.OWN, Permission.AUDIT_WRITE);
    alice = service.login("alice");
    bob = service.login("bob");
    carol = service.login("carol");
    north = service.login("dora", "north");
    south = service.login("dora", "south");
    for (int i = 0; i < 6; i++) {
      post(red, event("red", i, "did:squid:alice", null));
      post(blue, event("blue", i, "did:squid:bob", null));
      post(green, event(i % 2 == 0 ? "north" : "south", i, "did:squid:dora", "green"));
    }
    service.awaitIndexed();
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
  }

  private static void post(String token, String body) throws Exception {
    Reply reply = service.post("/audit", token, body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
  }

  /// Of the six events of a tenant, three are of each of two plans, on six hosts, a day apart.
  private static String event(String tenant, int i, String actor, @Nullable String dao) {
    return """
    {"type":"tenant.%1$s","ref":"%1$s:%2$d","layer":"application","verdict":"ALLOW",\
    "timestamp":"2026-01-0%3$dT10:00:00Z",\
    "actor":{"squidId":"%4$s","daoId":"dao:%5$s"%6$s},\
    "details":{"plan":"%1$s-%7$s","host":"%1$s-host-%2$d"}}\
    """
        .formatted(
            tenant,
            i,
            i + 1,
            actor,
            dao == null ? tenant : dao,
            dao == null ? "" : ",\"subId\":\"" + tenant + "\"",
            i < 3 ? "small" : "large");
  }

  private static String text(String json) {
    return json.replaceAll("\\s", "");
  }

  /// The data of an answer as they were sent.
  private static String data(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    String all = reply.text();
    return all.substring(
        all.indexOf("\"data\":") + "\"data\":".length(), all.lastIndexOf(",\"timestamp\":"));
  }

  /// What was counted, without the events of a page: a caller's own reads are among those, and say
  /// what was asked for.
  private static String numbers(Reply reply) {
    String data = data(reply);
    int facets = data.indexOf("\"facets\":");
    return facets < 0 ? data : data.substring(facets);
  }

  @Test
  void everyNumberIsAboutTheSameEvents() throws Exception {
    String shown =
        data(
            service.get(
                "/audit/stats?type=tenant.red&top=details.plan,verdict&distinct=details.host,type"
                    + "&interval=1w&by=details.plan",
                service.admin));
    assertThat(shown.replaceFirst("\"logSize\":[0-9]+", "\"logSize\":N"))
        .isEqualTo(
            text(
                """
                {"count": 6, "logSize": N,
                 "top": {
                   "details.plan": [
                     {"value": "red-large", "count": 3}, {"value": "red-small", "count": 3}],
                   "verdict": [{"value": "ALLOW", "count": 6}]},
                 "distinct": {
                   "details.host": {"count": 6, "exact": true},
                   "type": {"count": 1, "exact": true}},
                 "histogram": {"interval": "1w", "by": "details.plan", "bars": [
                   {"start": "2025-12-29T00:00:00Z", "count": 4,
                    "by": {"red-large": 1, "red-small": 3}},
                   {"start": "2026-01-05T00:00:00Z", "count": 2, "by": {"red-large": 2}}]}}
                """));
  }

  @Test
  void filtersAreThoseOfASearch() throws Exception {
    for (String filter :
        List.of(
            "q=type:tenant.* details.plan:red*&startDate=2026-01-02&endDate=2026-01-04",
            "type=tenant.red&q=seq:>=0 time:[2026-01-02 TO 2026-01-04]",
            "source=token:red&q=-time:<2026-01-02 -time:>=2026-01-05",
            "actor=did:squid:alice&ref=red:1",
            "verdict=DENY&q=type:tenant.*")) {
      String asked = filter.replace(" ", "%20").replace(">", "%3E").replace("<", "%3C");
      asked = asked.replace("[", "%5B").replace("]", "%5D");
      Json found = service.get("/audit?" + asked, service.admin).data().get("totalCount");
      Reply counted = service.get("/audit/stats?" + asked, service.admin);
      assertThat(counted.data().get("count")).as(filter + counted.text()).isEqualTo(found);
    }
    assertThat(data(service.get("/audit/stats?type=nothing&" + EVERYTHING, service.admin)))
        .contains("\"count\":0,", "\"type\":[]", "\"actor\":{\"count\":0,\"exact\":true}")
        .endsWith("\"bars\":[]}}");
  }

  @Test
  void aTenantsNumbers_areOnesOwn_inCountsTopValuesDistinctCountsAndBars() throws Exception {
    everyCallerSees("/audit/stats?q=type:tenant.*&" + EVERYTHING, "\"count\":%d,");
  }

  @Test
  void aTenantsFacets_areOnesOwn() throws Exception {
    everyCallerSees("/audit?q=type:tenant.*&" + FACETS, "\"totalCount\":%d,");
  }

  @Test
  void withoutAQuery_nothingOfTheOthersIsAmongTheNumbersEither() throws Exception {
    for (String[] who : callers()) {
      for (String path : List.of("/audit/stats?" + EVERYTHING, "/audit?" + FACETS)) {
        assertOnlyOf(who[1], numbers(service.get(path, who[0])));
      }
    }
  }

  @Test
  void aQueryCannotWidenWhatIsCounted() throws Exception {
    for (String query :
        List.of(
            "q=actor:%22did:squid:bob%22",
            "actor=did:squid:bob",
            "source=token:blue",
            "q=*%20OR%20type:tenant.blue",
            "q=-type:tenant.red",
            "type=tenant.blue")) {
      for (String who : List.of(red, alice, carol)) {
        assertOnlyOf("red", numbers(service.get("/audit/stats?" + query + "&" + EVERYTHING, who)));
        assertOnlyOf("red", numbers(service.get("/audit?" + query + "&" + FACETS, who)));
      }
    }
  }

  private static List<String[]> callers() {
    return List.of(
        new String[] {red, "red", "6"},
        new String[] {blue, "blue", "6"},
        new String[] {alice, "red", "6"},
        new String[] {bob, "blue", "6"},
        new String[] {carol, "red", "6"},
        new String[] {north, "north", "3"},
        new String[] {south, "south", "3"});
  }

  private static void everyCallerSees(String path, String count) throws Exception {
    for (String[] who : callers()) {
      String shown = data(service.get(path, who[0]));
      assertThat(shown).as(who[1]).contains(count.formatted(Integer.parseInt(who[2])));
      assertThat(shown).contains(who[1] + "-small", who[1] + "-host-", "tenant." + who[1]);
      assertOnlyOf(who[1], shown);
    }
    String all = data(service.get(path, service.admin));
    assertThat(all).contains(count.formatted(18));
    assertThat(all).contains("tenant.red", "tenant.blue", "tenant.north", "tenant.south");
  }

  private static void assertOnlyOf(String tenant, String shown) {
    for (String other : List.of("red", "blue", "north", "south")) {
      if (!other.equals(tenant)) {
        assertThat(shown)
            .as("what %s sees", tenant)
            .doesNotContain(
                "tenant." + other,
                other + "-small",
                other + "-large",
                other + "-host",
                "\"" + other + ":",
                "dao:" + other,
                "token:" + other);
      }
    }
  }

  @Test
  void facets_areAboutAllPages_andStayWithTheCursor() throws Exception {
    for (int i = 0; i < 5; i++) {
      post(service.admin, RunningService.event("p" + i, "t.paged", "did:squid:" + i % 2));
    }
    String path = "/audit?type=t.paged&limit=2&facets=actor&facetSize=1";
    Reply first = service.get(path, service.admin);
    String facets = "\"facets\":{\"actor\":[{\"value\":\"did:squid:0\",\"count\":3}]}";
    assertThat(first.text()).contains("\"totalCount\":5,", facets);
    String cursor = String.valueOf(first.data().text("nextCursor"));
    post(service.admin, RunningService.event("p5", "t.paged", "did:squid:0"));
    Reply second = service.get(path + "&cursor=" + cursor, service.admin);
    assertThat(second.text()).contains("\"totalCount\":5,", facets, "\"p2\"", "\"p1\"");
    assertThat(service.get("/audit?type=t.paged", service.admin).text())
        .contains("\"totalCount\":6,")
        .doesNotContain("facets");
  }

  @Test
  void tooManyBars_nameAnIntervalThatDoes() throws Exception {
    var lines = new StringBuilder();
    Instant begin = Instant.parse("2026-02-01T00:00:00Z");
    for (int i = 0; i <= AuditStats.BARS_MAX; i++) {
      lines
          .append(RunningService.event("bar-" + i, "bars.test", "did:squid:x"))
          .insert(lines.length() - 1, ",\"timestamp\":\"" + begin.plusSeconds(i) + "\"")
          .append('\n');
    }
    assertThat(service.post("/audit/batch?wait=indexed", service.admin, lines.toString()).status())
        .isEqualTo(200);
    Reply refused = service.get("/audit/stats?type=bars.test&interval=1s", service.admin);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().text("message"))
        .isEqualTo("interval: 1s makes more than 1000 bars, want 10s or longer, or a shorter time");
    assertThat(data(service.get("/audit/stats?type=bars.test&interval=10s", service.admin)))
        .contains("{\"start\":\"2026-02-01T00:16:40Z\",\"count\":1}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          interval=1x          | interval: "1x", want a number and one of s, m, h, d, w, M (months), such as 1m, 1h or 1d
          interval=0h          | interval: 0, want 1 to 1000 units
          by=type              | by: counts apart in a histogram, want an interval too
          interval=1h&by=id    | by: id, want a field whose values repeat
          interval=1h&by=type,actor | by: 2 fields, want one
          interval=1h&by=type&size=101 | size: "101", want 1..100 together with by
          top=type,colour      | top: column 6: unknown field "colour", want id, type, subtype, severity, actor, subId, daoId, layer, verdict, ref, source, time, receivedAt, seq, text, details.<path> or context.<path>
          top=type,type        | top: column 6: type twice
          top=time             | top: time, want a field of one value, details.<path> or context.<path>
          top=details.a,details.b,details.c,details.d,details.e,details.f,details.g,details.h,details.i,details.j,details.k | top: 11 fields, want at most 10
          distinct=seq         | distinct: seq, want a field of one value, details.<path> or context.<path>
          distinct=type,       | distinct: column 6: want the name of a field
          size=0               | size: "0", want 1..1000
          size=many            | size: "many", want 1..1000
          q=type:              | q: column 6: type: no value, want one right after the colon
          verdict=MAYBE        | verdict: "MAYBE", want ALLOW, DENY or WARN
          limit=5              | limit: unknown parameter, want one of q, type, action, startDate, start, endDate, end, subtype, actor, layer, verdict, severity, ref, source, search, searchOwner, interval, by, top, size, distinct
          search=none          | search: no saved search has this name
          searchOwner=me       | searchOwner: whose search, want search too
          """)
  void aMistake_namesItsParameter(String asked, String message) throws Exception {
    Reply reply = service.get("/audit/stats?" + asked, service.admin);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("VALIDATION_ERROR");
    assertThat(reply.json().text("message")).isEqualTo(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          facets=type,             | facets: column 6: want the name of a field
          facets=id                | facets: id, want a field whose values repeat
          facets=type&facetSize=0  | facetSize: "0", want 1..100
          facets=type&facetSize=101 | facetSize: "101", want 1..100
          """)
  void aMistakeAboutFacets_namesItsParameter(String asked, String message) throws Exception {
    Reply reply = service.get("/audit?" + asked, service.admin);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().text("message")).isEqualTo(message);
  }

  @Test
  void countingIsARead_soItIsGuardedAndRecorded() throws Exception {
    assertThat(service.get("/audit/stats", "").status()).isEqualTo(401);
    String writer = service.token("writer", Scope.OWN, Permission.AUDIT_WRITE);
    assertThat(service.get("/audit/stats", writer).status()).isEqualTo(403);
    String reader = service.token("reader", Scope.ALL, Permission.AUDIT_READ);
    assertThat(service.get("/audit/stats?q=type:counted.once", reader).status()).isEqualTo(200);
    String asked = "/audit?type=audit.read&ref=qerberos:audit:stats&actor=token:reader";
    Reply read = service.get(asked, service.admin);
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!read.text().contains("\"totalCount\":1,") && System.nanoTime() < deadline) {
      Thread.sleep(50);
      read = service.get(asked, service.admin);
    }
    assertThat(read.text()).contains("\"query\":\"type:counted.once\"");
  }
}
