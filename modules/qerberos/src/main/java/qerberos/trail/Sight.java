package qerberos.trail;

import java.util.List;
import qerberos.event.Actor;
import qerberos.event.AuditEvent;
import qerberos.identity.View;
import qerberos.query.Query;

/// What a view means for events: as a question to the index, and as a check of the event itself.
///
/// Both are always applied. The index may be stale or edited; an event is shown only when the one
/// that was read from the log passes.
public final class Sight {
  private Sight() {}

  /// Whether this event may be shown.
  public static boolean sees(View view, AuditEvent event) {
    Actor actor = event.actor();
    return switch (view) {
      case View.Everything() -> true;
      case View.OfActor(var squidId) -> squidId.equals(actor.squidId());
      case View.OfSubidentity(var squidId, var subId) ->
          squidId.equals(actor.squidId()) && subId.equals(actor.subId());
      case View.OfDao(var daoId) -> daoId.equals(actor.daoId());
      case View.OfSource(var source) -> source.equals(event.source());
      case View.Nothing() -> false;
    };
  }

  /// The same question, narrowed to what may be shown.
  static Query narrowed(View view, Query query) {
    return switch (view) {
      case View.Everything() -> query;
      case View.OfActor(var squidId) -> and(query, new Query.Term("actor", squidId));
      case View.OfSubidentity(var squidId, var subId) ->
          and(query, new Query.Term("actor", squidId), new Query.Term("subId", subId));
      case View.OfDao(var daoId) -> and(query, new Query.Term("daoId", daoId));
      case View.OfSource(var source) -> and(query, new Query.Term("source", source));
      case View.Nothing() -> and(query, new Query.Not(new Query.All()));
    };
  }

  private static Query and(Query... parts) {
    return Query.and(List.of(parts));
  }
}
