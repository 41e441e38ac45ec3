package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A tamper-evident, append-only ledger: one RFC 6962 tree over everything that was ever appended,
/// published under signed checkpoints that any C2SP client can follow.
///
/// Many may append at once; one thread of the ledger's own writes. It takes what waits, writes it
/// as one frame, forces it to disk once, extends the tree and answers everybody. A second thread
/// signs checkpoints, a third compresses what is full. Reading goes on whatever becomes of the
/// writer.
///
/// Safe for concurrent use.
public final class Ledger implements AutoCloseable {
  private final LedgerSettings settings;
  private final Closeable lock;
  private final Recovery.Recovered parts;
  private final Inbox inbox;
  private final Publisher publisher;
  private final Keeper keeper;
  private final Thread writing;
  private final Thread publishing;
  private final Thread keeping;
  private final AtomicReference<@Nullable String> stopped = new AtomicReference<>();
  private boolean closed;

  private Ledger(LedgerSettings settings, Closeable lock, Recovery.Recovered parts) {
    this.settings = settings;
    this.lock = lock;
    this.parts = parts;
    this.inbox = new Inbox(settings.queueEntries(), settings.queueBytes());
    this.publisher =
        new Publisher(settings, parts.keys(), parts.tree(), parts.published(), this::stop);
    this.keeper =
        new Keeper(
            settings,
            parts.entries(),
            parts.tree(),
            parts.ids(),
            parts.entries().unsealed(),
            this::stop);
    Writer writer =
        new Writer(
            settings,
            inbox,
            parts.entries(),
            parts.tree(),
            parts.ids(),
            keeper,
            publisher,
            this::stop);
    this.writing = Thread.ofPlatform().name("ledger-writer").unstarted(writer);
    this.publishing = Thread.ofPlatform().name("ledger-publisher").unstarted(publisher);
    this.keeping = Thread.ofPlatform().name("ledger-keeper").daemon().unstarted(keeper);
  }

  /// Opens a ledger, or makes one where none is. Recovers from whatever the last end left, checks
  /// the entries against the last checkpoint, and starts the threads.
  ///
  /// @throws LedgerLocked when another writer has the ledger
  /// @throws LedgerDamaged when the files are not what the last checkpoint promised; no entry and
  ///     no checkpoint was touched
  /// @throws IllegalArgumentException when the settings name another origin than the ledger's
  public static Ledger open(LedgerSettings settings) throws IOException {
    return open(settings, List.of());
  }

  /// Opens a ledger that must hold all that these checkpoints cover; otherwise it is refused before
  /// anything is signed, and before one is made where none is.
  ///
  /// @param known checkpoints of this ledger that were kept elsewhere
  /// @throws LedgerBehind when the ledger is an older copy, another history, or not there
  public static Ledger open(LedgerSettings settings, List<KnownCheckpoint> known)
      throws IOException {
    Closeable lock = settings.storage().lock();
    Ledger ledger = null;
    try {
      ledger = new Ledger(settings, lock, new Recovery(settings, known).run());
    } finally {
      if (ledger == null) {
        lock.close();
      }
    }
    ledger.writing.start();
    ledger.publishing.start();
    ledger.keeping.start();
    return ledger;
  }

  /// Appends entries and returns once each of them is durable and in the tree, or was refused.
  ///
  /// Entries of one call keep their order, and nothing comes between them unless they are more than
  /// fit into one frame. When the queue is full all of them are told [Appended.Busy].
  ///
  /// @return one answer for each submission, in their order
  /// @throws InterruptedException when the caller is interrupted while waiting; its entries may
  ///     still be appended, sending them again under their names is safe
  public List<Appended> append(List<Submission> submissions) throws InterruptedException {
    if (submissions.isEmpty()) {
      return List.of();
    }
    byte[][] names = new byte[submissions.size()][];
    for (int i = 0; i < names.length; i++) {
      byte[] known = submissions.get(i).name();
      names[i] = known == null ? settings.names().name(submissions.get(i).leaf()) : known;
      if (names[i].length != EntryNames.BYTES) {
        throw new IllegalArgumentException("name: " + names[i].length + " bytes, want 32");
      }
    }
    Inbox.Request request = new Inbox.Request(List.copyOf(submissions), names, absentBefore(names));
    Appended refused = inbox.offer(request);
    return refused == null ? request.answers() : Collections.nCopies(submissions.size(), refused);
  }

