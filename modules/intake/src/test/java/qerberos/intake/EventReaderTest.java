package qerberos.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import qerberos.event.EventDraft;
import qerberos.event.EventFaults;
import qerberos.event.Fault;
import qerberos.event.Json;
import qerberos.event.ObjBuilder;
import qerberos.event.Verdict;

final class EventReaderTest {
  static final String LEAST =
      "{\"type\":\"auth.login\",\"ref\":\"app:portal\",\"actor\":{\"squidId\":\"did:squid:alice\"},"
          + "\"layer\":\"web\",\"verdict\":\"ALLOW\"}";

  private final EventReader reader = new EventReader(IntakeLimits.DEFAULT);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// The least event with more members before its end.
  private static String with(String members) {
    return LEAST.substring(0, LEAST.length() - 1) + "," + members + "}";
  }

  private EventDraft good(String json) {
    return switch (reader.json(bytes(json)).events().getFirst()) {
      case Parsed.Good(_, EventDraft draft) -> draft;
      case Parsed.Bad bad -> throw new AssertionError(bad);
    };
  }

  private List<String> faults(String json) {
    return switch (reader.json(bytes(json)).events().getFirst()) {
      case Parsed.Good good -> throw new AssertionError(good);
      case Parsed.Bad(_, List<Fault> faults) -> faults.stream().map(Fault::toString).toList();
    };
  }

  @Test
  void everyField_isRead() {
    EventDraft draft =
        good(
            """
            { "id": "42", "type": "auth.login", "subtype": "otp", "severity": "low",
              "ref": "app:portal", "layer": "web", "verdict": "DENY",
              "actor": {"daoId": "dao:acme", "squidId": "did:squid:alice", "subId": "work"},
              "details": {"b": [1, -2.5, true, null, {"x": "\\u00e9\\ud83d\\ude00"}], "a": "é😀"},
              "context": {"request_id": "r1"}, "original": "line",
              "timestamp": "2026-11-21T11:00:00.5+01:00" }
            """);
    assertThat(draft)
        .isEqualTo(
            EventDraft.builder()
                .id("42")
                .type("auth.login")
                .subtype("otp")
                .severity("low")
                .ref("app:portal")
                .layer("web")
                .verdict(Verdict.DENY)
                .actor("did:squid:alice", "work", "dao:acme")
                .details(
                    new ObjBuilder()
                        .add("a", "é😀")
                        .add(
                            "b",
                            new Json.Arr(
                                List.of(
                                    Json.of(1),
                                    Json.of(-2.5),
                                    Json.of(true),
                                    Json.NULL,
                                    new ObjBuilder().add("x", "é😀").build())))
                        .build())
                .context(new ObjBuilder().add("request_id", "r1").build())
                .original("line")
                .timestamp(Instant.parse("2026-11-21T10:00:00.5Z"))
                .build());
  }

  @Test
  void nullsOfOptionalFields_areAbsence() {
    assertThat(
            good(
                with(
                    "\"id\":null,\"subtype\":null,\"severity\":null,\"details\":null,"
                        + "\"context\":null,\"original\":null,\"timestamp\":null,\"cid\":null")))
        .isEqualTo(good(LEAST));
  }

  @Test
  void everythingMissing_isNamedAtOnce() {
    assertThat(faults("{}"))
        .containsExactly(
            "actor: missing",
            "verdict: missing",
            "type: missing",
            "ref: missing",
            "layer: missing");
    assertThat(faults("{\"actor\":{\"subId\":null}}")).contains("actor.squidId: missing");
    assertThat(faults("{\"actor\":null}")).contains("actor: missing");
  }

  @Test
  void wrongKinds_areNamed_andTheRestIsReadOn() {
    assertThat(
            faults(
                "{\"id\":7,\"type\":[\"a\"],\"ref\":{\"a\":{}},\"actor\":\"alice\",\"layer\":true,"
                    + "\"verdict\":\"allow\",\"details\":[],\"context\":\"x\","
                    + "\"timestamp\":\"yesterday\",\"original\":{\"a\":1},\"colour\":{\"a\":[1]}}"))
        .containsExactly(
            "id: a number, want a string",
            "type: an array, want a string",
            "ref: an object, want a string",
            "actor: a string, want an object with squidId",
            "layer: a boolean, want a string",
            "verdict: 'allow', want ALLOW, DENY or WARN",
            "details: an array, want an object",
            "context: a string, want an object",
            "timestamp: 'yesterday', want RFC 3339 with a zone, such as 2026-11-21T10:00:00Z",
            "original: an object, want a string",
            "colour: unknown, want id, type, subtype, severity, ref, actor, layer, verdict,"
                + " details, context, original, timestamp");
  }

