package qerberos.intake;

import java.time.DateTimeException;
import org.jspecify.annotations.Nullable;
import qerberos.event.DraftBuilder;
import qerberos.event.EventDraft;
import qerberos.event.EventFaults;
import qerberos.event.Fault;
import qerberos.event.Json;
import qerberos.event.Rfc3339;
import qerberos.event.Verdict;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads the fields of one event from the parser's tokens. Used by one thread at a time.
///
/// Two vocabularies are understood, because two are in use: `action` is `type`, `target` is `ref`,
/// `actor_id` is `actor.squidId`, and `before`, `after` and `cid` belong into `details`. A field
/// nobody knows is a fault and not passed over, so that a misspelt one is not lost.
final class EventFields {
  private static final String WANTED =
      "want id, type, subtype, severity, ref, actor, layer, verdict, details, context, original,"
          + " timestamp";

  private final JsonParser parser;
  private final JsonTree tree;
  private DraftBuilder draft = EventDraft.builder();
  private int seen;
  private @Nullable String type;
  private @Nullable String ref;
  private @Nullable String squidId;
  private @Nullable Json before;
  private @Nullable Json after;
  private @Nullable Json cid;
  private Json.Obj details = Json.EMPTY;

  EventFields(JsonParser parser, JsonTree.Bench bench) {
    this.parser = parser;
    this.tree = new JsonTree(parser, bench, false, fault -> draft.fault(fault));
  }

  /// The event that begins at the parser's current token, a `{`; the parser is left at its `}`.
  ///
  /// @throws EventFaults with everything that is wrong with it
  EventDraft read() {
    draft = EventDraft.builder();
    seen = 0;
    type = null;
    ref = null;
    squidId = null;
    before = null;
    after = null;
    cid = null;
    details = Json.EMPTY;
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      parser.nextToken();
      field(name);
    }
    moveIntoDetails("before", before);
    moveIntoDetails("after", after);
    moveIntoDetails("cid", cid);
    return draft.details(details).build();
  }

  private void field(String name) {
    switch (name) {
      case "id" -> draft.id(text(name, 0));
      case "type" -> type(name, text(name, 1));
      case "action" -> type(name, text(name, 2));
      case "subtype" -> draft.subtype(text(name, 3));
      case "severity" -> draft.severity(text(name, 4));
      case "ref" -> ref(name, text(name, 5));
      case "target" -> ref(name, text(name, 6));
      case "actor" -> actor();
      case "actor_id" -> actorId(text(name, 8));
      case "layer" -> draft.layer(text(name, 9));
      case "verdict" -> verdict(text(name, 10));
      case "details" -> details = object(name, 11);
      case "context" -> draft.context(object(name, 12));
      case "original" -> draft.original(text(name, 13));
      case "timestamp" -> timestamp(text(name, 14));
      case "before" -> before = any(name, 15);
      case "after" -> after = any(name, 16);
      case "cid" -> cid = any(name, 17);
      case "receivedAt", "source", "seq", "signature", "erased" -> {
        fault(name, "set by the server, leave it out");
        parser.skipChildren();
      }
      default -> {
        fault(JsonTree.shown(name), "unknown, " + WANTED);
        parser.skipChildren();
      }
    }
  }

  private void fault(String field, String message) {
    draft.fault(new Fault(field, message));
  }

  private void once(String name, int bit) {
    if ((seen & 1 << bit) != 0) {
      fault(name, "given twice");
    }
    seen |= 1 << bit;
  }

  /// A string, or null for a JSON null, or null and a fault for anything else.
  private @Nullable String text(String name, int bit) {
    once(name, bit);
    return text(name);
  }

  private @Nullable String text(String name) {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_STRING) {
      return parser.getString();
    }
    if (token != JsonToken.VALUE_NULL) {
      fault(name, kind(token) + ", want a string");
      parser.skipChildren();
    }
    return null;
  }

  private Json.Obj object(String name, int bit) {
    once(name, bit);
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      return (Json.Obj) tree.read(name);
    }
    if (token != JsonToken.VALUE_NULL) {
      fault(name, kind(token) + ", want an object");
      parser.skipChildren();
    }
    return Json.EMPTY;
  }

  private @Nullable Json any(String name, int bit) {
    once(name, bit);
    Json json = tree.read(name);
    return json instanceof Json.Null ? null : json;
  }

  private void type(String name, @Nullable String value) {
    if (type != null && value != null && !type.equals(value)) {
      fault(name, "type and action differ, want one of them");
    }
    type = value == null ? type : value;
    draft.type(type);
  }

  private void ref(String name, @Nullable String value) {
    if (ref != null && value != null && !ref.equals(value)) {
      fault(name, "ref and target differ, want one of them");
    }
    ref = value == null ? ref : value;
    draft.ref(ref);
  }

  private void actorId(@Nullable String value) {
    if (value == null) {
      return;
    }
    if ((seen & 1 << 7) == 0) {
      draft.actor(value, null, null);
    } else if (!value.equals(squidId)) {
      fault("actor_id", "actor.squidId and actor_id differ, want one of them");
    }
    squidId = value;
  }

  private void actor() {
    once("actor", 7);
    JsonToken token = parser.currentToken();
    if (token != JsonToken.START_OBJECT) {
      if (token != JsonToken.VALUE_NULL) {
        fault("actor", kind(token) + ", want an object with squidId");
        parser.skipChildren();
      }
      return;
    }
    String newSquidId = null;
    String subId = null;
    String daoId = null;
    int given = 0;
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      parser.nextToken();
      int bit =
          switch (name) {
            case "squidId" -> 1;
            case "subId" -> 2;
            case "daoId" -> 4;
            default -> 0;
          };
      if (bit == 0) {
        fault("actor." + JsonTree.shown(name), "unknown, want squidId, subId, daoId");
        parser.skipChildren();
        continue;
      }
      if ((given & bit) != 0) {
        fault("actor." + name, "given twice");
      }
      given |= bit;
      String value = text("actor." + name);
      switch (bit) {
        case 1 -> newSquidId = value;
        case 2 -> subId = value;
        default -> daoId = value;
      }
    }
    if (squidId != null && newSquidId != null && !squidId.equals(newSquidId)) {
      fault("actor_id", "actor.squidId and actor_id differ, want one of them");
    }
    squidId = newSquidId == null ? squidId : newSquidId;
    draft.actor(squidId, subId, daoId);
  }

  private void verdict(@Nullable String value) {
    if (value == null) {
      return;
    }
    switch (value) {
      case "ALLOW" -> draft.verdict(Verdict.ALLOW);
      case "DENY" -> draft.verdict(Verdict.DENY);
      case "WARN" -> draft.verdict(Verdict.WARN);
      default -> fault("verdict", "'" + JsonTree.shortened(value) + "', want ALLOW, DENY or WARN");
    }
  }

  private void timestamp(@Nullable String value) {
    if (value == null) {
      return;
    }
    try {
      draft.timestamp(Rfc3339.read(value));
    } catch (DateTimeException e) {
      fault("timestamp", String.valueOf(e.getMessage()));
    }
  }

  private void moveIntoDetails(String name, @Nullable Json value) {
    if (value == null) {
      return;
    }
    if (details.get(name) != null) {
      fault(name, "also in details, want one of them");
      return;
    }
    details = details.with(name, value);
  }

  static String kind(JsonToken token) {
    return switch (token) {
      case START_OBJECT, END_OBJECT, PROPERTY_NAME -> "an object";
      case START_ARRAY, END_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> "nothing";
    };
  }
}
