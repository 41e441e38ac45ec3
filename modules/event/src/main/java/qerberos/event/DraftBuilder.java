package qerberos.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Collects the fields of an event as they arrive, and what is wrong with them; `build` gives the
/// event or all faults at once. Used by one thread at a time.
public final class DraftBuilder {
  private @Nullable String id;
  private @Nullable String type;
  private @Nullable String subtype;
  private @Nullable String severity;
  private @Nullable String ref;
  private @Nullable String squidId;
  private @Nullable String subId;
  private @Nullable String daoId;
  private boolean actorGiven;
  private @Nullable String layer;
  private @Nullable Verdict verdict;
  private Json.Obj details = Json.EMPTY;
  private Json.Obj context = Json.EMPTY;
  private @Nullable String original;
  private @Nullable Instant timestamp;
  private final List<Fault> found = new ArrayList<>(0);

  DraftBuilder() {}

  public DraftBuilder id(@Nullable String value) {
    id = value;
    return this;
  }

  public DraftBuilder type(@Nullable String value) {
    type = value;
    return this;
  }

  public DraftBuilder subtype(@Nullable String value) {
    subtype = value;
    return this;
  }

  public DraftBuilder severity(@Nullable String value) {
    severity = value;
    return this;
  }

  public DraftBuilder ref(@Nullable String value) {
    ref = value;
    return this;
  }

  /// The actor's parts, not yet checked.
  public DraftBuilder actor(
      @Nullable String newSquidId, @Nullable String newSubId, @Nullable String newDaoId) {
    actorGiven = true;
    squidId = newSquidId;
    subId = newSubId;
    daoId = newDaoId;
    return this;
  }

  public DraftBuilder actor(Actor actor) {
    return actor(actor.squidId(), actor.subId(), actor.daoId());
  }

  public DraftBuilder layer(@Nullable String value) {
    layer = value;
    return this;
  }

  public DraftBuilder verdict(@Nullable Verdict value) {
    verdict = value;
    return this;
  }

  public DraftBuilder details(Json.Obj value) {
    details = value;
    return this;
  }

  public DraftBuilder context(Json.Obj value) {
    context = value;
    return this;
  }

  public DraftBuilder original(@Nullable String value) {
    original = value;
    return this;
  }

  public DraftBuilder timestamp(@Nullable Instant value) {
    timestamp = value;
    return this;
  }

  /// Something is wrong that the event itself cannot know, such as a field that nobody knows. A
  /// fault of a field silences "missing" for it.
  public DraftBuilder fault(Fault fault) {
    Limits.add(fault, found);
    return this;
  }

  /// The event.
  ///
  /// @throws EventFaults with every fault: those told before, what is missing, what is out of
  ///     bounds
  public EventDraft build() {
    if (found.isEmpty()
        && type != null
        && ref != null
        && squidId != null
        && layer != null
        && verdict != null
        && Actor.faults(squidId, subId, daoId).isEmpty()) {
      return new EventDraft(
          id,
          type,
          subtype,
          severity,
          ref,
          new Actor(squidId, subId, daoId),
          layer,
          verdict,
          details,
          context,
          original,
          timestamp);
    }
    throw new EventFaults(allFaults());
  }

  private List<Fault> allFaults() {
    var checked = new ArrayList<Fault>();
    if (!actorGiven) {
      checked.add(new Fault("actor", "missing"));
    } else {
      checked.addAll(Actor.faults(squidId, subId, daoId));
    }
    if (verdict == null) {
      checked.add(new Fault("verdict", "missing"));
    }
    EventDraft.check(
        id, type, subtype, severity, ref, layer, details, context, original, timestamp, checked);
    var all = new ArrayList<Fault>(found);
    for (Fault fault : checked) {
      if (found.stream().noneMatch(told -> told.field().equals(fault.field()))) {
        all.add(fault);
      }
    }
    return all;
  }
}
