package qerberos.trail;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import qerberos.event.Actor;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Privacy;
import qerberos.event.Verdict;
import qerberos.ledger.Appended;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.LedgerObserver;
import qerberos.settings.TrailSettings;
import qerberos.state.State;

/// Trails on real folders, and an event of no interest to put into them.
public final class TestTrail {
  private TestTrail() {}

  /// Opened as a server does, the ledger lying in the settings' data folder.
  public static Trail open(TrailSettings settings, State state) throws IOException {
    return Trail.open(
        settings,
        Privacy.defaults(),
        new FolderStorage(settings.data().resolve("ledger")),
        LedgerObserver.NONE,
        state,
        Clock.systemUTC(),
        new SecureRandom());
  }

  /// An event of this id, which nothing else distinguishes.
  public static EventDraft event(String id) {
    return new EventDraft(
        id,
        "a.b",
        null,
        null,
        "c:1",
        new Actor("did:squid:x"),
        "test",
        Verdict.ALLOW,
        Json.EMPTY,
        Json.EMPTY,
        null,
        null);
  }

  /// Appends it as a caller's.
  public static Appended append(Trail trail, String id) throws InterruptedException {
    Appending appending = trail.appending();
    return appending.append(List.of(appending.prepare("token:test", event(id), null))).getFirst();
  }
}
