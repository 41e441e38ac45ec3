package qerberos.query;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.AlreadyClosedException;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;

/// Finds events by what is in them. Safe for concurrent use.
///
/// A follower of the log: it is told every leaf in order ([#add], from [#next] on), remembers how
/// far it got when [#commit] says so, and forgets at most what came after. Nothing here is needed
/// to prove or to keep an event, so the folder may be deleted at any time.
///
/// On disk: `current`, a file that names the folder in use, and that folder, `1` at first. A
/// [Rebuild] fills the next folder while this one serves, and then takes its place.
public final class EventIndex implements AutoCloseable {
  /// One index holds at most this many events; Lucene's own limit.
  public static final long EVENTS_MAX = Integer.MAX_VALUE - 128;

  private static final String CURRENT = "current";

  private final Path folder;
  private final IndexSettings settings;
  private final ReentrantLock swapping = new ReentrantLock();

  /// Held while a refresh is made that others wait for too.
  private final ReentrantLock showing = new ReentrantLock();

  private volatile Generation live;
  private volatile long refreshedNanos;
  private boolean rebuilding;

  private EventIndex(Path folder, IndexSettings settings, Generation live) {
    this.folder = folder;
    this.settings = settings;
    this.live = live;
    this.refreshedNanos = System.nanoTime() - settings.refreshEvery().toNanos();
  }

  /// Opens the index in that folder, or begins one.
  ///
  /// @throws IndexDamaged when it must be deleted and built again
  /// @throws IOException when it cannot be read, or another process holds it
  public static EventIndex open(Path folder, IndexSettings settings) throws IOException {
    Files.createDirectories(folder);
    int number = current(folder);
    Generation live = Generation.open(folder.resolve(Integer.toString(number)), settings);
    try {
      keepOnly(folder, number);
    } catch (IOException e) {
      live.close();
      throw e;
    }
    return new EventIndex(folder, settings, live);
  }

  public static EventIndex open(Path folder) throws IOException {
    return open(folder, IndexSettings.DEFAULT);
  }

