package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qerberos.event.JsonBytes;
import qerberos.http.RunningService.Reply;

/// What whoever writes a wrong query is answered, whole.
class QueryMistakesTest {
  @TempDir static Path folder;
  private static RunningService service;

  @BeforeAll
  static void start() throws Exception {
    service = RunningService.in(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          type:a foo:1          | 8  | unknown field "foo", want id, type, subtype, severity, actor, subId, daoId, layer, verdict, ref, source, time, receivedAt, seq, text, details.<path> or context.<path>; a text that holds a colon needs double quotes
          (type:a OR type:b     | 1  | a "(" without its ")"
          type:a) b             | 7  | a ")" without its "("
          a AND AND b           | 7  | "AND", want a field, a word or "("
          a OR                  | 5  | the text ends, want a field, a word or "("
          "quarterly            | 1  | a quote that is not closed
          details.p:"C:\\x"     | 14 | a lone \\ in quotes, want \\" or \\\\
          type:au*th            | 8  | a * inside a value, want it at the end or the value in quotes
          verdict:maybe         | 9  | verdict: "maybe", want ALLOW, DENY or WARN
          details.ip:10.0.0.0/33 | 12 | details.ip: network /33, want /0 to /32
          time:[2026 TO soon]   | 15 | time: "soon", want RFC 3339 such as 2026-01-31T09:30:00Z, or a day 2026-01-31, month 2026-01 or year 2026
          context.n:[1 TO       | 11 | a range lacks an end, want [a TO b] or *
          context.n:[1 TO 2     | 18 | context.n: want ] or } at the end of a range
          seq:>x                | 6  | seq: "x", want a whole number of at most 18 digits
          id:abc*               | 4  | id: the start of an id, want the whole id: ids are found whole only
          é🙂 type:             | 9  | type: no value, want one right after the colon
          """)
  void aMistake_isAnsweredWithItsColumn(String query, int column, String complaint)
      throws Exception {
    String asked = URLEncoder.encode(query, StandardCharsets.UTF_8);
    for (String path : new String[] {"/audit?q=", "/audit/search?limit=1&q="}) {
      Reply reply = service.get(path + asked, service.admin);
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.code()).isEqualTo("VALIDATION_ERROR");
      String message = "column " + column + ": " + complaint;
      assertThat(reply.json().text("message")).isEqualTo("q: " + message);
      var expected = new JsonBytes().object().name("errors").array().object();
      expected = expected.name("field").value("q").name("message").value(message).name("column");
      expected = expected.value(column).end().end().end();
      assertThat(reply.text())
          .contains("\"details\":" + new String(expected.bytes(), StandardCharsets.UTF_8) + ",");
    }
  }
}
