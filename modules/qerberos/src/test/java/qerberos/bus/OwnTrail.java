package qerberos.bus;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qerberos.event.Actor;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Privacy;
import qerberos.event.Reserved;
import qerberos.event.Verdict;
import qerberos.intake.AnyJson;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.LedgerObserver;
import qerberos.settings.StateSettings;
import qerberos.settings.TrailSettings;
import qerberos.state.State;
import qerberos.trail.Prepared;
import qerberos.trail.Trail;

/// A trail on a folder of its own, and entries for it: those of callers and our own. Used by one
/// thread at a time.
final class OwnTrail implements AutoCloseable {
  final State state;
  final Trail trail;

  OwnTrail(Path folder) throws IOException {
    this(folder, Privacy.defaults());
  }

  OwnTrail(Path folder, Privacy privacy) throws IOException {
    state = State.open(StateSettings.in(folder), Clock.systemUTC());
    trail =
        Trail.open(
            TrailSettings.in(folder),
            privacy,
            new FolderStorage(folder.resolve("ledger")),
            LedgerObserver.NONE,
            state,
            Clock.systemUTC(),
            new SecureRandom());
  }

  /// As many events of a caller.
  void callers(int count) throws InterruptedException {
    for (int left = count; left > 0; left -= 500) {
      List<Prepared> lot = new ArrayList<>();
      for (int i = 0; i < Math.min(500, left); i++) {
        lot.add(trail.appending().prepare("token:test", draft(), null));
      }
      var ignored = trail.appending().append(lot);
    }
  }

  private static EventDraft draft() {
    return new EventDraft(
        null,
        "document.share",
        null,
        null,
        "document:42",
        new Actor("did:squid:alice", "north", "dao:red"),
        "application",
        Verdict.ALLOW,
        (Json.Obj) json("{\"ip\":\"192.0.2.77\",\"email\":\"alice@example.org\",\"size\":7}"),
        Json.EMPTY,
        null,
        null);
  }

  /// An entry of our own, of a type that says more than that it was recorded.
  void own(String type, String ref, @Nullable String severity, String details) {
    trail
        .own()
        .recordNow(
            new EventDraft(
                null,
                type,
                null,
                severity,
                ref,
                new Actor("system:qerberos"),
                Reserved.LAYER,
                Verdict.WARN,
                (Json.Obj) json(details),
                Json.EMPTY,
                null,
                null));
  }

  /// An entry that looks like one of ours, of a caller who may not write such.
  void forged(String type, String details) throws InterruptedException {
    var draft =
        new EventDraft(
            null,
            type,
            null,
            null,
            "x:1",
            new Actor("did:squid:mallory"),
            "application",
            Verdict.ALLOW,
            (Json.Obj) json(details),
            Json.EMPTY,
            null,
            null);
    var appending = trail.appending();
    var ignored = appending.append(List.of(appending.prepare("token:test", draft, null)));
  }

  static Json json(String text) {
    return AnyJson.read(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  long size() {
    return trail.ledger().size();
  }

  @Override
  public void close() throws IOException {
    trail.close();
    state.close();
  }
}
