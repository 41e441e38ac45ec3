package qerberos.ledger;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything a ledger is built from. Start with [#of] and change what you need.
///
/// Immutable.
///
/// @param storage where it keeps its files
/// @param names how entries are called; the same for the ledger's whole life
/// @param origin the log's name, used once, at the first start; null: `qerberos-` and eight digits
///     of its first key's id. A later start with another name than the folder's is refused
/// @param keys what signs checkpoints, first key first; empty: an Ed25519 key is made at the first
///     start and kept in the folder's file `key`. They carry the origin as their name
/// @param keyTypes which keys to make when there are none given and none in the folder
/// @param codec what compresses full segments from now on
/// @param oldCodecs what earlier ones may have been compressed with, [Deflate] is always known
/// @param listener is told of every appended batch
/// @param beforeForce what must be durable before the next entries are
/// @param observer draws the metrics
/// @param clock tells the time of cosignatures and how old a checkpoint is
/// @param random makes the first key
/// @param publishEvery the shortest time between two checkpoints under load; five times that when
///     nobody waits for one
/// @param queueEntries how many submissions may wait for the writer
/// @param queueBytes how many bytes of them
public record LedgerSettings(
    LogStorage storage,
    EntryNames names,
    @Nullable String origin,
    List<SigningKey> keys,
    List<KeyType> keyTypes,
    Codec codec,
    List<Codec> oldCodecs,
    AppendListener listener,
    BeforeForce beforeForce,
    LedgerObserver observer,
    InstantSource clock,
    SecureRandom random,
    Duration publishEvery,
    int queueEntries,
    long queueBytes) {

  public LedgerSettings {
    keys = List.copyOf(keys);
    keyTypes = List.copyOf(keyTypes);
    oldCodecs = List.copyOf(oldCodecs);
    if (origin != null) {
      KeyName.check("origin", origin);
    }
    if (keys.isEmpty() && keyTypes.isEmpty()) {
      throw new IllegalArgumentException("keyTypes: none, and no keys are given");
    }
    if (publishEvery.isNegative()) {
      throw new IllegalArgumentException("publishEvery: " + publishEvery + ", want 0 or more");
    }
    if (queueEntries < 1 || queueBytes < 1) {
      throw new IllegalArgumentException(
          "queue: " + queueEntries + " entries and " + queueBytes + " bytes, want 1 or more");
    }
  }

  /// A ledger with everything at its default: Deflate, a fresh Ed25519 key, checkpoints every 20 ms
  /// at most, 65,536 submissions or 64 MiB in the queue.
  public static LedgerSettings of(LogStorage storage, EntryNames names) {
    return new LedgerSettings(
        storage,
        names,
        null,
        List.of(),
        List.of(KeyType.ED25519),
        new Deflate(),
        List.of(),
        (first, inOrder) -> {},
        () -> {},
        LedgerObserver.NONE,
        InstantSource.system(),
        new SecureRandom(),
        Duration.ofMillis(20),
        65_536,
        64L << 20);
  }

  public LedgerSettings withOrigin(@Nullable String other) {
    return new LedgerSettings(
        storage,
        names,
        other,
        keys,
        keyTypes,
        codec,
        oldCodecs,
        listener,
        beforeForce,
        observer,
        clock,
        random,
        publishEvery,
        queueEntries,
        queueBytes);
  }

  public LedgerSettings withKeys(List<SigningKey> others) {
    return new LedgerSettings(
        storage,
        names,
        origin,
        others,
        keyTypes,
        codec,
        oldCodecs,
        listener,
        beforeForce,
        observer,
        clock,
        random,
        publishEvery,
        queueEntries,
        queueBytes);
  }

  public LedgerSettings withKeyTypes(List<KeyType> others) {
    return new LedgerSettings(
        storage,
        names,
        origin,
        keys,
        others,
        codec,
        oldCodecs,
        listener,
        beforeForce,
        observer,
        clock,
        random,
        publishEvery,
        queueEntries,
        queueBytes);
  }

  public LedgerSettings withCodec(Codec other, Codec... old) {
    return new LedgerSettings(
        storage,
        names,
        origin,
        keys,
        keyTypes,
        other,
        List.of(old),
        listener,
        beforeForce,
        observer,
        clock,
        random,
        publishEvery,
        queueEntries,
        queueBytes);
  }

  public LedgerSettings withListener(AppendListener other) {
    return new LedgerSettings(
        storage,
        names,
        origin,
        keys,
        keyTypes,
        codec,
        oldCodecs,
        other,
        beforeForce,
        observer,
        clock,
        random,
        publishEvery,
        queueEntries,
        queueBytes);
  }

  public LedgerSettings withBeforeForce(BeforeForce other) {
    return new LedgerSettings(
        storage,
        names,
        origin,
        keys,
        keyTypes,
        codec,
        oldCodecs,
        listener,
        other,
        observer,
        clock,
        random,
        publishEvery,
        queueEntries,
        queueBytes);
  }

  public LedgerSettings withObserver(LedgerObserver other) {
    return new LedgerSettings(
        storage,
        names,
        origin,
        keys,
        keyTypes,
        codec,
        oldCodecs,
        listener,
        beforeForce,
        other,
        clock,
        random,
        publishEvery,
        queueEntries,
        queueBytes);
  }

  public LedgerSettings withClock(InstantSource other) {
    return new LedgerSettings(
        storage,
        names,
        origin,
        keys,
        keyTypes,
        codec,
        oldCodecs,
        listener,
        beforeForce,
        observer,
        other,
        random,
        publishEvery,
        queueEntries,
        queueBytes);
  }

  public LedgerSettings withRandom(SecureRandom other) {
    return new LedgerSettings(
        storage,
        names,
        origin,
        keys,
        keyTypes,
        codec,
        oldCodecs,
        listener,
        beforeForce,
        observer,
        clock,
        other,
        publishEvery,
        queueEntries,
        queueBytes);
  }

  public LedgerSettings withPublishEvery(Duration other) {
    return new LedgerSettings(
        storage,
        names,
        origin,
        keys,
        keyTypes,
        codec,
        oldCodecs,
        listener,
        beforeForce,
        observer,
        clock,
        random,
        other,
        queueEntries,
        queueBytes);
  }

  public LedgerSettings withQueue(int entries, long bytes) {
    return new LedgerSettings(
        storage,
        names,
        origin,
        keys,
        keyTypes,
        codec,
        oldCodecs,
        listener,
        beforeForce,
        observer,
        clock,
        random,
        publishEvery,
        entries,
        bytes);
  }
}
