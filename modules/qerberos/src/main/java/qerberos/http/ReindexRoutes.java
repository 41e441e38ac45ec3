package qerberos.http;

import static java.lang.System.Logger.Level.ERROR;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import qerberos.identity.Permission;
import qerberos.trail.Trail;

/// `/admin/reindex`: builds the index again while the old one serves, and says how far it is.
///
/// Safe for concurrent use.
final class ReindexRoutes {
  private static final System.Logger LOG = System.getLogger(ReindexRoutes.class.getName());

  private record Reindexing(Instant since, long done, long total) {}

  private final Trail trail;
  private final Records records;
  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile @Nullable Reindexing reindexing;
  private volatile @Nullable String lastReindex;

  ReindexRoutes(Trail trail, Records records) {
    this.trail = trail;
    this.records = records;
  }

  List<Route> routes() {
    return List.of(
        // Asked several times a second by whoever draws the progress.
        Route.of("GET", "/admin/reindex", Permission.ADMIN, Route.Cost.FREE, this::reindexing),
        Route.guarded(
            "POST", "/admin/reindex", Permission.ADMIN, Stored.orUnavailable(this::reindex)));
  }

  private Answer reindex(Exchange exchange) {
    boolean begun = busy.compareAndSet(false, true);
    if (begun) {
      records.begun(exchange, "qerberos.reindex", "qerberos:index");
      Instant since = exchange.receivedAt();
      reindexing = new Reindexing(since, 0, trail.ledger().size());
      Thread ignored = Thread.ofPlatform().name("reindex").daemon(true).start(() -> rebuilt(since));
    }
    return exchange.ok(
        202,
        begun ? "STARTED" : "ALREADY_RUNNING",
        begun ? "begun; GET shows how far it is" : "one is running; GET shows how far it is",
        json -> json.object().name("started").value(begun).end());
  }

  private void rebuilt(Instant since) {
    try {
      trail
          .search()
          .reindex((stage, done, total) -> reindexing = new Reindexing(since, done, total));
      lastReindex = "done";
    } catch (IOException | RuntimeException e) {
      LOG.log(ERROR, "the index could not be built again; the old one goes on serving", e);
      lastReindex = "failed: " + e.getMessage();
    } finally {
      reindexing = null;
      busy.set(false);
    }
  }

  private Answer reindexing(Exchange exchange) {
    Reindexing now = reindexing;
    @Nullable String last = lastReindex;
    return exchange.ok(
        json -> {
          json.object().name("running").value(now != null);
          if (now != null) {
            json.name("since")
                .value(now.since().toString())
                .name("done")
                .value(now.done())
                .name("total")
                .value(now.total());
          }
          if (last != null) {
            json.name("last").value(last);
          }
          json.end();
        });
  }
}
