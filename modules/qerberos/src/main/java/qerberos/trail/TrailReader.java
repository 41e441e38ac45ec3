package qerberos.trail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import qerberos.columns.ColumnCodec;
import qerberos.event.AuditEvent;
import qerberos.event.Leaf;
import qerberos.event.Privacy;
import qerberos.event.SealBroken;
import qerberos.event.Sealer;
import qerberos.event.SubjectKey;
import qerberos.event.SubjectKeys;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.LedgerReader;
import qerberos.ledger.Progress;
import qerberos.ledger.SignedNote;
import qerberos.ledger.TlogProof;
import qerberos.query.Order;
import qerberos.query.Query;
import qerberos.witness.Witnesses;

/// A trail that is only looked at, while no server runs on its folder: everything up to the last
/// published checkpoint, read from the log and checked against it. Takes no lock, changes no byte.
///
/// There is no index here. A search reads every event once, which takes a second for a hundred
/// thousand or so and finds exactly what a server would. Whoever may read the folder sees
/// everything in it, and nothing records that they looked; that is what file permissions are for.
///
/// Safe for concurrent use.
public final class TrailReader implements AutoCloseable {
  private static final int BATCH = 1_024;

  private final Path data;
  private final LedgerReader ledger;
  private final Sealer sealer;
  private final AutoCloseable keys;

  private TrailReader(Path data, LedgerReader ledger, Sealer sealer, AutoCloseable keys) {
    this.data = data;
    this.ledger = ledger;
    this.sealer = sealer;
    this.keys = keys;
  }

  /// Opens the trail in a data folder to read it.
  ///
  /// @throws NoSuchFileException there is none
  /// @throws IOException it cannot be read, or is not what its last checkpoint promised
  public static TrailReader open(Path data) throws IOException {
    return opened(data, data.resolve("ledger"));
  }

  /// Opens the trail of a log that has ended ([Epoch]); a server may run on the folder meanwhile.
  ///
  /// @param origin of that log
  /// @throws NoSuchFileException there is none of that name
  public static TrailReader open(Path data, String origin) throws IOException {
    return opened(data, data.resolve(Epoch.folderOf(origin)));
  }

  private static TrailReader opened(Path data, Path folder) throws IOException {
    DataFormat.check(data);
    LedgerReader ledger =
        LedgerReader.open(new FolderStorage(folder), new LeafNames(), new ColumnCodec());
    boolean good = false;
    try {
      TrailReader reader = withKeys(data, ledger);
      good = true;
      return reader;
    } finally {
      if (!good) {
        ledger.close();
      }
    }
  }

  private static TrailReader withKeys(Path data, LedgerReader ledger) throws IOException {
    try {
      SubjectKeyFiles keys = SubjectKeyFiles.openToRead(data.resolve("keys"));
      return new TrailReader(data, ledger, new Sealer(Privacy.defaults(), keys), keys);
    } catch (NoSuchFileException e) {
      // Nobody's fields were ever sealed, or all keys are gone: those fields are shown as erased.
      return new TrailReader(data, ledger, new Sealer(Privacy.defaults(), new NoKeys()), () -> {});
    }
  }

  private static final class NoKeys implements SubjectKeys {
    @Override
    public SubjectKey keyFor(String subject) {
      throw new IllegalStateException("opened to read, and asked for a new key");
    }

    @Override
    public Optional<SubjectKey> existing(String subject) {
      return Optional.empty();
    }
  }

  /// For checkpoint, keys and size.
  public LedgerReader ledger() {
    return ledger;
  }

  /// The event at this index.
  ///
  /// @throws IOException it cannot be read, or is not what was signed
  public Shown read(long leafIndex) throws IOException {
    return LedgerEvents.opened(ledger.entry(leafIndex), sealer);
  }

  /// The event with this id: that of the source first, then the newest of whatever source.
  public Optional<Shown> find(String firstSource, String id, Progress progress) throws IOException {
    OptionalLong named = ledger.find(Leaf.name(firstSource, id));
    if (named.isPresent()) {
      return Optional.of(read(named.getAsLong()));
    }
    Page page = search(new Query.Term("id", id), Order.NEWEST_LEAF, 1, progress);
    return page.events().stream().findFirst();
  }

