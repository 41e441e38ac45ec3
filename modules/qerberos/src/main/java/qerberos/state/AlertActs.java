package qerberos.state;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;
import qerberos.notice.Acknowledged;
import qerberos.notice.Acknowledgement;
import qerberos.notice.Alert;
import qerberos.notice.AlertChange;
import qerberos.notice.AlertSeen;
import qerberos.notice.AlertStatus;
import qerberos.notice.Severity;

/// What an event says about an alert whose status changed or that somebody acknowledged, and back.
///
/// A repetition is no event. So the count is what it was at the last change, and what a repetition
/// said otherwise is taken over when it is repeated once more.
public final class AlertActs {
  public static final String TYPE = "notification.admin_alert";
  private static final String ACKNOWLEDGED = "acknowledged";
  private static final String REF = "alert:";
  private static final Set<String> OURS =
      Set.of("status", "change", "summary", "source", "fingerprint", "startsAt", "count", "notice");

  private AlertActs() {}

  public static String ref(Alert alert) {
    return REF + alert.id();
  }

  /// @param noticeId of what the operators read about it
  public static Json.Obj what(AlertSeen seen, String noticeId) {
    Alert alert = seen.alert();
    Json.Obj what =
        Json.EMPTY
            .with("status", Json.of(lower(alert.status())))
            .with("change", Json.of(lower(seen.change())))
            .with("summary", Json.of(alert.summary()))
            .with("source", Json.of(alert.source()))
            .with("fingerprint", Json.of(alert.fingerprint()))
            .with("startsAt", Json.of(alert.startsAt().toString()))
            .with("count", Json.of((double) seen.count()))
            .with("notice", Json.of(noticeId));
    for (var field : alert.fields().entrySet()) {
      what = what.with(field.getKey(), Json.of(field.getValue()));
    }
    return what;
  }

  /// The note is sealed, as whatever a person wrote.
  public static Json.Obj acknowledged(Acknowledged.Now now) {
    Json.Obj what =
        Json.EMPTY
            .with("status", Json.of(ACKNOWLEDGED))
            .with("summary", Json.of(now.alert().alert().summary()))
            .with("escalationsSpared", Json.of((double) now.spared()));
    Acknowledgement given = now.alert().acknowledgement();
    return given == null || given.note() == null
        ? what
        : what.with("note", Json.of(given.note()))
            .with("noteLength", Json.of((double) given.note().length()));
  }

  static OwnAct.Taken project(Handle handle, OwnAct act) {
    return ACKNOWLEDGED.equals(act.text("status"))
        ? projectAcknowledged(handle, act)
        : projectChanged(handle, act);
  }

  private static OwnAct.Taken projectAcknowledged(Handle handle, OwnAct act) {
    boolean noted = act.number("noteLength") != null;
    var given = new Acknowledgement(act.by(), act.at(), noted ? act.personal("note") : null);
    Optional<Acknowledged> ignored = AlertRows.acknowledge(handle, act.about(REF), given);
    return act.wasErased("note") ? OwnAct.Taken.ERASED : OwnAct.Taken.WHOLE;
  }

  private static OwnAct.Taken projectChanged(Handle handle, OwnAct act) {
    Map<String, String> fields = new TreeMap<>();
    for (String name : act.what().members().keySet()) {
      String value = act.text(name);
      if (value != null && !OURS.contains(name)) {
        fields.put(name, value);
      }
    }
    String severity = act.event().severity();
    var alert =
        new Alert(
            act.required("fingerprint"),
            Instant.parse(act.required("startsAt")),
            AlertStatus.valueOf(act.required("status").toUpperCase(Locale.ROOT)),
            Severity.valueOf(String.valueOf(severity).toUpperCase(Locale.ROOT)),
            act.required("summary"),
            act.required("source"),
            fields);
    String id = act.about(REF);
    @Nullable Long count = act.number("count");
    AlertRows.told(handle, id, alert, act.at(), count);
    @Nullable String noticeId = act.text("notice");
    if (noticeId != null) {
      var change = AlertChange.valueOf(act.required("change").toUpperCase(Locale.ROOT));
      var seen = new AlertSeen(alert, change, 0, List.of());
      NoticeRows.addOnce(handle, seen.toOperators(noticeId, act.at(), List.of(), List.of()));
    }
    return count == null || noticeId == null ? OwnAct.Taken.INCOMPLETE : OwnAct.Taken.WHOLE;
  }

  private static String lower(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT);
  }
}
