package qerberos.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Canonical;
import qerberos.event.Json;
import qerberos.ledger.Hash;
import qerberos.ledger.Rfc6962;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is told fits the schemas, and only what fits is told.
class MessagesTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration AT_ONCE = Duration.ZERO;

  /// Members that a message may lack.
  private static final Set<String> OPTIONAL =
      Set.of(
          "/payload/actor/subId",
          "/payload/actor/daoId",
          "/payload/description",
          "/payload/source/component",
          "/payload/modelInfo/version",
          "/payload/modelInfo/algorithm",
          "/payload/modelInfo/threshold",
          "/payload/modelInfo/trainingDate",
          "/payload/factors/0/description");

  private static final String ALERT =
      """
      {"ip":"192.0.2.9","toldBy":"token:alerts","what":{"status":"%s","change":"%s",\
      "summary":"<b>Trouble</b>","source":"alertmanager","fingerprint":"f","alertname":"Trouble",\
      "instance":"10.0.0.1:80","job":"shop","description":"It burns.","groupKey":"g"}}\
      """;

  private static final String ANOMALY =
      """
      {"anomalyId":"an-1","type":"volume","severity":"high","confidence":0.93,\
      "description":"five times as much","affectedIdentity":"did:squid:alice",\
      "modelInfo":{"name":"ewma","version":"1","algorithm":"ewma","threshold":0.8,\
      "trainingDate":"2026-11-01T00:00:00Z"},"unknown":"left out"}\
      """;

  private static final String RISK =
      """
      {"identity":"did:squid:alice","score":0.4,"level":"medium","operation":"login",\
      "factors":[{"name":"failed_attempts","weight":0.3,"value":2,"description":"two"}],\
      "expiresAt":"2026-11-24T12:00:00Z"}\
      """;

  private static final String VIOLATION =
      """
      {"violationId":"v-1","type":"retention","severity":"low","description":"kept too long",\
      "affectedData":["document:42"],"regulation":"GDPR Art. 5","recommendations":["erase it"]}\
      """;

  @TempDir Path folder = Path.of(".");
  private final Map<Topic, Schema> schemas = new EnumMap<>(Topic.class);

  @BeforeEach
  void readSchemas() {
    var registry =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
    for (Topic topic : Topic.values()) {
      JsonNode schema = JSON.readTree(topic.schema());
      assertThat(schema.path("$id").asString()).isEqualTo("urn:qerberos:schema:" + topic.text());
      schemas.put(topic, registry.getSchema(schema));
    }
  }

  @Test
  void everyMessage_fitsTheSchemaOfItsTopic_andNamesItsLeaf() throws Exception {
    try (var own = filled()) {
      Map<Topic, List<Message>> told = told(own);
      for (Topic topic : Topic.values()) {
        assertThat(told.get(topic)).as(topic.text()).isNotEmpty();
        for (Message message : told.getOrDefault(topic, List.of())) {
          JsonNode json = JSON.readTree(message.json());
          assertThat(faults(topic, json)).as("%s", json).isEmpty();
          assertThat(json.path("id").asString())
              .isEqualTo(topic.text() + ":" + message.leafIndex());
          Hash leafHash = Rfc6962.leafHash(own.trail.ledger().entry(message.leafIndex()).leaf());
          JsonNode log = json.path("payload").path("log");
          assertThat(log.path("leafHash").asString()).isEqualTo(leafHash.base64());
          assertThat(log.path("leafIndex").asLong()).isEqualTo(message.leafIndex());
          assertThat(log.path("origin").asString()).isEqualTo(own.trail.ledger().origin());
        }
      }
      assertThat(told.get(Topic.AUDIT_LOGGED)).hasSize((int) own.size());
      JsonNode created = only(told, Topic.ALERT_CREATED);
      assertThat(created.path("payload").path("title").asString()).isEqualTo("<b>Trouble</b>");
      assertThat(created.path("payload").path("priority").asString()).isEqualTo("urgent");
      assertThat(created.path("correlationId").asString()).isEqualTo("a1");
      JsonNode over = only(told, Topic.ALERT_UPDATED);
      assertThat(over.path("payload").path("status").asString()).isEqualTo("resolved");
      assertThat(over.path("correlationId")).isEqualTo(created.path("correlationId"));
      assertThat(only(told, Topic.ANOMALY_DETECTED).toString()).doesNotContain("unknown");
    }
  }

  @Test
  void aMessageThatIsChanged_fitsNoSchema() throws Exception {
    try (var own = filled()) {
      Map<Topic, List<Message>> told = told(own);
      int changed = 0;
      for (Topic topic : Topic.values()) {
        Json.Obj message = parsed(told.getOrDefault(topic, List.of()).getFirst());
        List<Json.Obj> all = new ArrayList<>();
        changes("", message, (path, json) -> all.add((Json.Obj) json));
        for (Json.Obj one : all) {
          assertThat(faults(topic, node(one))).as("%s", text(one)).isNotEmpty();
        }
        changed += all.size();
        for (Topic other : Topic.values()) {
          assertThat(faults(other, node(message)).isEmpty()).isEqualTo(other == topic);
        }
      }
      assertThat(changed).isGreaterThan(150);
    }
  }

  /// Whatever stands in the place of a member: what the schema refuses is not told, and what is
  /// told the schema takes.
  @Test
  void whatIsChecked_isWhatTheSchemaSays() throws Exception {
    List<Json> odd = new ArrayList<>();
    for (String json :
        List.of("null", "true", "7", "0.5", "-1", "[]", "[7]", "[\"\"]", "[\"x\"]", "{}", "[{}]")) {
      odd.add(OwnTrail.json(json));
    }
    odd.add(OwnTrail.json("{\"x\":1}"));
    for (String text : List.of("", "x", "low", "firing", "no time", "2026-11-24T12:00:00Z")) {
      odd.add(Json.of(text));
    }
    for (int length : List.of(64, 65, 100, 101, 128, 129, 200, 201, 256, 257, 500, 501, 2_001)) {
      odd.add(Json.of("\ud83d\ude00".repeat(length)));
    }
    try (var own = filled()) {
      Map<Topic, List<Message>> told = told(own);
      int taken = 0;
      int refused = 0;
      for (Topic topic : Topic.values()) {
        Json.Obj message = parsed(told.getOrDefault(topic, List.of()).getFirst());
        Json.Obj payload = message.object("payload");
        Shape shape = Payloads.shape(topic);
        assertThat(shape.fault(payload)).isEmpty();
        for (String name : payload.members().keySet()) {
          if (topic == Topic.AUDIT_LOGGED || Set.of("log", "eventId", "timestamp").contains(name)) {
            continue; // not from anybody's details
          }
          List<Json> instead = new ArrayList<>(odd);
          changes("", payload.members().getOrDefault(name, Json.NULL), (_, j) -> instead.add(j));
          for (Json value : instead) {
            Json.Obj other = payload.with(name, value);
            boolean fits = faults(topic, node(message.with("payload", other))).isEmpty();
            assertThat(shape.fault(other).isEmpty())
                .as("%s: %s = %s", topic, name, text(value))
                .isEqualTo(fits);
            taken += fits ? 1 : 0;
            refused += fits ? 0 : 1;
          }
        }
      }
      assertThat(taken).isGreaterThan(50);
      assertThat(refused).isGreaterThan(500);
    }
  }

  @Test
  void whatDoesNotFit_isNotTold_andHoldsNothingUp() throws Exception {
    try (var own = new OwnTrail(folder)) {
      own.own("anomaly.detected", "x:1", null, ANOMALY.replace("0.93", "93"));
      own.own("risk.scored", "x:1", null, "{}");
      own.own("notification.admin_alert", "alert:a1", null, "{\"what\":{\"change\":\"fired\"}}");
      own.forged("compliance.violation", VIOLATION);
      own.own("risk.scored", "x:1", null, RISK);
      Map<Topic, List<Message>> told = told(own);
      assertThat(told.get(Topic.AUDIT_LOGGED)).hasSize(5);
      assertThat(told.get(Topic.RISK_SCORED)).singleElement().matches(one -> one.leafIndex() == 4);
      assertThat(told.get(Topic.ANOMALY_DETECTED)).isEmpty();
      assertThat(told.get(Topic.ALERT_CREATED)).isEmpty();
      assertThat(told.get(Topic.ALERT_UPDATED)).isEmpty();
      assertThat(told.get(Topic.COMPLIANCE_VIOLATION)).as("of a caller").isEmpty();
    }
  }

  @Test
  void aConsumerGoesOn_overARestart_withoutLossOrDouble() throws Exception {
    List<Long> got = new ArrayList<>();
    List<byte[]> first = new ArrayList<>();
    long next;
    try (var own = new OwnTrail(folder)) {
      own.callers(700);
      try (var bus = Bus.inside(own.trail)) {
        assertThat(bus.follower()).as("nothing runs for it").isEmpty();
        assertThatThrownBy(() -> bus.subscribe(Topic.AUDIT_LOGGED, 701))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("from: 701, the log has 700 entries");
        Subscription consumer = bus.subscribe(Topic.AUDIT_LOGGED, 0);
        while (got.size() < 300) {
          for (Message one : consumer.next(64, AT_ONCE)) {
            got.add(one.leafIndex());
            first.add(one.json());
          }
        }
        next = consumer.next();
        assertThat(consumer.lag()).isEqualTo(700 - next);
      }
    }
    try (var own = new OwnTrail(folder)) {
      own.callers(100);
      try (var bus = Bus.inside(own.trail)) {
        Subscription consumer = bus.subscribe(Topic.AUDIT_LOGGED, next);
        while (consumer.lag() > 0) {
          consumer.next(64, AT_ONCE).forEach(one -> got.add(one.leafIndex()));
        }
        assertThat(consumer.next(64, Duration.ofMillis(10))).isEmpty();
        assertThat(got).hasSize(800);
        for (int i = 0; i < got.size(); i++) {
          assertThat(got.get(i)).isEqualTo(i);
        }
        Subscription again = bus.subscribe(Topic.AUDIT_LOGGED, 0);
        List<byte[]> same = new ArrayList<>();
        while (same.size() < first.size()) {
          again.next(64, AT_ONCE).forEach(one -> same.add(one.json()));
        }
        for (int i = 0; i < first.size(); i++) {
          assertThat(same.get(i)).as("from the log as from memory").isEqualTo(first.get(i));
        }
      }
    }
  }

  private OwnTrail filled() throws Exception {
    var own = new OwnTrail(folder);
    own.callers(3);
    own.own("notification.admin_alert", "alert:a1", "critical", ALERT.formatted("firing", "fired"));
    own.own(
        "notification.admin_alert",
        "alert:a1",
        "critical",
        ALERT.formatted("resolved", "resolved"));
    own.own("anomaly.detected", "x:1", null, ANOMALY);
    own.own("risk.scored", "x:1", null, RISK);
    own.own("compliance.violation", "x:1", null, VIOLATION);
    assertThat(own.size()).isEqualTo(8);
    return own;
  }

  private static Map<Topic, List<Message>> told(OwnTrail own) throws Exception {
    Map<Topic, List<Message>> told = new EnumMap<>(Topic.class);
    try (var bus = Bus.inside(own.trail)) {
      for (Topic topic : Topic.values()) {
        Subscription consumer = bus.subscribe(topic, 0);
        List<Message> messages = new ArrayList<>();
        while (consumer.lag() > 0) {
          messages.addAll(consumer.next(64, AT_ONCE));
        }
        told.put(topic, messages);
      }
    }
    return told;
  }

  private static JsonNode only(Map<Topic, List<Message>> told, Topic topic) {
    List<Message> messages = told.getOrDefault(topic, List.of());
    assertThat(messages).as(topic.text()).hasSize(1);
    return JSON.readTree(messages.getFirst().json());
  }

  private interface Change {
    void to(String path, Json changed);
  }

  /// The same with one member taken away (unless it is optional), added or turned into what it is
  /// not, at every place.
  private static void changes(String path, Json json, Change change) {
    switch (json) {
      case Json.Obj object -> {
        change.to(path, object.with("unknown", Json.of("x")));
        for (var member : object.members().entrySet()) {
          String name = member.getKey();
          String below = path + "/" + name;
          if (!OPTIONAL.contains(below)) {
            change.to(path, without(object, name));
          }
          changes(below, member.getValue(), (at, other) -> change.to(at, object.with(name, other)));
        }
      }
      case Json.Arr(var items) -> {
        change.to(path, Json.of("no list"));
        for (int i = 0; i < items.size(); i++) {
          int at = i;
          changes(
              path + "/" + i,
              items.get(i),
              (where, other) -> {
                List<Json> more = new ArrayList<>(items);
                more.set(at, other);
                change.to(where, new Json.Arr(more));
              });
        }
      }
      case Json.Str _ -> {
        change.to(path, Json.of(7));
        change.to(path, Json.of(""));
      }
      default -> change.to(path, Json.of("no number"));
    }
  }

  private static Json.Obj without(Json.Obj object, String name) {
    Json.Obj rest = Json.EMPTY;
    for (var member : object.members().entrySet()) {
      if (!member.getKey().equals(name)) {
        rest = rest.with(member.getKey(), member.getValue());
      }
    }
    return rest;
  }

  private List<String> faults(Topic topic, JsonNode message) {
    Schema schema = schemas.get(topic);
    if (schema == null) {
      throw new AssertionError(topic);
    }
    return schema.validate(message).stream().map(Object::toString).toList();
  }

  private static Json.Obj parsed(Message message) {
    return (Json.Obj) OwnTrail.json(new String(message.json(), StandardCharsets.UTF_8));
  }

  private static JsonNode node(Json json) {
    return JSON.readTree(Canonical.bytes(json));
  }

  private static String text(Json json) {
    return new String(Canonical.bytes(json), StandardCharsets.UTF_8);
  }
}