  @Test
  void fieldsOfTheServer_areToldApartFromUnknownOnes() {
    for (String name : List.of("receivedAt", "source", "seq", "signature", "erased")) {
      assertThat(faults(with("\"" + name + "\":{\"a\":1}")))
          .containsExactly(name + ": set by the server, leave it out");
    }
    assertThat(faults(LEAST.replace("\"squidId\":", "\"name\":\"A\",\"squidId\":")))
        .containsExactly("actor.name: unknown, want squidId, subId, daoId");
  }

  @Test
  void theOtherVocabulary_saysTheSame() {
    String other =
        "{\"action\":\"auth.login\",\"target\":\"app:portal\",\"actor_id\":\"did:squid:alice\","
            + "\"layer\":\"web\",\"verdict\":\"ALLOW\"}";
    assertThat(good(other)).isEqualTo(good(LEAST));
    assertThat(good(with("\"action\":\"auth.login\",\"target\":\"app:portal\"")))
        .isEqualTo(good(LEAST));
    EventDraft draft =
        good(with("\"before\":{\"role\":\"a\"},\"after\":{\"role\":\"b\"},\"cid\":\"bafy\""));
    assertThat(draft.details().members().keySet()).containsExactly("after", "before", "cid");
  }

  @Test
  void twoVocabulariesThatDisagree_areRefused() {
    assertThat(faults(with("\"action\":\"other\"")))
        .containsExactly("action: type and action differ, want one of them");
    assertThat(faults(with("\"target\":\"other\"")))
        .containsExactly("target: ref and target differ, want one of them");
    assertThat(faults(with("\"actor_id\":\"other\"")))
        .containsExactly("actor_id: actor.squidId and actor_id differ, want one of them");
    assertThat(faults("{\"actor_id\":\"other\"," + LEAST.substring(1)))
        .containsExactly("actor_id: actor.squidId and actor_id differ, want one of them");
    assertThat(faults(with("\"cid\":\"x\",\"details\":{\"cid\":\"y\"}")))
        .containsExactly("cid: also in details, want one of them");
  }

  @Test
  void namesGivenTwice_areNamedWithTheirPath() {
    assertThat(faults(with("\"ref\":\"app:portal\""))).containsExactly("ref: given twice");
    assertThat(faults(LEAST.replace("\"squidId\":", "\"squidId\":\"x\",\"squidId\":")))
        .containsExactly("actor.squidId: given twice");
    assertThat(faults(with("\"details\":{\"a\":[{\"b\":1},{\"c\":1,\"d\":2,\"c\":1}]}")))
        .containsExactly("details.a[1].c: given twice");
    assertThat(faults(with("\"context\":{\"\":1,\"\\u0000\":2,\"\":3}")))
        .containsExactly("context.: given twice");
  }

  @Test
  void numbers_thatCannotBeKept_areNamedWithTheirPath() {
    good(with("\"details\":{\"n\":9007199254740992,\"m\":-9007199254740992,\"f\":1e300}"));
    for (String number :
        List.of(
            "9007199254740993",
            "-9007199254740993",
            "9223372036854775807",
            "9223372036854775808",
            "123456789012345678901234567890")) {
      assertThat(faults(with("\"details\":{\"a\":[0,{\"n\":" + number + "}]}")))
          .containsExactly(
              "details.a[1].n: integer " + number + " beyond 2^53, want it as a string");
    }
    assertThat(faults(with("\"details\":{\"n\":1e20}")))
        .containsExactly(
            "details.n: integer 100000000000000000000 beyond 2^53, want it as a string");
    assertThat(faults(with("\"details\":{\"n\":-1e400}")))
        .containsExactly("details.n: number -1e400 beyond a double, want it as a string");
  }

