package qerberos.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An event as it is recorded: what the sender said, and what we know about the saying. Immutable.
///
/// @param id the event's name within its source, 1 to 128 characters: the sender's, or ours
/// @param source who sent it, the authenticated caller, 1 to 256 characters
/// @param receivedAt when it came in, by our clock
/// @param sent what was said; its `id` may be null, `id` above counts
/// @param erased paths (RFC 6901) whose values can no longer be read because the key of their
///     subject was destroyed; they are absent from `sent`
public record AuditEvent(
    String id, String source, Instant receivedAt, EventDraft sent, List<String> erased) {
  static final int SOURCE_MAX = 256;

  public AuditEvent {
    var faults = new ArrayList<Fault>(0);
    Limits.required("id", id, EventDraft.ID_MAX, faults);
    Limits.required("source", source, SOURCE_MAX, faults);
    if (!Rfc3339.writable(receivedAt)) {
      faults.add(new Fault("receivedAt", receivedAt + ", want a year from 0001 to 9999"));
    }
    if (!faults.isEmpty()) {
      throw new EventFaults(faults);
    }
    erased = List.copyOf(erased);
  }

  /// An event of which nothing was erased.
  public AuditEvent(String id, String source, Instant receivedAt, EventDraft sent) {
    this(id, source, receivedAt, sent, List.of());
  }

  /// When it happened: as the sender says, else when we received it.
  public Instant time() {
    Instant timestamp = sent.timestamp();
    return timestamp == null ? receivedAt : timestamp;
  }

  public String type() {
    return sent.type();
  }

  public @Nullable String subtype() {
    return sent.subtype();
  }

  public @Nullable String severity() {
    return sent.severity();
  }

  public String ref() {
    return sent.ref();
  }

  public Actor actor() {
    return sent.actor();
  }

  public String layer() {
    return sent.layer();
  }

  public Verdict verdict() {
    return sent.verdict();
  }

  public Json.Obj details() {
    return sent.details();
  }

  public Json.Obj context() {
    return sent.context();
  }

  public @Nullable String original() {
    return sent.original();
  }
}