  /// For each name an index before which no entry has it; 0 where one may have, so that the writer
  /// looks closely. Done here, by many callers at once, because the writer is one.
  private long[] absentBefore(byte[][] names) {
    long[] absent = new long[names.length];
    long known = parts.ids().known();
    boolean[] met = {false};
    Ids.Candidates meet = index -> met[0] = true;
    try {
      for (int i = 0; i < names.length; i++) {
        met[0] = false;
        parts.ids().candidates(names[i], 0, meet);
        absent[i] = met[0] ? 0 : known;
      }
    } catch (IOException e) {
      // What cannot be read is met again by the writer, which stops and says why.
    }
    return absent;
  }

  /// How many entries are durable and in the tree.
  public long size() {
    return parts.tree().size();
  }

  /// The last published checkpoint.
  public Checkpoint checkpoint() {
    return publisher.last().checkpoint();
  }

  /// The last published checkpoint as a signed note, as `/log/checkpoint` serves it.
  public byte[] signedCheckpoint() {
    return publisher.last().note().bytes();
  }

  /// Waits for a published checkpoint over at least `size` entries.
  ///
  /// @return the signed note
  /// @throws TimeoutException when there was none in time, or there can be none any more
  public byte[] awaitCheckpoint(long size, Duration timeout)
      throws InterruptedException, TimeoutException {
    return publisher.await(size, timeout).note().bytes();
  }

  /// One entry.
  ///
  /// @throws IndexOutOfBoundsException at or beyond the size
  /// @throws LedgerDamaged when its bytes are not what was appended
  public Entry entry(long index) throws IOException {
    checkRange(index, index + 1);
    return parts.entries().entry(index);
  }

  /// Shows entries in order.
  ///
  /// @param from index of the first
  /// @param to index behind the last
  /// @throws IndexOutOfBoundsException beyond the size
  /// @throws LedgerDamaged when the bytes of one are not what was appended
  public void entries(long from, long to, EntryVisitor visitor) throws IOException {
    checkRange(from, to);
    parts.entries().visit(from, to, true, visitor);
  }

  /// The leaf hashes of a stretch of entries, [Hash#BYTES] each, one behind the other.
  ///
  /// @throws IndexOutOfBoundsException beyond the size
  public byte[] leafHashes(long from, long to) throws IOException {
    checkRange(from, to);
    return from == to
        ? new byte[0]
        : parts.tree().files().read(0, from, Math.toIntExact(to - from));
  }

  /// The index of the entry with this name.
  ///
  /// @param name 32 bytes, as the ledger's [EntryNames] gives them
  public OptionalLong find(byte[] name) throws IOException {
    if (name.length != EntryNames.BYTES) {
      throw new IllegalArgumentException("name: " + name.length + " bytes, want 32");
    }
    List<Long> candidates = new ArrayList<>(0);
    parts.ids().candidates(name, 0, candidates::add);
    long size = size();
    for (long index : candidates) {
      if (index < size
          && Arrays.equals(settings.names().name(parts.entries().entry(index).leaf()), name)) {
        return OptionalLong.of(index);
      }
    }
    return OptionalLong.empty();
  }

  /// The proof that an entry is under the last published checkpoint. Its `extra` line carries the
  /// leaf, so that the file alone is enough for a verifier.
  ///
  /// @throws IndexOutOfBoundsException when no published checkpoint covers the entry yet
  public TlogProof proof(long index) throws IOException {
    return proofs(List.of(index)).getFirst();
  }

  /// The same for several entries, in their order, all under one checkpoint.
  public List<TlogProof> proofs(List<Long> indexes) throws IOException {
    Publisher.Published published = publisher.last();
    long size = published.checkpoint().size();
    List<TlogProof> proofs = new ArrayList<>(indexes.size());
    for (long index : indexes) {
      proofs.add(proof(index, size, published.note()));
    }
    return proofs;
  }

  /// The same under another checkpoint of this ledger, such as one that witnesses have cosigned.
  ///
  /// @throws IndexOutOfBoundsException when it does not cover the entry
  /// @throws IllegalArgumentException when it is not over what this ledger has published
  public TlogProof proof(long index, SignedNote checkpoint) throws IOException {
    Checkpoint covering = Checkpoint.parse(checkpoint.text());
    long size = covering.size();
    if (size > checkpoint().size() || !covering.root().equals(root(size))) {
      throw new IllegalArgumentException("checkpoint: not one of this ledger");
    }
    return proof(index, size, checkpoint);
  }