  @Test
  void halfCharacters_areNamedWithTheirPath() {
    String half = ": half a surrogate pair \\ud83d at character 2, want whole characters";
    assertThat(faults(LEAST.replace("auth.login", "a\\ud83d"))).containsExactly("type" + half);
    assertThat(faults(with("\"details\":{\"a\":[\"x\",\"a\\ud83d\"]}")))
        .containsExactly("details.a[1]" + half);
    // The parser itself looks at names, and says where.
    assertThat(reader.ndjson(bytes(with("\"details\":{\"b\\ud83d\":1}"))).toString())
        .contains("not JSON at byte", "Broken surrogate pair");
  }

  @Test
  void trees_thatAreTooDeepOrTooWide_areRefused() {
    good(with("\"details\":" + "{\"d\":".repeat(63) + "{}" + "}".repeat(63)));
    assertThat(faults(with("\"details\":" + "{\"d\":".repeat(64) + "{}" + "}".repeat(64))))
        .singleElement()
        .asString()
        .endsWith("deeper than 64 levels");
    good(with("\"details\":{" + fields(1_000) + "}"));
    assertThat(faults(with("\"details\":{" + fields(1_001) + "}")))
        .containsExactly("details: more than 1000 fields");
    assertThat(faults(with("\"details\":{\"a\":[1" + ",1".repeat(32_768) + "]}")))
        .containsExactly("details: more than 32768 items in arrays");
  }

  private static String fields(int count) {
    var fields = new StringBuilder("\"f0\":0");
    for (int i = 1; i < count; i++) {
      fields.append(",\"f").append(i).append("\":").append(i);
    }
    return fields.toString();
  }

  @Test
  void original_ofOneMebibyteIsTaken_oneByteMoreIsTooLarge() {
    String most = "x".repeat(EventDraft.ORIGINAL_MAX);
    assertThat(good(with("\"original\":\"" + most + "\"")).original()).isEqualTo(most);
    for (int more : new int[] {1, 2, 1_000_000}) {
      String body = with("\"original\":\"" + most + "x".repeat(more) + "\"");
      Parsed parsed = reader.ndjson(bytes(body)).getFirst();
      assertThat(parsed)
          .isInstanceOfSatisfying(Parsed.Bad.class, bad -> assertThat(bad.tooLarge()).isTrue());
    }
  }

  @Test
  void aBadLine_neverTouchesItsNeighbours() {
    String[] bad = {
      "{",
      "}",
      "nonsense",
      LEAST + LEAST,
      LEAST + " 1",
      "[" + LEAST + "]",
      "1",
      "null",
      "\"x\"",
      "{\"type\":\"a\nb\"}",
      LEAST.substring(0, 40),
      "{\"a\":1,}",
      "{'a':1}",
      "{\"a\":01}",
      "{\"details\":{\"a\":NaN}}",
      "// comment",
      "\u0000",
      "[[[[[[",
      "{\"type\":\"\t\"}"
    };
    for (String line : bad) {
      List<Parsed> parsed = reader.ndjson(bytes(LEAST + "\n" + line + "\n" + LEAST));
      assertThat(parsed.getFirst()).as(line).isInstanceOf(Parsed.Good.class);
      assertThat(parsed.getLast()).as(line).isInstanceOf(Parsed.Good.class);
      assertThat(parsed.subList(1, parsed.size() - 1))
          .as(line)
          .isNotEmpty()
          .allSatisfy(
              one ->
                  assertThat(one)
                      .isInstanceOfSatisfying(
                          Parsed.Bad.class, b -> assertThat(b.faults()).isNotEmpty()));
    }
  }

  @Test
  void bytesThatAreNoUtf8_costTheirLineOnly() {
    byte[] bad = bytes(LEAST + "\n" + LEAST.replace("web", "w??") + "\n" + LEAST);
    int at = new String(bad, StandardCharsets.US_ASCII).indexOf("??");
    bad[at] = (byte) 0xed;
    bad[at + 1] = (byte) 0xa0;
    List<Parsed> parsed = reader.ndjson(bad);
    assertThat(parsed).hasSize(3);
    assertThat(parsed.get(1))
        .isEqualTo(
            new Parsed.Bad(
                2,
                List.of(new Fault("line", "byte " + (at - LEAST.length() - 1) + " is not UTF-8"))));
    assertThatThrownBy(() -> reader.json(bad)).hasMessage("body: byte " + at + " is not UTF-8");
  }

