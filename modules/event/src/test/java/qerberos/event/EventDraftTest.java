package qerberos.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

final class EventDraftTest {
  private static final Map<String, Integer> LONGEST =
      Map.of(
          "id",
          128,
          "type",
          100,
          "subtype",
          100,
          "severity",
          100,
          "ref",
          500,
          "layer",
          100,
          "actor.squidId",
          256,
          "actor.subId",
          100,
          "actor.daoId",
          100);

  private static DraftBuilder with(String field, String value) {
    DraftBuilder draft = Events.least();
    return switch (field) {
      case "id" -> draft.id(value);
      case "type" -> draft.type(value);
      case "subtype" -> draft.subtype(value);
      case "severity" -> draft.severity(value);
      case "ref" -> draft.ref(value);
      case "layer" -> draft.layer(value);
      case "actor.squidId" -> draft.actor(value, null, null);
      case "actor.subId" -> draft.actor("a", value, null);
      case "actor.daoId" -> draft.actor("a", null, value);
      default -> throw new AssertionError(field);
    };
  }

  @Test
  void everyText_mayBeAsLongAsItsLimit_andNoLonger() {
    LONGEST.forEach(
        (field, max) -> {
          with(field, "x".repeat(max)).build();
          // Characters count, not the units they take in memory.
          with(field, "😀".repeat(max)).build();
          assertThatThrownBy(() -> with(field, "x".repeat(max + 1)).build())
              .isInstanceOf(EventFaults.class)
              .hasMessage(field + ": length " + (max + 1) + ", want 1.." + max);
          assertThatThrownBy(() -> with(field, "").build())
              .hasMessage(field + ": length 0, want 1.." + max);
          assertThatThrownBy(() -> with(field, "a\ud800").build())
              .hasMessage(
                  field + ": half a surrogate pair \\ud800 at character 2, want whole characters");
        });
  }

  @Test
  void nothingGiven_tellsEverythingThatIsMissing() {
    assertThatThrownBy(() -> EventDraft.builder().build())
        .isInstanceOfSatisfying(
            EventFaults.class,
            e ->
                assertThat(e.faults())
                    .extracting(Fault::toString)
                    .containsExactly(
                        "actor: missing",
                        "verdict: missing",
                        "type: missing",
                        "ref: missing",
                        "layer: missing"));
  }

  @Test
  void actorWithoutSquidId_isNamedAsSuch() {
    assertThatThrownBy(() -> Events.least().actor(null, "sub", "").build())
        .hasMessage("actor.squidId: missing; actor.daoId: length 0, want 1..100");
  }

  @Test
  void aFaultToldBefore_silencesMissing_butNotTheOthers() {
    assertThatThrownBy(
            () ->
                Events.least()
                    .verdict(null)
                    .type("")
                    .fault(new Fault("verdict", "'NO', want ALLOW, DENY or WARN"))
                    .build())
        .hasMessage("verdict: 'NO', want ALLOW, DENY or WARN; type: length 0, want 1..100");
  }

  @Test
  void original_mayHaveOneMebibyte_andIsTooLargeAbove() {
    Events.least().original("x".repeat(EventDraft.ORIGINAL_MAX)).build();
    Events.least().original("é".repeat(EventDraft.ORIGINAL_MAX / 2)).build();
    assertThatThrownBy(
            () -> Events.least().original("x" + "é".repeat(EventDraft.ORIGINAL_MAX / 2)).build())
        .isInstanceOfSatisfying(EventFaults.class, e -> assertThat(e.tooLarge()).isTrue())
        .hasMessage("original: 1048577 bytes, want at most 1048576");
    assertThatThrownBy(() -> Events.least().original("").build())
        .hasMessage("original: length 0, want 1..1048576");
    assertThatThrownBy(() -> Events.least().original("\udc00").build())
        .hasMessageStartingWith("original: half a surrogate pair");
  }