  private TlogProof proof(long index, long size, SignedNote checkpoint) throws IOException {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException("entry " + index + " of " + size + " published");
    }
    List<Hash> path = Rfc6962.inclusion(index, size, parts.tree().hashes());
    return new TlogProof(parts.entries().entry(index).leaf(), index, path, checkpoint);
  }

  /// What proves that the tree of `newSize` entries begins with the tree of `oldSize` entries.
  ///
  /// @param oldSize 1..newSize
  /// @param newSize at most the size
  public List<Hash> consistency(long oldSize, long newSize) throws IOException {
    checkRange(0, newSize);
    return Rfc6962.consistency(oldSize, newSize, parts.tree().hashes());
  }

  /// The root over the first `size` entries, as a checkpoint of that size has or would have had it.
  public Hash root(long size) throws IOException {
    checkRange(0, size);
    return Rfc6962.root(size, parts.tree().hashes());
  }

  /// The bytes of a hash tile or an entry bundle, full or partial, of any published size.
  ///
  /// @throws IndexOutOfBoundsException when the published tree has not got all of it
  public byte[] tile(TilePath path) throws IOException {
    if (!path.within(checkpoint().size())) {
      throw new IndexOutOfBoundsException(path + " is beyond what is published");
    }
    if (!path.isEntries()) {
      return parts.tree().files().read(path.level(), path.first(), path.width());
    }
    List<byte[]> leaves = new ArrayList<>(path.width());
    parts
        .entries()
        .visit(
            path.first(),
            path.first() + path.width(),
            false,
            (index, leaf, attachment) -> leaves.add(leaf));
    return EntryBundle.encode(leaves);
  }

  /// Public keys of all times, those that sign now first.
  public List<VerifierKey> keys() {
    return publisher.keys().verifiers();
  }

  /// Fresh keys of the kinds that sign now, for [#rotateKeys]; nobody knows of them yet.
  public List<SigningKey> newKeys() {
    return publisher.keys().signing().stream()
        .map(key -> SigningKey.generate(origin(), key.verifier().type(), settings.random()))
        .toList();
  }

  /// Signs with other keys from now on, for ever: the private keys of before are overwritten, their
  /// public halves stay in [#keys], so that what they signed can still be verified. Returns when a
  /// checkpoint by the new keys is published. Entries are taken meanwhile.
  ///
  /// Whoever verifies with a key of before must be told of the new one: announce it in an entry
  /// under a checkpoint of the old one first.
  ///
  /// @param next named like the log, such as [#newKeys] makes
  /// @throws IllegalArgumentException when one is not named like the log, or is not new
  /// @throws IllegalStateException when the keys are given by the settings
  /// @throws IOException when the disk failed, and the ledger has stopped; the next start signs
  /// with
  ///     the old keys or the new ones
  public void rotateKeys(List<SigningKey> next) throws IOException, InterruptedException {
    if (!settings.keys().isEmpty()) {
      throw new IllegalStateException("keys: given by the settings, want them changed there");
    }
    publisher.keys().checkNew(next);
    publisher.rotate(List.copyOf(next));
  }

  /// The log's name.
  public String origin() {
    return parts.keys().origin();
  }

  /// What had to be made anew at this start, one sentence each; none after a good day.
  public List<String> repairs() {
    return parts.repairs();
  }

  /// How the ledger is doing at this moment.
  public LedgerStatus status() {
    Publisher.Published last = publisher.last();
    Duration age = Duration.between(last.at(), settings.clock().instant());
    return new LedgerStatus(
        stopped.get(),
        size(),
        last.checkpoint().size(),
        age.isNegative() ? Duration.ZERO : age,
        inbox.entries(),
        inbox.bytes(),
        keeper.waiting());
  }

  /// Takes no more entries and signs nothing more in this process, because somebody has found out
  /// that this is not the only history of this log. What is durable stays readable.
  ///
  /// @param reason for people, a sentence
  public void halt(String reason) {
    publisher.halt(reason);
    stop(reason);
  }

  /// Something failed: no more entries, in this process. What is durable stays readable.
  private void stop(String reason) {
    if (stopped.compareAndSet(null, reason)) {
      settings.observer().stopped(reason);
    }
    inbox.close(reason);
  }

  /// Waits for a thread to end, however often somebody interrupts: half a close is none.
  private static void await(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void checkRange(long from, long to) {
    long size = size();
    if (from < 0 || to < from || to > size) {
      throw new IndexOutOfBoundsException("entries " + from + " to " + to + " of " + size);
    }
  }

  /// Takes no more entries, finishes those that wait, publishes a last checkpoint, makes the tree
  /// durable and releases the lock.
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    inbox.close("the ledger is closed");
    await(writing);
    publisher.close();
    keeper.close();
    await(publishing);
    await(keeping);
    try (lock;
        parts) {
      if (stopped.get() == null) {
        parts.tree().files().makeDurable(size());
      }
    }
  }
}