  @Test
  void otherEncodings_areNotGuessed() {
    for (Charset other :
        List.of(
            StandardCharsets.UTF_16LE,
            StandardCharsets.UTF_16BE,
            StandardCharsets.UTF_32LE,
            StandardCharsets.UTF_32BE)) {
      byte[] body = LEAST.getBytes(other);
      assertThat(reader.ndjson(body))
          .as(other.name())
          .isNotEmpty()
          .allMatch(Parsed.Bad.class::isInstance);
      assertThatThrownBy(() -> reader.json(body)).isInstanceOf(EventFaults.class);
    }
    assertThat(reader.ndjson(new byte[] {'\t', 0, 0, 0, '\n'}))
        .singleElement()
        .isInstanceOf(Parsed.Bad.class);
  }

  @Test
  void lines_areNumberedAsInTheFile_whateverTheirEnd() {
    List<Parsed> parsed =
        reader.ndjson(bytes("\ufeff" + LEAST + "\r\n\n  \t\r\n" + LEAST + "\r\n{}\n\n" + LEAST));
    assertThat(parsed).extracting(Parsed::line).containsExactly(1, 4, 5, 7);
    assertThat(parsed.get(2)).isInstanceOf(Parsed.Bad.class);
    assertThat(reader.ndjson(new byte[0])).isEmpty();
    assertThat(reader.ndjson(bytes("\n\n"))).isEmpty();
  }

  @Test
  void batch_mayHave10000Lines_andNotOneMore() {
    assertThat(reader.ndjson(bytes((LEAST + "\n").repeat(10_000)))).hasSize(10_000);
    assertThatThrownBy(() -> reader.ndjson(bytes((LEAST + "\n").repeat(10_001))))
        .isInstanceOfSatisfying(EventFaults.class, e -> assertThat(e.tooLarge()).isTrue())
        .hasMessage("body: more than 10000 events");
    assertThat(reader.json(bytes("[" + LEAST + ("," + LEAST).repeat(9_999) + "]")).events())
        .hasSize(10_000);
    assertThatThrownBy(() -> reader.json(bytes("[{}" + ",{}".repeat(10_000) + "]")))
        .hasMessage("body: more than 10000 events");
  }

  @Test
  void body_mayBeAsLargeAsItsLimit() {
    byte[] body = bytes(LEAST);
    assertThat(new EventReader(new IntakeLimits(1, body.length)).ndjson(body)).hasSize(1);
    EventReader small = new EventReader(new IntakeLimits(1, body.length - 1));
    assertThatThrownBy(() -> small.ndjson(body))
        .isInstanceOfSatisfying(EventFaults.class, e -> assertThat(e.tooLarge()).isTrue())
        .hasMessage("body: " + body.length + " bytes, want at most " + (body.length - 1));
    assertThatThrownBy(() -> small.json(body)).isInstanceOf(EventFaults.class);
  }

  @Test
  void array_keepsItsOrderAndItsBadElements() {
    JsonBody body = reader.json(bytes("[" + LEAST + ", 7, {}, [" + LEAST + "]," + LEAST + "]"));
    assertThat(body.array()).isTrue();
    assertThat(body.events()).extracting(Parsed::line).containsExactly(1, 2, 3, 4, 5);
    assertThat(body.events().get(1))
        .isEqualTo(new Parsed.Bad(2, List.of(new Fault("event", "a number, want an object"))));
    assertThat(body.events().get(3)).isInstanceOf(Parsed.Bad.class);
    assertThat(body.events().get(4)).isInstanceOf(Parsed.Good.class);
    assertThat(reader.json(bytes("[]")).events()).isEmpty();
    assertThat(reader.json(bytes(LEAST)).array()).isFalse();
  }

