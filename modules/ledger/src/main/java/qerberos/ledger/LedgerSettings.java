package qerberos.ledger;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Everything a ledger is built from. Start with [#of] and change what you need.
///
/// Immutable.
public final class LedgerSettings {
  private final LogStorage storage;
  private final EntryNames names;

  // Changed only in a copy that nobody has seen yet, see changed().
  private @Nullable String origin;
  private List<SigningKey> keys = List.of();
  private List<KeyType> keyTypes = List.of(KeyType.ED25519);
  private Codec codec = new Deflate();
  private List<Codec> oldCodecs = List.of();
  private AppendListener listener = (first, inOrder) -> {};
  private BeforeForce beforeForce = () -> {};
  private LedgerObserver observer = LedgerObserver.NONE;
  private InstantSource clock = InstantSource.system();
  private SecureRandom random = new SecureRandom();
  private Duration publishEvery = Duration.ofMillis(20);
  private int queueEntries = 65_536;
  private long queueBytes = 64L << 20;

  private LedgerSettings(LogStorage storage, EntryNames names) {
    this.storage = storage;
    this.names = names;
  }

  /// A ledger with everything at its default: Deflate, a fresh Ed25519 key, checkpoints every 20 ms
  /// at most, 65,536 submissions or 64 MiB in the queue.
  ///
  /// @param storage where it keeps its files
  /// @param names how entries are called; the same for the ledger's whole life
  public static LedgerSettings of(LogStorage storage, EntryNames names) {
    return new LedgerSettings(storage, names);
  }

  private LedgerSettings changed(Consumer<LedgerSettings> change) {
    LedgerSettings copy = new LedgerSettings(storage, names);
    copy.origin = origin;
    copy.keys = keys;
    copy.keyTypes = keyTypes;
    copy.codec = codec;
    copy.oldCodecs = oldCodecs;
    copy.listener = listener;
    copy.beforeForce = beforeForce;
    copy.observer = observer;
    copy.clock = clock;
    copy.random = random;
    copy.publishEvery = publishEvery;
    copy.queueEntries = queueEntries;
    copy.queueBytes = queueBytes;
    change.accept(copy);
    return copy;
  }

  /// @param other the log's name, used once, at the first start; null: `qerberos-` and eight digits
  ///     of its first key's id. A later start with another name than the folder's is refused
  public LedgerSettings withOrigin(@Nullable String other) {
    if (other != null) {
      KeyName.check("origin", other);
    }
    return changed(copy -> copy.origin = other);
  }

  /// @param others what signs checkpoints, first key first; empty: keys are made at the first start
  ///     and kept in the folder's file `key`. They carry the origin as their name
  public LedgerSettings withKeys(List<SigningKey> others) {
    List<SigningKey> kept = List.copyOf(others);
    return changed(copy -> copy.keys = kept);
  }

  /// @param others which keys to make when there are none given and none in the folder; 1 or more
  public LedgerSettings withKeyTypes(List<KeyType> others) {
    List<KeyType> kept = List.copyOf(others);
    if (kept.isEmpty()) {
      throw new IllegalArgumentException("keyTypes: none, want 1 or more");
    }
    return changed(copy -> copy.keyTypes = kept);
  }

  /// @param other what compresses full segments from now on
  /// @param old what earlier ones may have been compressed with, [Deflate] is always known
  public LedgerSettings withCodec(Codec other, Codec... old) {
    List<Codec> kept = List.of(old);
    return changed(
        copy -> {
          copy.codec = other;
          copy.oldCodecs = kept;
        });
  }

  /// @param other is told of every appended batch
  public LedgerSettings withListener(AppendListener other) {
    return changed(copy -> copy.listener = other);
  }

  /// @param other what must be durable before the next entries are
  public LedgerSettings withBeforeForce(BeforeForce other) {
    return changed(copy -> copy.beforeForce = other);
  }

  /// @param other draws the metrics
  public LedgerSettings withObserver(LedgerObserver other) {
    return changed(copy -> copy.observer = other);
  }

  /// @param other tells the time of cosignatures and how old a checkpoint is
  public LedgerSettings withClock(InstantSource other) {
    return changed(copy -> copy.clock = other);
  }

  /// @param other makes the first key
  public LedgerSettings withRandom(SecureRandom other) {
    return changed(copy -> copy.random = other);
  }

  /// @param other the shortest time between two checkpoints under load; five times that when nobody
  ///     waits for one
  public LedgerSettings withPublishEvery(Duration other) {
    if (other.isNegative()) {
      throw new IllegalArgumentException("publishEvery: " + other + ", want 0 or more");
    }
    return changed(copy -> copy.publishEvery = other);
  }

  /// @param entries how many submissions may wait for the writer, 1 or more
  /// @param bytes how many bytes of them, 1 or more
  public LedgerSettings withQueue(int entries, long bytes) {
    if (entries < 1 || bytes < 1) {
      throw new IllegalArgumentException(
          "queue: " + entries + " entries and " + bytes + " bytes, want 1 or more");
    }
    return changed(
        copy -> {
          copy.queueEntries = entries;
          copy.queueBytes = bytes;
        });
  }

  LogStorage storage() {
    return storage;
  }

  EntryNames names() {
    return names;
  }

  @Nullable String origin() {
    return origin;
  }

  List<SigningKey> keys() {
    return keys;
  }

  List<KeyType> keyTypes() {
    return keyTypes;
  }

  Codec codec() {
    return codec;
  }

  List<Codec> oldCodecs() {
    return oldCodecs;
  }

  AppendListener listener() {
    return listener;
  }

  BeforeForce beforeForce() {
    return beforeForce;
  }

  LedgerObserver observer() {
    return observer;
  }

  InstantSource clock() {
    return clock;
  }

  SecureRandom random() {
    return random;
  }

  Duration publishEvery() {
    return publishEvery;
  }

  int queueEntries() {
    return queueEntries;
  }

  long queueBytes() {
    return queueBytes;
  }
}
