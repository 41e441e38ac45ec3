package qerberos.trail;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import qerberos.event.Leaf;
import qerberos.identity.View;
import qerberos.ledger.Ledger;
import qerberos.ledger.Progress;
import qerberos.query.Aggregate;
import qerberos.query.Found;
import qerberos.query.IndexBehind;
import qerberos.query.Order;
import qerberos.query.Query;
import qerberos.query.Search;

/// Finds events and shows them to those who may see them.
///
/// Every event that is shown was read back from the ledger and checked there against its leaf hash,
/// matched again, and is shown only to those whose view allows it; the index is never believed in
/// either, and built again when it was caught ([Distrust]).
///
/// Safe for concurrent use.
public final class TrailSearch implements AutoCloseable {
  /// How long a search waits for the index to come as far as what was acknowledged.
  private static final Duration CATCH_UP = Duration.ofSeconds(5);

  /// An index that far behind is being built, and will not be there soon.
  private static final long FAR_BEHIND = 100_000;

  private final Ledger ledger;
  private final LedgerEvents events;
  private final Tail tail;
  private final TrailIndex index;
  private final Follower indexing;
  private final Appending appending;
  private final Distrust distrust;

  TrailSearch(
      Ledger ledger,
      LedgerEvents events,
      Tail tail,
      TrailIndex index,
      Follower indexing,
      Appending appending) {
    this.ledger = ledger;
    this.events = events;
    this.tail = tail;
    this.index = index;
    this.indexing = indexing;
    this.appending = appending;
    this.distrust = new Distrust(() -> reindex((_, _, _) -> {}));
  }

  /// The event with this id, if the view shows it.
  ///
  /// An id belongs to its source. The caller's own comes first; then the newest of whatever source,
  /// among those the view shows.
  ///
  /// @param ownSource under which the caller sends
  /// @param source the source to look at; null for the order above
  /// @throws IndexBehind when nobody can say yet whether there is one
  public Optional<Shown> find(View view, String ownSource, String id, @Nullable String source)
      throws IOException, InterruptedException {
    OptionalLong named = ledger.find(Leaf.name(source == null ? ownSource : source, id));
    if (named.isPresent()) {
      Shown shown = events.read(named.getAsLong());
      if (Sight.sees(view, shown.event())) {
        return Optional.of(shown);
      }
    }
    if (source != null) {
      return Optional.empty();
    }
    Optional<Long> recent = tail.newest(event -> event.id().equals(id) && Sight.sees(view, event));
    if (recent.isEmpty()) {
      // An index that is being built does not know that there is none.
      awaitAcknowledged();
      Found found =
          index.search(Search.of(Sight.narrowed(view, new Query.Term("id", id))).withLimit(1));
      recent = found.leafIndexes().stream().findFirst();
    }
    if (recent.isEmpty()) {
      return Optional.empty();
    }
    Shown shown = events.read(recent.get());
    boolean right = shown.event().id().equals(id) && Sight.sees(view, shown.event());
    return right ? Optional.of(shown) : Optional.empty();
  }

  /// Finds a page of what the view shows. What was acknowledged before is among it; events of our
  /// own are not waited for.
  ///
  /// @param facets numbers about all that matches at the size of the log that the page shows
  /// @throws IllegalArgumentException naming what cannot be searched for
  /// @throws IndexBehind when a cursor looks at more than is indexed, or the index has not come as
  ///     far as what was acknowledged, because it is being built: a part would pass for the whole
  /// @throws qerberos.query.SearchTooLong when it takes longer than the settings allow
  public Page page(
      View view,
      Query query,
      Order order,
      int limit,
      long offset,
      @Nullable String cursor,
      List<Aggregate> facets)
      throws IOException, InterruptedException {
    if (cursor == null) {
      awaitAcknowledged();
    }
    Query seen = Sight.narrowed(view, query);
    Found found = index.search(new Search(seen, order, limit, offset, cursor, ledger.size()));
    List<Shown> shown = new ArrayList<>(found.leafIndexes().size());
    for (long leafIndex : found.leafIndexes()) {
      Shown one = events.read(leafIndex);
      if (!Sight.sees(view, one.event()) || !matches(query, one)) {
        distrust.accept(one);
      } else {
        shown.add(one);
      }
    }
    List<Aggregate.Answer> numbers =
        facets.isEmpty() ? List.of() : index.aggregate(facets, seen, found.logSize());
    return new Page(shown, found.total(), found.nextCursor(), numbers);
  }

  private static boolean matches(Query query, Shown one) {
    return query instanceof Query.All || query.matches(one.index(), one.event());
  }

  /// Numbers about all that matches and that the view shows: one answer to each, all about the same
  /// events. What was acknowledged before is among them, as in a search.
  ///
  /// @throws IllegalArgumentException naming what cannot be searched for, or `interval` when that
  ///     makes too many bars
  /// @throws IndexBehind as in a search
  /// @throws qerberos.query.SearchTooLong when it takes longer than the settings allow
  public List<Aggregate.Answer> count(View view, Query query, List<Aggregate> aggregates)
      throws IOException, InterruptedException {
    awaitAcknowledged();
    return index.aggregate(aggregates, Sight.narrowed(view, query), ledger.size());
  }

  private void awaitAcknowledged() throws IOException, InterruptedException {
    long size = appending.acknowledged();
    boolean near = size - indexing.next() < FAR_BEHIND && indexing.failure().isEmpty();
    if (!index.awaitIndexed(size, near ? CATCH_UP : Duration.ZERO)) {
      throw new IndexBehind(size, indexing.next());
    }
  }

  /// Goes along with the log from a place on, which may be its end.
  ///
  /// @throws IllegalArgumentException naming `from` when the log is shorter
  public Pursuit pursue(View view, Query query, long from) {
    return Pursuit.from(ledger, events, tail, index, view, query, from);
  }

  /// All that the view shows and the query matches behind a place, at one published size.
  ///
  /// @param after the place before the first; -1 for all
  /// @param size the size to pin; null for the whole log as it is now
  /// @throws IllegalArgumentException naming `size` or `after` when the published log is shorter
  /// @throws TimeoutException the index did not come that far in time
  /// @throws qerberos.query.SearchTooLong finding out where they lie takes longer than the settings
  ///     allow
  public Extract extract(View view, Query query, long after, @Nullable Long size)
      throws IOException, InterruptedException, TimeoutException {
    return Extract.of(ledger, events, index, view, query, after, size);
  }

  /// Waits until everything before this size can be found, at most so long; false when it cannot.
  public boolean awaitIndexed(long size, Duration most) throws IOException, InterruptedException {
    return index.awaitIndexed(size, most);
  }

  /// Builds the index anew, from the first event on, while the old one serves.
  public void reindex(Progress progress) throws IOException {
    index.rebuild(
        (from, most) -> {
          distrust.checkOpen();
          return events.read(from, most);
        },
        progress);
  }

  /// How often the index named an event that is not what was asked for; more than 0 means that
  /// somebody changed it.
  public long wrongHits() {
    return distrust.count();
  }

  /// Ends the building of the index, if it is being built.
  @Override
  public void close() {
    distrust.close();
  }
}