  @Test
  void bodyThatIsNotOneJsonValue_isRefusedAsAWhole() {
    assertThatThrownBy(() -> reader.json(bytes("")))
        .hasMessage("body: empty, want a JSON object or array");
    assertThatThrownBy(() -> reader.json(bytes(LEAST + "\n" + LEAST)))
        .hasMessage("body: more than one JSON value; one per line is for /audit/batch");
    for (String body :
        List.of("[" + LEAST + ",", "{\"a\":1", "[1}", LEAST + "}", "[" + LEAST + " 1]")) {
      assertThatThrownBy(() -> reader.json(bytes(body)))
          .as(body)
          .isInstanceOf(EventFaults.class)
          .hasMessageStartingWith("body: not JSON at byte ");
    }
  }

  /// What a stranger may send to make us work: every such body is answered, in memory that follows
  /// from its size.
  @Test
  void hostileBodies_areAnsweredInBoundedMemory() {
    int size = IntakeLimits.DEFAULT.bytes();
    Map<String, String> pieces =
        Map.of(
            "[", "",
            "{\"a\":", "",
            "[1],", "[",
            "\"a\":1,", "{",
            "1,", "{\"details\":{\"a\":[",
            "\"b\":1,", "{\"details\":{",
            "{\"details\":{\"a\":[", "{\"details\":{\"a\":[",
            "\\u0000", "{\"original\":\"",
            "a", "{\"");
    pieces.forEach(
        (piece, before) -> {
          var body = new ByteArrayOutputStream();
          body.writeBytes(bytes(before));
          byte[] more = bytes(piece.repeat(1 + 100_000 / piece.length()));
          while (body.size() + more.length < size) {
            body.writeBytes(more);
          }
          byte[] bytes = body.toByteArray();
          assertThatThrownBy(() -> reader.json(bytes))
              .as(piece)
              .isInstanceOfSatisfying(
                  EventFaults.class,
                  e -> assertThat(e.faults()).allMatch(fault -> fault.message().length() < 500));
          assertThat(reader.ndjson(bytes))
              .as(piece)
              .hasSize(1)
              .first()
              .isInstanceOf(Parsed.Bad.class);
        });
  }

  @Test
  void idsOfABatch_followFromSourceKeyAndLine() {
    String id = BatchIds.derive("portal", "key", 1);
    assertThat(id).hasSize(47).isEqualTo(BatchIds.derive("portal", "key", 1));
    assertThat(
            List.of(
                BatchIds.derive("portal", "key", 2),
                BatchIds.derive("portal", "other", 1),
                BatchIds.derive("porta", "lkey", 1),
                BatchIds.derive("shop", "key", 1)))
        .doesNotHaveDuplicates()
        .doesNotContain(id);
  }

  /// Lines in a row are read by one parser as long as nothing is wrong with them.
  @Test
  void line_isReadAsIfItStoodAlone_whateverStandsBesideIt() {
    List<String> kinds =
        List.of(
            LEAST,
            LEAST,
            LEAST,
            LEAST,
            " \t" + LEAST + " \r",
            with("\"details\":{\"a\":[1,2,{\"b\":\"\u00e9\"}]}"),
            with("\"unknown\":[1,2]"),
            "{}",
            "",
            "  ",
            LEAST + LEAST,
            LEAST + " 1",
            LEAST + "x",
            LEAST.substring(0, LEAST.length() - 1),
            LEAST.substring(0, LEAST.length() - 2),
            with("\"details\":{\"a\":["),
            with("\"details\":{\"a\":[1,"),
            "1,",
            "]}}",
            "[" + LEAST + "]",
            "7",
            "\"text\"",
            "null",
            "}",
            ",",
            "[".repeat(300));
    long seed = 1_124;
    var random = new Random(seed);
    for (int round = 0; round < 3_000; round++) {
      int rare = 1 + random.nextInt(kinds.size());
      var lines = new ArrayList<String>();
      for (int i = random.nextInt(12); i >= 0; i--) {
        lines.add(kinds.get(random.nextInt(rare)));
      }
      List<Parsed> alone = new ArrayList<>();
      for (int i = 0; i < lines.size(); i++) {
        alone.addAll(reader.ndjson(bytes("\n".repeat(i) + lines.get(i))));
      }
      assertThat(reader.ndjson(bytes(String.join("\n", lines))))
          .as("seed %s, round %s", seed, round)
          .isEqualTo(alone);
    }
  }
}
