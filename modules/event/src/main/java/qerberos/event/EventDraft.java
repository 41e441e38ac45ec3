package qerberos.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a sender says about one event, checked. Immutable.
///
/// @param id the sender's own name for the event, 1 to 128 characters, or null
/// @param type what was done, 1 to 100 characters, such as `auth.login`
/// @param subtype 1 to 100 characters, or null
/// @param severity 1 to 100 characters, or null
/// @param ref what it was done to, 1 to 500 characters
/// @param layer where it happened, 1 to 100 characters
/// @param details what else there is to say; at most 64 levels and 1,000 fields, names of at most
///     256 characters, no integer beyond 2^53
/// @param context what it belongs to (`request_id`, `trace_id`); limits as for `details`
/// @param original a vendor's own record as text, at most 1 MiB in UTF-8, or null
/// @param timestamp when it happened, in the years 1 to 9999, or null when the sender does not know
public record EventDraft(
    @Nullable String id,
    String type,
    @Nullable String subtype,
    @Nullable String severity,
    String ref,
    Actor actor,
    String layer,
    Verdict verdict,
    Json.Obj details,
    Json.Obj context,
    @Nullable String original,
    @Nullable Instant timestamp) {
  /// Bytes of `original` in UTF-8: 1 MiB.
  public static final int ORIGINAL_MAX = 1 << 20;

  static final int ID_MAX = 128;
  static final int NAME_MAX = 100;
  static final int REF_MAX = 500;

  /// @throws EventFaults with every fault, not only the first
  public EventDraft {
    var faults = new ArrayList<Fault>(0);
    check(id, type, subtype, severity, ref, layer, details, context, original, timestamp, faults);
    if (!faults.isEmpty()) {
      throw new EventFaults(faults);
    }
  }

  /// A builder without anything in it.
  public static DraftBuilder builder() {
    return new DraftBuilder();
  }

  /// The same with another id.
  public EventDraft withId(String newId) {
    return new EventDraft(
        newId, type, subtype, severity, ref, actor, layer, verdict, details, context, original,
        timestamp);
  }

  static void check(
      @Nullable String id,
      @Nullable String type,
      @Nullable String subtype,
      @Nullable String severity,
      @Nullable String ref,
      @Nullable String layer,
      Json.Obj details,
      Json.Obj context,
      @Nullable String original,
      @Nullable Instant timestamp,
      List<Fault> faults) {
    Limits.optional("id", id, ID_MAX, faults);
    Limits.required("type", type, NAME_MAX, faults);
    Limits.optional("subtype", subtype, NAME_MAX, faults);
    Limits.optional("severity", severity, NAME_MAX, faults);
    Limits.required("ref", ref, REF_MAX, faults);
    Limits.required("layer", layer, NAME_MAX, faults);
    Limits.tree("details", details, faults);
    Limits.tree("context", context, faults);
    if (original != null) {
      Limits.original(original, faults);
    }
    if (timestamp != null && !Rfc3339.writable(timestamp)) {
      faults.add(new Fault("timestamp", timestamp + ", want a year from 0001 to 9999"));
    }
  }
}
