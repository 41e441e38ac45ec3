package qerberos.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qerberos.event.Actor;
import qerberos.event.EventDraft;
import qerberos.event.Json;

/// An event as a sender writes it for the API. Immutable.
final class DraftJson {
  private DraftJson() {}

  static Json of(EventDraft draft) {
    Map<String, Json> members = new LinkedHashMap<>();
    put(members, "id", draft.id());
    put(members, "type", draft.type());
    put(members, "subtype", draft.subtype());
    put(members, "severity", draft.severity());
    put(members, "ref", draft.ref());
    put(members, "layer", draft.layer());
    put(members, "verdict", draft.verdict().name());
    put(members, "original", draft.original());
    put(members, "timestamp", draft.timestamp() == null ? null : draft.timestamp().toString());
    Actor actor = draft.actor();
    Map<String, Json> who = new LinkedHashMap<>();
    put(who, "squidId", actor.squidId());
    put(who, "subId", actor.subId());
    put(who, "daoId", actor.daoId());
    members.put("actor", new Json.Obj(who));
    if (!draft.details().isEmpty()) {
      members.put("details", draft.details());
    }
    if (!draft.context().isEmpty()) {
      members.put("context", draft.context());
    }
    return new Json.Obj(members);
  }

  private static void put(Map<String, Json> members, String name, @Nullable String value) {
    if (value != null) {
      members.put(name, Json.of(value));
    }
  }
}