  /// Deletes an index that nobody has open; the folder itself stays. Nothing happens when there is
  /// none.
  public static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      // The name goes first: what a crash leaves behind is then no index.
      Files.deleteIfExists(folder.resolve(CURRENT));
      deleteInside(folder);
    }
  }

  /// The first leaf that has not been added: where the follower goes on.
  public long next() {
    return live.next();
  }

  /// How many leaves a crash now would not take away.
  public long committed() {
    return live.committed();
  }

  /// How many leaves searches can see without waiting.
  public long visible() {
    return live.visible();
  }

  /// Adds the event at that place of the log.
  ///
  /// @param leafIndex [#next()], nothing else
  /// @throws IOException when the disk fails; all since the last commit is then forgotten, and the
  ///     index must be opened again. Searches go on with what was visible
  public void add(long leafIndex, AuditEvent event) throws IOException {
    live.add(leafIndex, event);
  }

  /// Passes over a leaf that is no event; only `seq` finds it.
  ///
  /// @param leafIndex [#next()], nothing else
  public void skip(long leafIndex) throws IOException {
    live.add(leafIndex, null);
  }

  /// Makes all that was added survive a crash, together with the cursor.
  ///
  /// @throws IOException as for [#add]
  public void commit() throws IOException {
    commit("");
  }

  /// The same, and notes of which log the first [#next] leaves are, so that whoever opens the index
  /// can tell whether it is the one of their log.
  ///
  /// @param mark anything that another log would not have, such as its root hash at that size
  /// @throws IOException as for [#add]
  public void commit(String mark) throws IOException {
    live.commit(mark);
  }

  /// What the index was marked with when it was opened, at the size that [#next] was then; empty
  /// when with nothing.
  public String mark() {
    return live.foundMark();
  }

  /// Makes all that was added visible to searches now. Searches do this themselves when they find
  /// events waiting, at most as often as the settings say.
  public void refresh() throws IOException {
    live.refresh();
    refreshedNanos = System.nanoTime();
  }

  /// Waits until the first `size` leaves can be searched. Those who wait at the same time are
  /// served by one refresh, and refreshes keep a quarter of their usual distance, so that many who
  /// wait cost the one who adds not much more than one.
  ///
  /// @return false when the time was too short, or the index has stopped
  public boolean awaitIndexed(long size, Duration timeout)
      throws InterruptedException, IOException {
    Generation generation = live;
    if (generation.visible() >= size) {
      return true;
    }
    if (!generation.await(size, timeout.toNanos())) {
      return false;
    }
    showing.lockInterruptibly();
    try {
      if (live.visible() < size) {
        long distance = settings.refreshEvery().toNanos() / 4;
        TimeUnit.NANOSECONDS.sleep(distance - (System.nanoTime() - refreshedNanos));
        refresh();
      }
      return live.visible() >= size;
    } finally {
      showing.unlock();
    }
  }

  /// Finds a page of hits.
  ///
  /// @throws IllegalArgumentException naming `cursor` when that is not one of this search, or
  ///     `text` when the index has no words
  /// @throws IndexBehind when a cursor looks at more events than are indexed
  /// @throws SearchTooLong when it takes longer than the settings allow
  /// @throws IOException when the index cannot be read
  public Found search(Search search) throws IOException {
    wordsThere(search.query());
    var limit = new TimeLimit(settings.searchAtMost());
    return withSearcher(search.logSize(), searcher -> Pager.find(searcher, search, limit));
  }

  /// Finds everything that matches from one place on, among the first `logSize` events.
  ///
  /// @throws SearchTooLong when it takes longer than the settings allow
  public Places places(Query query, long from, long logSize) throws IOException {
    wordsThere(query);
    var limit = new TimeLimit(settings.searchAtMost());
    return withSearcher(
        logSize,
        searcher -> {
          int size = (int) Math.min(logSize, searcher.getIndexReader().maxDoc());
          return Places.of(Matches.of(searcher, new LuceneForm(query, limit), size, limit), from);
        });
  }

  /// Counts what matches, over the first `logSize` events.
  ///
  /// @throws SearchTooLong when it takes longer than the settings allow
  public Aggregate.Answer aggregate(Aggregate aggregate, Query query, long logSize)
      throws IOException {
    return aggregate(List.of(aggregate), query, logSize).getFirst();
  }

  /// The same for several at once: one answer to each, in order, all about the same events, and
  /// together within the time that the settings allow.
  ///
  /// @throws IllegalArgumentException naming `interval` when a histogram gets too many bars
  public List<Aggregate.Answer> aggregate(List<Aggregate> aggregates, Query query, long logSize)
      throws IOException {
    wordsThere(query);
    var limit = new TimeLimit(settings.searchAtMost());
    return withSearcher(
        logSize,
        searcher -> Tally.all(searcher, new LuceneForm(query, limit), aggregates, logSize, limit));
  }

  /// Reads every byte of the last commit and compares its checksums.
  ///
  /// @throws IndexDamaged when they differ
  public void check() throws IOException {
    live.check();
  }

  /// Begins an index from the first leaf, beside the one that serves. One at a time.
  ///
  /// @throws IllegalStateException when another has not been finished or closed
  public Rebuild rebuild() throws IOException {
    swapping.lock();
    try {
      if (rebuilding) {
        throw new IllegalStateException("index: a rebuild is already running");
      }
      int number = Integer.parseInt(String.valueOf(live.folder().getFileName())) + 1;
      Path fresh = folder.resolve(Integer.toString(number));
      deleteTree(fresh);
      var rebuild = new Rebuild(this, Generation.open(fresh, settings));
      rebuilding = true;
      return rebuild;
    } finally {
      swapping.unlock();
    }
  }

  /// Puts a rebuilt generation in the place of the one that serves.
  void swap(Generation rebuilt, String mark) throws IOException {
    swapping.lock();
    try {
      Generation old = live;
      if (rebuilt.next() < old.next()) {
        throw new IllegalStateException(
            "index: rebuilt " + rebuilt.next() + " of " + old.next() + " events, want all");
      }
      rebuilt.commit(mark);
      rebuilt.refresh();
      // From here on a start takes the new one.
      writeCurrent(folder, String.valueOf(rebuilt.folder().getFileName()));
      live = rebuilt;
      rebuilding = false;
      old.close();
      deleteTree(old.folder());
    } finally {
      swapping.unlock();
    }
  }

  /// Forgets a rebuild that was not finished.
  void abandon(Generation unfinished) throws IOException {
    swapping.lock();
    try {
      rebuilding = false;
      unfinished.close();
      deleteTree(unfinished.folder());
    } finally {
      swapping.unlock();
    }
  }

  /// Closes without a commit: what was added since the last one is read from the log again.
  @Override
  public void close() throws IOException {
    swapping.lock();
    try {
      live.close();
    } finally {
      swapping.unlock();
    }
  }

  private void wordsThere(Query query) {
    if (!settings.words() && query.asksWords()) {
      throw new IllegalArgumentException(
          "text: this index has no words (setting words is off), want fields");
    }
  }

  private interface Work<T> {
    T with(IndexSearcher searcher) throws IOException;
  }

  private <T> T withSearcher(long logSize, Work<T> work) throws IOException {
    while (true) {
      Generation generation = live;
      try {
        if (generation.visible() < Math.min(logSize, generation.next()) && refreshDue()) {
          generation.refresh();
          refreshedNanos = System.nanoTime();
        }
        IndexSearcher searcher = generation.searchers().acquire();
        try {
          return work.with(searcher);
        } finally {
          generation.searchers().release(searcher);
        }
      } catch (AlreadyClosedException e) {
        // Swapped away between looking and taking: the next one is there.
        if (generation == live) {
          throw new IOException(folder + ": the index is closed", e);
        }
      }
    }
  }

  private boolean refreshDue() {
    return System.nanoTime() - refreshedNanos >= settings.refreshEvery().toNanos();
  }

  private static int current(Path folder) throws IOException {
    try {
      String name = Files.readString(folder.resolve(CURRENT), StandardCharsets.ISO_8859_1).strip();
      if (!name.matches("[1-9][0-9]{0,8}")) {
        throw new IndexDamaged(folder, "the file current does not name a folder");
      }
      return Integer.parseInt(name);
    } catch (NoSuchFileException e) {
      writeCurrent(folder, "1");
      return 1;
    }
  }

  private static void writeCurrent(Path folder, String name) throws IOException {
    Path written = folder.resolve(CURRENT + ".new");
    Files.writeString(written, name + "\n", StandardCharsets.ISO_8859_1);
    Files.move(
        written,
        folder.resolve(CURRENT),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /// Removes what an unfinished rebuild or swap left behind.
  private static void keepOnly(Path folder, int number) throws IOException {
    List<Path> others;
    try (Stream<Path> inside = Files.list(folder)) {
      others =
          inside
              .filter(path -> path.getFileName().toString().matches("[0-9]+"))
              .filter(path -> !path.getFileName().toString().equals(Integer.toString(number)))
              .toList();
    }
    for (Path other : others) {
      deleteTree(other);
    }
  }

  private static void deleteInside(Path folder) throws IOException {
    List<Path> inside;
    try (Stream<Path> list = Files.list(folder)) {
      inside = list.toList();
    }
    for (Path path : inside) {
      deleteTree(path);
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
