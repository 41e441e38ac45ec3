package qerberos.benchmarks;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import qerberos.event.Canonical;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.intake.EventReader;
import qerberos.intake.IntakeLimits;
import qerberos.intake.Parsed;

/// An event as a database with columns keeps it. Immutable.
///
/// @param device `actor.subId`
/// @param team `actor.daoId`
/// @param ip `details.ip`
/// @param details as JSON, and so `context`
/// @param words the texts of `details`, a blank between them
record Row(
    String id,
    Instant time,
    String type,
    String ref,
    String actor,
    @Nullable String device,
    @Nullable String team,
    String layer,
    String verdict,
    @Nullable String ip,
    String details,
    String context,
    String words) {
  private static final EventReader READER = new EventReader(IntakeLimits.DEFAULT);

  /// Each line of a batch.
  static List<Row> of(byte[] ndjson) {
    List<Row> rows = new ArrayList<>();
    READER.ndjson(
        ndjson,
        parsed -> {
          switch (parsed) {
            case Parsed.Good(_, var draft) -> rows.add(of(draft));
            case Parsed.Bad bad -> throw new IllegalStateException(bad.toString());
          }
        });
    return rows;
  }

  private static Row of(EventDraft event) {
    var words = new StringBuilder();
    read(event.details(), words);
    return new Row(
        Objects.requireNonNull(event.id()),
        Objects.requireNonNull(event.timestamp()),
        event.type(),
        event.ref(),
        event.actor().squidId(),
        event.actor().subId(),
        event.actor().daoId(),
        event.layer(),
        event.verdict().name(),
        event.details().text("ip"),
        text(event.details()),
        text(event.context()),
        words.toString());
  }

  private static String text(Json json) {
    return new String(Canonical.bytes(json), StandardCharsets.UTF_8);
  }

  private static void read(Json json, StringBuilder words) {
    switch (json) {
      case Json.Obj(var members) -> members.values().forEach(member -> read(member, words));
      case Json.Arr(var items) -> items.forEach(item -> read(item, words));
      case Json.Str(var text) -> words.append(text).append(' ');
      case Json.Num _, Json.Bool _, Json.Null _ -> {}
    }
  }
}