  @Test
  void integersBeyond2To53_areRefusedWithTheirPath() {
    for (BiFunction<DraftBuilder, Json.Obj, DraftBuilder> tree :
        List.<BiFunction<DraftBuilder, Json.Obj, DraftBuilder>>of(
            DraftBuilder::details, DraftBuilder::context)) {
      tree.apply(Events.least(), holding(9_007_199_254_740_992.0)).build();
      tree.apply(Events.least(), holding(1e21)).build();
      assertThatThrownBy(
              () -> tree.apply(Events.least(), holding(-9_007_199_254_740_994.0)).build())
          .hasMessageEndingWith(
              ".order.items[1].price: integer -9007199254740994 beyond 2^53, want it as a string");
      assertThatThrownBy(() -> tree.apply(Events.least(), holding(1e20)).build())
          .hasMessageContaining("integer 100000000000000000000 beyond 2^53");
    }
  }

  private static Json.Obj holding(double price) {
    Json item = new ObjBuilder().add("price", Json.of(price)).build();
    Json items = new Json.Arr(List.of(Json.of(1), item));
    return new ObjBuilder().add("order", new ObjBuilder().add("items", items).build()).build();
  }

  @Test
  void depth_64LevelsAreTaken_65AreNot() {
    Events.least().details(deep(64)).build();
    assertThatThrownBy(() -> Events.least().details(deep(65)).build())
        .hasMessageContaining("deeper than 64 levels");
  }

  private static Json.Obj deep(int levels) {
    Json.Obj json = Json.EMPTY;
    for (int i = 1; i < levels; i++) {
      json = new ObjBuilder().add("d", json).build();
    }
    return json;
  }

  @Test
  void fields_1000AreTaken_1001AreNot() {
    Events.least().details(wide(1_000)).build();
    assertThatThrownBy(() -> Events.least().details(wide(1_001)).build())
        .hasMessage("details: 1001 fields, want at most 1000");
  }

  private static Json.Obj wide(int fields) {
    var builder = new ObjBuilder();
    for (int i = 0; i < fields - 1; i++) {
      builder.add("f" + i, Json.NULL);
    }
    return new ObjBuilder().add("wide", builder.build()).build();
  }

  @Test
  void names_mayHave256Characters_andNoMore() {
    Events.least().details(new ObjBuilder().add("n".repeat(256), "x").build()).build();
    assertThatThrownBy(
            () ->
                Events.least().details(new ObjBuilder().add("n".repeat(257), "x").build()).build())
        .hasMessage("details: a name of 257 characters, want at most 256");
  }

  @Test
  void manyFaults_areToldUpToALimit() {
    var builder = new ObjBuilder();
    for (int i = 0; i < 900; i++) {
      builder.add("n".repeat(250) + i, Json.of(1e20));
    }
    assertThatThrownBy(() -> Events.least().details(builder.build()).build())
        .isInstanceOfSatisfying(
            EventFaults.class,
            e -> {
              assertThat(e.faults()).hasSizeLessThanOrEqualTo(51);
              assertThat(e.faults().getLast()).hasToString("details: and more faults");
            });
  }

  @Test
  void timestamps_outsideFourDigitYears_areRefused() {
    Events.least().timestamp(Instant.parse("0001-01-01T00:00:00Z")).build();
    Events.least().timestamp(Instant.parse("9999-12-31T23:59:59.999999999Z")).build();
    assertThatThrownBy(
            () -> Events.least().timestamp(Instant.parse("+10000-01-01T00:00:00Z")).build())
        .hasMessageStartingWith("timestamp: +10000-01-01T00:00:00Z");
    assertThatThrownBy(() -> Events.least().timestamp(Instant.MIN).build())
        .hasMessageEndingWith("want a year from 0001 to 9999");
  }

  @Test
  void recorded_timeIsTheSendersOrElseOurs() {
    assertThat(Events.recorded(Events.usual().build()).time()).isEqualTo(Events.HAPPENED);
    assertThat(Events.recorded(Events.least().build()).time()).isEqualTo(Events.RECEIVED);
  }

  @Test
  void recorded_checksWhatIsOurs() {
    EventDraft draft = Events.least().build();
    assertThatThrownBy(() -> new AuditEvent("", "s".repeat(257), Events.RECEIVED, draft))
        .hasMessage("id: length 0, want 1..128; source: length 257, want 1..256");
  }
}