  /// Finds the first `limit` of what matches, and counts all of it.
  ///
  /// @param progress is told how many events were read
  public Page search(Query query, Order order, int limit, Progress progress) throws IOException {
    var kept = new Kept(order, limit);
    long size = ledger.size();
    for (long from = 0; from < size; from += BATCH) {
      ledger.entries(
          from,
          Math.min(size, from + BATCH),
          (index, leaf, attachment) -> {
            AuditEvent event;
            try {
              event = sealer.open(leaf, attachment);
            } catch (SealBroken e) {
              return; // no event of ours; the index passes over it too
            }
            if (query.matches(index, event)) {
              kept.add(new Hit(index, event.time()));
            }
          });
      progress.at("searching", Math.min(size, from + BATCH), size);
    }
    List<Shown> shown = new ArrayList<>();
    for (Hit hit : kept.inOrder()) {
      shown.add(read(hit.index()));
    }
    return new Page(shown, kept.total, null);
  }

  /// Is shown one event after the other.
  public interface Reader {
    void show(Shown shown) throws IOException;
  }

  /// Shows everything that matches behind a place, up to a size, in the order of the log.
  ///
  /// @param after the place before the first; -1 for all
  /// @param progress is told how many events were read
  public void extract(Query query, long after, long size, Reader reader, Progress progress)
      throws IOException {
    for (long from = after + 1; from < size; from += BATCH) {
      ledger.entries(
          from,
          Math.min(size, from + BATCH),
          (index, leaf, attachment) -> {
            Shown one;
            try {
              one = new Shown(index, leaf, sealer.open(leaf, attachment));
            } catch (SealBroken e) {
              return; // no event of ours
            }
            if (query.matches(index, one.event())) {
              reader.show(one);
            }
          });
      progress.at("exporting", Math.min(size, from + BATCH), size);
    }
  }

  /// The proof that the event at this index is in the log, against the last checkpoint.
  public TlogProof proof(long leafIndex) throws IOException {
    return ledger.proof(leafIndex);
  }

  /// The same against the newest checkpoint that enough witnesses have cosigned.
  ///
  /// @throws IOException there is none, or it does not cover the event
  public TlogProof witnessedProof(long leafIndex) throws IOException {
    Path file = Witnesses.cosignedFile(data, ledger.origin());
    try {
      return ledger.proof(leafIndex, SignedNote.parse(Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      throw new IOException("no checkpoint that witnesses have cosigned lies here", e);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private record Hit(long index, java.time.Instant time) {}

  /// The hits of a page, while all are counted. Used by one thread.
  private static final class Kept {
    private static final Comparator<Hit> EARLIEST =
        Comparator.comparing(Hit::time).thenComparingLong(Hit::index);

    private final Order order;
    private final int limit;
    private final Deque<Hit> row = new ArrayDeque<>();
    private final PriorityQueue<Hit> latest = new PriorityQueue<>(EARLIEST);
    private long total;

    Kept(Order order, int limit) {
      this.order = order;
      this.limit = limit;
    }

    /// Takes the next hit of the log.
    void add(Hit hit) {
      total++;
      switch (order) {
        case OLDEST_LEAF -> {
          if (row.size() < limit) {
            row.addLast(hit);
          }
        }
        case NEWEST_LEAF -> {
          row.addFirst(hit);
          if (row.size() > limit) {
            row.removeLast();
          }
        }
        case TIME -> {
          latest.add(hit);
          if (latest.size() > limit) {
            latest.remove();
          }
        }
      }
    }

    List<Hit> inOrder() {
      return order == Order.TIME
          ? latest.stream().sorted(EARLIEST.reversed()).toList()
          : List.copyOf(row);
    }
  }

  @Override
  public void close() throws IOException {
    try (ledger) {
      keys.close();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("the subjects' keys did not close well", e);
    }
  }
}
