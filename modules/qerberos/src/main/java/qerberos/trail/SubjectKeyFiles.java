package qerberos.trail;

import static java.lang.System.Logger.Level.WARNING;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import qerberos.event.SubjectKey;
import qerberos.event.SubjectKeys;
import qerberos.state.WholeFile;
import qerberos.trail.MasterKey.Name;

/// The keys of subjects, each wrapped by the [MasterKey], in a file under `data/keys`.
///
/// **The file.** `subjects.keys` is a header of 96 bytes and then one record of 96 bytes per
/// subject, only ever appended to.
///
/// **Finding.** A [RecordTable] in memory maps 32 bits of a name to the number of its record; a
/// candidate counts only when the whole name in the file agrees. Loading reads the file once, in
/// order: no key is unwrapped before somebody asks for it. Unwrapped keys are kept in a bounded
/// cache.
///
/// **Durability.** A new key lies in memory until [#makeDurable], which the ledger calls before it
/// forces a frame: one write and one force for all new subjects of the frame, none when there are
/// none. So an entry that was acknowledged always finds its key; a key whose entry was lost does no
/// harm. When a write or force of keys fails, every later [#makeDurable] fails too, and the ledger
/// stops: what the file holds then is known again only after a restart.
///
/// **Damage.** A record that fails its check is skipped, counted and logged. At the end of the file
/// that is a torn write nobody was told about; elsewhere it is a lost key, which means that the
/// personal fields of this one subject can no longer be read, and nothing else.
///
/// Who owns both files reads personal fields; who owns only `subjects.keys` can at most erase.
///
/// Safe for concurrent use.
public final class SubjectKeyFiles implements SubjectKeys, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SubjectKeyFiles.class.getName());
  private static final int RECORD = MasterKey.RECORD_BYTES;
  private static final byte[] HEADER =
      Arrays.copyOf("qerberos subject keys 1\n".getBytes(StandardCharsets.US_ASCII), RECORD);
  private static final int CACHED = 1 << 16;

  /// Not a channel: an interrupted reader would close it for everybody.
  private final RandomAccessFile file;
  private final MasterKey master;
  private final SecureRandom random;

  /// Held while keys are written: the ledger's writer does it, and who records an act.
  private final ReentrantLock forcing = new ReentrantLock();

  private final Cache<String, SubjectKey> cache = Caffeine.newBuilder().maximumSize(CACHED).build();

  /// Guarded by `this`, like everything below.
  private final RecordTable table = new RecordTable();

  private int damaged;
  private long nextRecord;
  private Map<Name, byte[]> unwritten = new LinkedHashMap<>();
  private Map<Name, byte[]> beingWritten = new HashMap<>();
  private @Nullable IOException failure;

  /// Whether nothing here may change: new keys cannot be kept, a torn end stays.
  private final boolean onlyRead;

  private SubjectKeyFiles(
      RandomAccessFile file, MasterKey master, SecureRandom random, boolean onlyRead) {
    this.file = file;
    this.onlyRead = onlyRead;
    this.master = master;
    this.random = random;
  }

  /// Opens the files in this folder, or makes them.
  ///
  /// @throws IOException they cannot be read or made, or are not ours; nothing was changed, except
  ///     that a torn end may have been cut
  public static SubjectKeyFiles open(Path folder, SecureRandom random) throws IOException {
    Files.createDirectories(folder);
    ownerOnly(folder, "rwx------");
    Path subjects = folder.resolve("subjects.keys");
    MasterKey master = master(folder.resolve("master.key"), subjects, random);
    boolean fresh = Files.notExists(subjects);
    RandomAccessFile file = new RandomAccessFile(subjects.toFile(), "rw");
    try {
      ownerOnly(subjects, "rw-------");
      var keys = new SubjectKeyFiles(file, master, random, false);
      keys.load(subjects);
      if (fresh) {
        WholeFile.forceFolder(folder);
      }
      return keys;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /// Opens the files in this folder to read with the keys that are there, and changes nothing.
  ///
  /// @throws java.nio.file.NoSuchFileException there are none
  /// @throws IOException they cannot be read, or are not ours
  public static SubjectKeyFiles openToRead(Path folder) throws IOException {
    Path subjects = folder.resolve("subjects.keys");
    MasterKey master = MasterKey.read(folder.resolve("master.key"));
    if (Files.size(subjects) < RECORD) {
      throw new NoSuchFileException(subjects.toString(), null, "holds no keys yet");
    }
    RandomAccessFile file = new RandomAccessFile(subjects.toFile(), "r");
    try {
      var keys = new SubjectKeyFiles(file, master, new SecureRandom(), true);
      keys.load(subjects);
      return keys;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public SubjectKey keyFor(String subject) {
    if (onlyRead) {
      throw new IllegalStateException("subject keys: opened to read, and asked for a new one");
    }
    SubjectKey cached = cache.getIfPresent(subject);
    if (cached != null) {
      return cached;
    }
    Name name = master.name(subject);
    synchronized (this) {
      Optional<SubjectKey> found = lookUp(name);
      SubjectKey key;
      if (found.isPresent()) {
        key = found.get();
      } else {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        byte[] ignored = unwritten.put(name, master.wrap(name, bytes, random));
        key = new SubjectKey(bytes);
      }
      cache.put(subject, key);
      return key;
    }
  }

  @Override
  public Optional<SubjectKey> existing(String subject) {
    SubjectKey cached = cache.getIfPresent(subject);
    if (cached != null) {
      return Optional.of(cached);
    }
    Name name = master.name(subject);
    synchronized (this) {
      Optional<SubjectKey> found = lookUp(name);
      found.ifPresent(key -> cache.put(subject, key));
      return found;
    }
  }

  /// Writes and forces the keys made since the last call.
  ///
  /// @throws IOException now or earlier they could not be written; nobody knows what the file holds
  public void makeDurable() throws IOException {
    forcing.lock();
    try {
      forceUnwritten();
    } finally {
      forcing.unlock();
    }
  }

  private void forceUnwritten() throws IOException {
    Map<Name, byte[]> batch;
    long first;
    synchronized (this) {
      if (failure != null) {
        throw new IOException("subject keys: " + failure.getMessage(), failure);
      }
      if (unwritten.isEmpty()) {
        return;
      }
      batch = unwritten;
      unwritten = new LinkedHashMap<>();
      beingWritten = batch;
      first = nextRecord;
    }
    ByteBuffer bytes = ByteBuffer.allocate(batch.size() * RECORD);
    batch.values().forEach(bytes::put);
    try {
      write(bytes.array(), first * RECORD);
      file.getFD().sync();
    } catch (IOException e) {
      synchronized (this) {
        failure = e;
      }
      throw e;
    }
    synchronized (this) {
      long record = first;
      for (Name name : batch.keySet()) {
        table.add(name.fingerprint(), Math.toIntExact(record++));
      }
      nextRecord = record;
      beingWritten = new HashMap<>();
    }
  }

  /// How many subjects have a key.
  public synchronized int size() {
    return table.size() + unwritten.size() + beingWritten.size();
  }

  /// How many records failed their check when the file was opened.
  public synchronized int damaged() {
    return damaged;
  }

  @Override
  public void close() throws IOException {
    try {
      makeDurable();
    } finally {
      file.close();
    }
  }

  private void load(Path path) throws IOException {
    long size = file.length();
    if (size < RECORD) {
      write(HEADER, 0);
      file.setLength(RECORD);
      file.getFD().sync();
      nextRecord = 1;
      return;
    }
    ByteBuffer block = ByteBuffer.allocate(RECORD * 4096);
    long record = 0;
    long lastGood = 0;
    int bad = 0;
    for (long position = 0; position + RECORD <= size; ) {
      int length = (int) Math.min(block.capacity(), (size - position) / RECORD * RECORD);
      read(block.array(), length, position);
      position += length;
      for (int at = 0; at < length; at += RECORD, record++) {
        if (record == 0) {
          if (!Arrays.equals(HEADER, 0, RECORD, block.array(), 0, RECORD)) {
            throw new IOException(path + ": does not begin as a file of subject keys does");
          }
          continue;
        }
        if (MasterKey.isWhole(block.array(), at)) {
          table.add(block.getInt(at), Math.toIntExact(record));
          damaged += bad;
          bad = 0;
          lastGood = record;
        } else {
          bad++;
        }
      }
    }
    nextRecord = lastGood + 1;
    if (size > nextRecord * RECORD && !onlyRead) {
      file.setLength(nextRecord * RECORD);
      LOG.log(
          WARNING,
          path + ": cut " + (size - nextRecord * RECORD) + " bytes of keys never acknowledged");
    }
    if (damaged > 0) {
      LOG.log(
          WARNING,
          path + ": " + damaged + " damaged records; personal fields of as many subjects are lost");
    }
  }

  private Optional<SubjectKey> lookUp(Name name) {
    byte[] waiting = unwritten.get(name);
    if (waiting == null) {
      waiting = beingWritten.get(name);
    }
    if (waiting != null) {
      return Optional.of(master.unwrap(waiting));
    }
    byte[] candidate = new byte[RECORD];
    try {
      boolean found =
          table.find(
              name.fingerprint(),
              record -> {
                read(candidate, RECORD, (long) record * RECORD);
                return name.isOf(candidate);
              });
      return found ? Optional.of(master.unwrap(candidate)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("subject keys: " + e.getMessage(), e);
    }
  }

  private static MasterKey master(Path path, Path subjects, SecureRandom random)
      throws IOException {
    if (Files.exists(path)) {
      return MasterKey.read(path);
    }
    if (Files.exists(subjects) && Files.size(subjects) > RECORD) {
      throw new IOException(
          path + ": missing, but " + subjects + " holds keys wrapped by it. Put it back");
    }
    return MasterKey.make(path, random);
  }

  private static void ownerOnly(Path path, String permissions) throws IOException {
    Path ignored =
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private void write(byte[] bytes, long position) throws IOException {
    synchronized (file) {
      file.seek(position);
      file.write(bytes);
    }
  }

  private void read(byte[] into, int length, long position) throws IOException {
    synchronized (file) {
      file.seek(position);
      file.readFully(into, 0, length);
    }
  }
}
