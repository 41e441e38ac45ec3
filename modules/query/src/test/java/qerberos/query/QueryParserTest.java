package qerberos.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qerberos.query.Query.Bound;

class QueryParserTest {
  @Test
  void theExampleOfTheDocumentation_isFiveParts() {
    assertThat(
            QueryParser.parse(
                "type:auth.login verdict:DENY details.ip:10.0.0.0/8 -actor:\"did:squid:ci\""
                    + " \"quarterly\""))
        .isEqualTo(
            new Query.And(
                List.of(
                    new Query.Term("type", "auth.login"),
                    new Query.Term("verdict", "DENY"),
                    new Query.Cidr("details.ip", "10.0.0.0/8"),
                    new Query.Not(new Query.Term("actor", "did:squid:ci")),
                    new Query.Text("quarterly"))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          *                                    | *
          a                                    | "a"
          a b                                  | "a" "b"
          a AND b OR c                         | ("a" "b") OR "c"
          a OR b c                             | "a" OR ("b" "c")
          (a OR b) c                           | ("a" OR "b") "c"
          NOT a                                | -"a"
          -(a b)                               | -("a" "b")
          - a                                  | column 1: text: no word in it, want letters or digits
          "a b"                                | "a b"
          "say \\"hi\\" \\\\"                  | "say \\"hi\\" \\\\"
          quart*                               | text:quart*
          text:"Two Words"                     | "Two Words"
          10.0.0.0/8                           | text:10.0.0.0/8
          a/b                                  | "a/b"
          action:x target:y timestamp:2026     | type:x ref:y time:[2026-01-01T00:00:00Z TO 2027-01-01T00:00:00Z}
          actor.squidId:a actor.daoId:b        | actor:a daoId:b
          verdict:deny                         | verdict:DENY
          subId:*                              | subId:*
          type:"a b"*                          | type:"a b"*
          ref:(x)                              | column 5: ref: no value, want one right after the colon
          details.path:C:\\Windows\\*          | details.path:"C:\\\\Windows\\\\"*
          details.n:-5                         | details.n:-5
          details.n:>5                         | details.n:{5 TO *]
          details.n:<="5"                      | details.n:[* TO 5]
          details.n:[1 TO 2}                   | details.n:[1 TO 2}
          details.n:{a TO *]                   | details.n:{a TO *]
          details.n:["*" TO "a b"]             | details.n:["*" TO "a b"]
          details."a b".c:"*"                  | details."a b.c":"*"
          details.ip:10.1.2.3/8                | details.ip:10.0.0.0/8
          details.ip:"10.0.0.0/8"              | details.ip:"10.0.0.0/8"
          details.ip:2001:DB8::1/32            | details.ip:2001:db8::/32
          details.ip:::ffff:10.1.2.3/104       | details.ip:10.0.0.0/8
          time:2026-01-31                      | time:[2026-01-31T00:00:00Z TO 2026-02-01T00:00:00Z}
          time:2026-01-31T10:00:00+02:00       | time:[2026-01-31T08:00:00Z TO 2026-01-31T08:00:00Z]
          time:[2026-01-01 TO 2026-02-01}      | time:[2026-01-01T00:00:00Z TO 2026-02-01T00:00:00Z}
          time:[2026-01 TO 2026-01]            | time:[2026-01-01T00:00:00Z TO 2026-02-01T00:00:00Z}
          time:{2026-01 TO *]                  | time:[2026-02-01T00:00:00Z TO *]
          receivedAt:>=2026                    | receivedAt:[2026-01-01T00:00:00Z TO *]
          seq:007                              | seq:7
          seq:[1 TO 9}                         | seq:[1 TO 9}
          ORDER or and                         | "ORDER" "or" "and"
          """)
  void text_isReadAndWrittenAsOneForm(String text, String written) {
    String canonical;
    try {
      canonical = QueryParser.parse(text).toString();
      assertThat(QueryParser.parse(canonical).toString()).isEqualTo(canonical);
    } catch (QuerySyntax e) {
      canonical = e.getMessage();
    }
    assertThat(canonical).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          foo:1               | column 1: unknown field "foo", want id, type, subtype, severity, actor, subId, daoId, layer, verdict, ref, source, time, receivedAt, seq, text, details.<path> or context.<path>; a text that holds a colon needs double quotes
          a details.:1        | column 3: unknown field "details.", want id, type, subtype, severity, actor, subId, daoId, layer, verdict, ref, source, time, receivedAt, seq, text, details.<path> or context.<path>; a text that holds a colon needs double quotes
          type:               | column 6: type: no value, want one right after the colon
          type: x             | column 6: type: no value, want one right after the colon
          type:""             | column 6: type: an empty value, want at least one character
          verdict:maybe       | column 9: verdict: "maybe", want ALLOW, DENY or WARN
          "open               | column 1: a quote that is not closed
          "a\\b"              | column 3: a lone \\ in quotes, want \\" or \\\\
          (a                  | column 1: a "(" without its ")"
          a)                  | column 2: a ")" without its "("
          ()                  | column 2: ")", want a field, a word or "("
          a OR                | column 5: the text ends, want a field, a word or "("
          a AND OR b          | column 7: "OR", want a field, a word or "("
          NOT                 | column 4: the text ends, want a field, a word or "("
          a*b                 | column 2: a * inside a value, want it at the end or the value in quotes
          *a                  | column 1: a * inside a value, want it at the end or the value in quotes
          "a"b                | column 4: "b", want a space
          type:a"b"           | column 7: \""", want a space
          🙂🙂 type:a"b"      | column 1: text: no word in it, want letters or digits
          é🙂 type:a"b"       | column 10: \""", want a space
          ---                 | column 3: text: no word in it, want letters or digits
          time:yesterday      | column 6: time: "yesterday", want RFC 3339 such as 2026-01-31T09:30:00Z, or a day 2026-01-31, month 2026-01 or year 2026
          time:2026-02-30     | column 6: time: "2026-02-30", want RFC 3339 such as 2026-01-31T09:30:00Z, or a day 2026-01-31, month 2026-01 or year 2026
          time:2026*          | column 6: time: the start of a value, want a range
          time:[* TO *]       | column 6: time: a range without ends, want at least one
          time:[2026          | column 11: time: want TO between the two ends of a range
          time:[2026 TO 2027  | column 19: time: want ] or } at the end of a range
          time:[2026 TO ]     | column 15: a range lacks an end, want [a TO b] or *
          a time:[2026 TO soon] | column 17: time: "soon", want RFC 3339 such as 2026-01-31T09:30:00Z, or a day 2026-01-31, month 2026-01 or year 2026
          a time:[soon TO 2026] | column 9: time: "soon", want RFC 3339 such as 2026-01-31T09:30:00Z, or a day 2026-01-31, month 2026-01 or year 2026
          time:>=soon         | column 8: time: "soon", want RFC 3339 such as 2026-01-31T09:30:00Z, or a day 2026-01-31, month 2026-01 or year 2026
          seq:[1 TO x]        | column 11: seq: "x", want a whole number of at most 18 digits
          seq:<x              | column 6: seq: "x", want a whole number of at most 18 digits
          context.a:[1        | column 13: context.a: want TO between the two ends of a range
          details.a:"x\\ny"   | column 13: a lone \\ in quotes, want \\" or \\\\
          details."a:1        | column 9: a quote that is not closed
          (a OR (b AND c)     | column 1: a "(" without its ")"
          a AND               | column 6: the text ends, want a field, a word or "("
          OR a                | column 1: "OR", want a field, a word or "("
          a NOT OR            | column 7: "OR", want a field, a word or "("
          time:>              | column 7: time: want a value after the comparison
          type:>a             | column 6: type: a range, want one on time, receivedAt, seq, details.<path> or context.<path>
          id:abc*             | column 4: id: the start of an id, want the whole id: ids are found whole only
          seq:-1              | column 5: seq: "-1", want a whole number of at most 18 digits
          details.a:[1 TO b]  | column 11: details.a: a range whose ends differ in kind, want two numbers, addresses or texts
          details.a:10.0.0.0/33 | column 11: details.a: network /33, want /0 to /32
          details.a:::1/129   | column 11: details.a: network /129, want /0 to /128
          10.0.0.0/x          | column 1: text: network /x, want /0 to /32
          two-words*          | column 1: text: "two-words*", want the start of one word, letters or digits only
          """)
  void aMistake_namesItsColumnAndWhatIsWanted(String text, String message) {
    assertThatThrownBy(() -> QueryParser.parse(text))
        .isInstanceOf(QuerySyntax.class)
        .hasMessage(message);
  }

  @Test
  void limits_areThoseOfTheDocumentation() {
    assertThat(QueryParser.parse("a".repeat(4_096))).isEqualTo(new Query.Text("a".repeat(4_096)));
    assertThatThrownBy(() -> QueryParser.parse("a".repeat(4_097)))
        .hasMessage("column 4097: 4097 characters, want at most 4096");
    assertThat(QueryParser.parse("(".repeat(32) + "a" + ")".repeat(32)))
        .isEqualTo(new Query.Text("a"));
    assertThatThrownBy(() -> QueryParser.parse("(".repeat(33) + "a" + ")".repeat(33)))
        .hasMessage("column 33: more than 32 levels");
    assertThatThrownBy(() -> QueryParser.parse("-".repeat(40) + "a"))
        .hasMessage("column 33: more than 32 levels");
    QueryParser.parse("type:a ".repeat(256));
    assertThatThrownBy(() -> QueryParser.parse("type:a ".repeat(257)))
        .hasMessage("column 1793: more than 256 terms");
    assertThatThrownBy(() -> QueryParser.parse('"' + "a ".repeat(65) + '"'))
        .hasMessage("column 1: text: 65 words, want at most 64");
    assertThatThrownBy(() -> QueryParser.parse("ref:" + "é".repeat(96) + "*"))
        .hasMessage(
            "column 5: ref: a start of more than 190 bytes, want it shorter or the whole value");
    assertThatThrownBy(() -> QueryParser.parse("a \ud83d b"))
        .hasMessage("column 3: half a character (a lone surrogate), want whole ones");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          type                    | [type]
          type,actor              | [type, actor]
          action , details.ip     | [type, details.ip]
          details."a, b".c        | [details.a, b.c]
          ``                      | column 1: want the name of a field
          type,                   | column 6: want the name of a field
          type,,actor             | column 6: want the name of a field
          type actor              | column 6: "a", want a comma
          type,action             | column 6: type twice
          type,colour             | column 6: unknown field "colour", want id, type, subtype, severity, actor, subId, daoId, layer, verdict, ref, source, time, receivedAt, seq, text, details.<path> or context.<path>
          """)
  void namesOfFields_areReadAsInAQuery(String text, String read) {
    String shown;
    try {
      shown = QueryParser.fields(text).toString();
    } catch (QuerySyntax e) {
      shown = e.getMessage();
    }
    assertThat(shown).isEqualTo(read);
  }

  @Test
  void nothing_isEverything() {
    assertThat(QueryParser.parse("")).isEqualTo(new Query.All());
    assertThat(QueryParser.parse(" \t\n\u00a0")).isEqualTo(new Query.All());
  }

  @Test
  void madeByHand_isCheckedLikeText() {
    assertThatThrownBy(() -> new Query.Term("colour", "red"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("unknown field \"colour\", want id, type,");
    assertThatThrownBy(() -> new Query.Range("time", new Bound("2026", true), null))
        .hasMessage("time: \"2026\", want RFC 3339 such as 2026-01-31T09:30:00Z");
    assertThatThrownBy(() -> new Query.Term("time", "2026"))
        .hasMessage("time: a point in time, want a range such as [2026-01-01 TO 2026-02-01}");
    assertThatThrownBy(() -> new Query.Cidr("type", "10.0.0.0/8"))
        .hasMessage("type: a network, want one on details.<path>, context.<path> or text");
    assertThatThrownBy(() -> new Query.And(List.of(new Query.All())))
        .hasMessage("and: 1 parts, want 2 or more");
    assertThat(Query.and(List.of())).isEqualTo(new Query.All());
    assertThat(Query.or(List.of())).hasToString("-*");
  }

  @Test
  void whateverIsWritten_readsBackAsTheSame() {
    long seed = Long.getLong("query.seed", System.nanoTime());
    var samples = new Samples(seed);
    for (int i = 0; i < 20_000; i++) {
      Query query = samples.query(5);
      assertThat(QueryParser.parse(query.toString()))
          .as("seed %s: %s", seed, query)
          .isEqualTo(query);
    }
  }

  @Test
  void anyMutationOfAQuery_isAQueryOrAMistakeWithAColumn() {
    long seed = Long.getLong("query.seed", System.nanoTime());
    var samples = new Samples(seed);
    for (int i = 0; i < 20_000; i++) {
      String text = mutated(samples.query(3).toString(), samples.random);
      try {
        Query query = QueryParser.parse(text);
        assertThat(QueryParser.parse(query.toString()))
            .as("seed %s: %s", seed, text)
            .isEqualTo(query);
        new LuceneForm(query, new TimeLimit(Duration.ofHours(1)));
      } catch (QuerySyntax e) {
        assertThat(e.column())
            .as("seed %s: %s", seed, text)
            .isBetween(1, text.codePointCount(0, text.length()) + 1);
        assertThat(e).as("seed %s: %s", seed, text).hasMessageStartingWith("column " + e.column());
      }
    }
  }

  private static String mutated(String text, Random random) {
    var mutated = new StringBuilder(text);
    String signs = "()[]{}\"\\*:-<>=/. \u0000\u00a0aTO9é\ud83d";
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(mutated.length() + 1);
      switch (random.nextInt(3)) {
        case 0 -> mutated.insert(at, signs.charAt(random.nextInt(signs.length())));
        case 1 -> mutated.delete(at, Math.min(mutated.length(), at + 1 + random.nextInt(5)));
        default -> mutated.insert(at, text, 0, random.nextInt(text.length() + 1));
      }
    }
    return mutated.toString();
  }
}
