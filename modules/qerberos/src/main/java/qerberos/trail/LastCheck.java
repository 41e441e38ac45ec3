package qerberos.trail;

import static java.lang.System.Logger.Level.WARNING;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qerberos.event.Canonical;
import qerberos.event.Json;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Verification;
import qerberos.state.Document;
import qerberos.state.Documents;
import qerberos.state.StateUnavailable;

/// How the last verification of the whole log ended, as a document of the state database. Not
/// trusted: whoever changes it can make us say that the log held, until the next verification.
/// Immutable.
final class LastCheck {
  private static final System.Logger LOG = System.getLogger(LastCheck.class.getName());
  private static final String NAME = "self-check";
  private static final int DAMAGES_MAX = 100;

  private LastCheck() {}

  /// The result that was kept; empty when there is none that can be read.
  static Optional<SelfCheck.Result> in(Documents documents) throws StateUnavailable {
    Optional<Document> document = documents.get(NAME);
    if (document.isEmpty()) {
      return Optional.empty();
    }
    try {
      byte[] body = document.get().body().getBytes(StandardCharsets.UTF_8);
      return Canonical.read(body) instanceof Json.Obj json ? result(json) : Optional.empty();
    } catch (IllegalArgumentException | DateTimeException e) {
      LOG.log(WARNING, "how the last verification ended was not kept well: " + e.getMessage());
      return Optional.empty();
    }
  }

  /// What was found out about a log that has ended says nothing about the next.
  static void forget(Documents documents) throws StateUnavailable {
    boolean ignored = documents.remove(NAME);
  }

  static void keep(Documents documents, SelfCheck.Result result) throws StateUnavailable {
    Map<String, Json> members = new HashMap<>();
    members.put("at", Json.of(result.at().toString()));
    members.put("tookMillis", Json.of((double) result.took().toMillis()));
    switch (result.verification()) {
      case Verification.Holds(var checkpoint, var checked) -> {
        members.put("checkpoint", Json.of(checkpoint.text()));
        members.put("checked", texts(checked));
      }
      case Verification.Broken(var damages) ->
          members.put(
              "damages",
              new Json.Arr(
                  damages.stream()
                      .limit(DAMAGES_MAX)
                      .<Json>map(one -> texts(List.of(one.where(), one.what())))
                      .toList()));
      case Verification.CannotTell(var reason) -> members.put("reason", Json.of(reason));
    }
    byte[] body = Canonical.bytes(new Json.Obj(members));
    documents.put(NAME, new String(body, StandardCharsets.UTF_8));
  }

  private static Optional<SelfCheck.Result> result(Json.Obj json) {
    String at = json.text("at");
    if (at == null || !(json.get("tookMillis") instanceof Json.Num(var tookMillis))) {
      return Optional.empty();
    }
    String checkpoint = json.text("checkpoint");
    String reason = json.text("reason");
    Verification verification;
    long size = 0;
    if (checkpoint != null) {
      Checkpoint covered = Checkpoint.parse(checkpoint);
      size = covered.size();
      verification = new Verification.Holds(covered, texts(json.get("checked")));
    } else if (reason != null) {
      verification = new Verification.CannotTell(reason);
    } else {
      List<Verification.Damage> damages = new ArrayList<>();
      if (json.get("damages") instanceof Json.Arr(var items)) {
        for (Json item : items) {
          List<String> pair = texts(item);
          damages.add(new Verification.Damage(pair.getFirst(), pair.getLast()));
        }
      }
      verification = new Verification.Broken(damages);
    }
    return Optional.of(
        new SelfCheck.Result(
            Instant.parse(at), Duration.ofMillis((long) tookMillis), size, verification));
  }

  private static Json texts(List<String> texts) {
    return new Json.Arr(texts.stream().<Json>map(Json::of).toList());
  }

  private static List<String> texts(@Nullable Json json) {
    List<String> texts = new ArrayList<>();
    if (json instanceof Json.Arr(var items)) {
      for (Json item : items) {
        if (item instanceof Json.Str(var text)) {
          texts.add(text);
        }
      }
    }
    if (texts.isEmpty()) {
      throw new IllegalArgumentException("a list is missing");
    }
    return texts;
  }
}
