package qerberos.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import qerberos.columns.ColumnCodec;
import qerberos.ledger.Appended;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.EntryNames;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.Ledger;
import qerberos.ledger.LedgerObserver;
import qerberos.ledger.LedgerSettings;
import qerberos.ledger.Submission;
import qerberos.ledger.Trust;
import qerberos.ledger.Verification;
import qerberos.ledger.Verifier;

/// The ledger alone, beside the bare loop that only hashes, appends and forces; they take turns in
/// one run, on the same kind of batches. The bare loop runs twice: appending to a new file, as
/// whoever keeps what is appended must, and overwriting one file of zeros again and again, which is
/// the most this disk can do and somebody else's problem to provide.
///
/// The ledger does all it does in the service: tree, names, checkpoints every 20 ms, sealing of
/// full segments in the background. Its CPU seconds are those of the whole process and include the
/// making of the entries' hashes, as those of the bare loop do.
final class LedgerBenchmark {
  private static final int ENTRY = 1_024;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private static final ThreadLocal<MessageDigest> SHA256 =
      ThreadLocal.withInitial(LedgerBenchmark::sha256);

  private LedgerBenchmark() {}

  /// Names an entry by its first 16 bytes.
  private static final EntryNames NAMES =
      new EntryNames() {
        @Override
        public byte[] name(byte[] leaf) {
          MessageDigest sha256 = SHA256.get();
          sha256.update(leaf, 0, 16);
          return sha256.digest();
        }

        @Override
        public byte[] content(byte[] leaf) {
          return sha256().digest(leaf);
        }
      };

  static void run(Options options) throws Exception {
    long entries = options.number("entries", 500_000);
    int rounds = (int) options.number("rounds", 4);
    int callers = (int) options.number("callers", 2);
    Path folder = Files.createTempDirectory("qerberos-bench-");
    System.out.printf(
        "ledger: %d rounds of %,d entries of %,d bytes, %d callers, %d processors%n",
        rounds, entries, ENTRY, callers, Runtime.getRuntime().availableProcessors());
    try {
      long only = options.number("batch", 0);
      for (int batch : only > 0 ? new int[] {(int) only} : new int[] {256, 1024}) {
        try (Ledger ledger = open(folder.resolve("ledger" + batch), new Forces())) {
          long next = 0;
          bare(folder.resolve("bare"), batch, entries / 4, Space.NEW);
          appended(ledger, next, entries / 4, batch, callers);
          next += entries / 4;
          for (int round = 0; round < rounds; round++) {
            Measured zeros = bare(folder.resolve("zeros"), batch, entries, Space.ZEROS);
            Measured bare = bare(folder.resolve("bare"), batch, entries, Space.NEW);
            Measured ours = appended(ledger, next, entries, batch, callers);
            next += entries;
            System.out.printf(
                "  batch %,5d  bare %,9.0f/s %5.2f CPU s/M   (into zeros %,9.0f/s)"
                    + "   ledger %,9.0f/s %5.2f CPU s/M   %3.0f %% of the bare rate (into zeros"
                    + " %2.0f %%)%n",
                batch,
                bare.perSecond(),
                bare.cpuPerMillion(),
                zeros.perSecond(),
                ours.perSecond(),
                ours.cpuPerMillion(),
                100 * ours.perSecond() / bare.perSecond(),
                100 * ours.perSecond() / zeros.perSecond());
          }
        }
        ServerUnderLoad.delete(folder.resolve("ledger" + batch));
      }
    } finally {
      ServerUnderLoad.delete(folder);
    }
  }

  /// What one million after another costs, then what a start and a verification of it all cost.
  static void flat(Options options) throws Exception {
    long millions = options.number("millions", 5);
    int callers = (int) options.number("callers", 2);
    int batch = (int) options.number("batch", 1024);
    Path folder = Files.createTempDirectory("qerberos-bench-");
    Path data = folder.resolve("ledger");
    System.out.printf(
        "verify: a ledger of %d million entries of %,d bytes, %d processors%n",
        millions, ENTRY, Runtime.getRuntime().availableProcessors());
    try {
      Forces forces = new Forces();
      List<qerberos.ledger.VerifierKey> keys;
      try (Ledger ledger = open(data, forces)) {
        for (long million = 0; million < millions; million++) {
          Measured ours = appended(ledger, million * 1_000_000, 1_000_000, batch, callers);
          System.out.printf(
              "  million %2d  %,9.0f/s  %5.2f CPU s/M  %,d bytes on disk, %d segments unsealed%n",
              million + 1,
              ours.perSecond(),
              ours.cpuPerMillion(),
              size(data),
              ledger.status().unsealedSegments());
        }
        long begin = System.nanoTime();
        while (ledger.status().unsealedSegments() > 0) {
          Thread.sleep(20);
        }
        System.out.printf("  sealing the rest: %.1f s%n", (System.nanoTime() - begin) / 1e9);
        keys = ledger.keys();
      }
      forces.print();
      System.out.printf(
          "  stored: %.1f bytes per entry of %d%n", size(data) / (millions * 1e6), ENTRY);
      for (String part : List.of("entries", "tree", "ids")) {
        System.out.printf("    %s: %.1f%n", part, size(data.resolve(part)) / (millions * 1e6));
      }
      for (int i = 0; i < 3; i++) {
        long begin = System.nanoTime();
        open(data, new Forces()).close();
        System.out.printf("  open and close: %.0f ms%n", (System.nanoTime() - begin) / 1e6);
      }
      for (int i = 0; i < 2; i++) {
        double cpu = cpuSeconds();
        long begin = System.nanoTime();
        Verification verification =
            new Verifier(Trust.in(keys)).folder(new FolderStorage(data), NAMES, new ColumnCodec());
        double wall = (System.nanoTime() - begin) / 1e9;
        cpu = cpuSeconds() - cpu;
        System.out.printf(
            "  verify: %s, %,.0f entries/s, %,.0f per CPU second%n",
            verification instanceof Verification.Holds ? "holds" : verification,
            millions * 1e6 / wall,
            millions * 1e6 / cpu);
      }
    } finally {
      ServerUnderLoad.delete(folder);
    }
  }

  private static Ledger open(Path folder, LedgerObserver observer) throws IOException {
    return Ledger.open(
        LedgerSettings.of(new FolderStorage(folder), NAMES)
            .withObserver(observer)
            .withCodec(new ColumnCodec()));
  }

  /// Appends entries from several callers at once, each in batches, and waits for a checkpoint over
  /// all of them.
  private static Measured appended(Ledger ledger, long first, long entries, int batch, int callers)
      throws Exception {
    double cpu = cpuSeconds();
    long begin = System.nanoTime();
    List<Callable<Long>> tasks = new ArrayList<>();
    for (int caller = 0; caller < callers; caller++) {
      long from = first + entries * caller / callers;
      long to = first + entries * (caller + 1) / callers;
      tasks.add(
          () -> {
            byte[] entry = template(from);
            for (long id = from; id < to; ) {
              List<Submission> submissions = new ArrayList<>(batch);
              for (int i = 0; i < batch && id < to; i++, id++) {
                submissions.add(Submission.of(number(entry, id)));
              }
              for (Appended answer : ledger.append(submissions)) {
                if (!(answer instanceof Appended.At)) {
                  throw new IOException("answered " + answer);
                }
              }
            }
            return to - from;
          });
    }
    long sum = 0;
    try (var threads = Executors.newFixedThreadPool(callers)) {
      for (Future<Long> result : threads.invokeAll(tasks)) {
        sum += result.get();
      }
    }
    ledger.awaitCheckpoint(ledger.size(), java.time.Duration.ofSeconds(10));
    return new Measured(sum, (System.nanoTime() - begin) / 1e9, cpuSeconds() - cpu);
  }

  /// Where the bare loop puts what it appends.
  private enum Space {
    /// A new file, which grows.
    NEW,
    /// A file of zeros that are on the disk and in the page cache already.
    ZEROS
  }

  /// The bare loop: hash, append, force, on one thread.
  private static Measured bare(Path file, int batch, long entries, Space space) throws Exception {
    byte[] entry = template(0);
    MessageDigest sha256 = sha256();
    ByteBuffer bytes = ByteBuffer.allocateDirect(batch * ENTRY);
    if (space == Space.NEW) {
      Files.deleteIfExists(file);
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (space == Space.ZEROS) {
        long size = entries * ENTRY;
        ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
        for (long at = channel.size(); at < size; at += zeros.capacity()) {
          channel.write(zeros.clear(), at);
        }
        channel.force(true);
      }
      double cpu = cpuSeconds();
      long begin = System.nanoTime();
      long position = 0;
      for (long id = 0; id < entries; ) {
        bytes.clear();
        for (int i = 0; i < batch && id < entries; i++, id++) {
          sha256.update((byte) 0);
          sha256.digest(number(entry, id));
          bytes.put(entry);
        }
        bytes.flip();
        position += channel.write(bytes, position);
        channel.force(false);
      }
      return new Measured(entries, (System.nanoTime() - begin) / 1e9, cpuSeconds() - cpu);
    }
  }

  /// An entry of hexadecimal digits and spaces.
  private static byte[] template(long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    byte[] entry = new byte[ENTRY];
    Arrays.fill(entry, (byte) ' ');
    for (int i = 0; i < ENTRY / 2; i++) {
      entry[i * 2] = HEX[random.nextInt(16)];
    }
    return entry;
  }

  /// Writes the number of an entry into its first 16 bytes, and noise that cannot be compressed
  /// into the next 128.
  private static byte[] number(byte[] entry, long id) {
    ByteBuffer bytes = ByteBuffer.wrap(entry);
    for (int i = 0; i < 16; i++) {
      entry[i] = HEX[(int) (id >>> (60 - 4 * i)) & 15];
      long noise = (id * 16 + i + 1) * 0x9E3779B97F4A7C15L;
      noise = (noise ^ (noise >>> 32)) * 0xD6E8FEB86659FD93L;
      bytes.putLong(16 + 8 * i, noise ^ (noise >>> 29));
    }
    return entry;
  }

  private static long size(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      long sum = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sum += Files.size(file);
      }
      return sum;
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static double cpuSeconds() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
            .getProcessCpuTime()
        / 1e9;
  }

  private record Measured(long entries, double wallSeconds, double cpuSeconds) {
    double perSecond() {
      return entries / wallSeconds;
    }

    double cpuPerMillion() {
      return cpuSeconds / entries * 1e6;
    }
  }

  /// Counts what the ledger forces and publishes.
  private static final class Forces implements LedgerObserver {
    private final LongAdder forces = new LongAdder();
    private final LongAdder entries = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final LongAdder checkpoints = new LongAdder();

    @Override
    public void forced(long took, int of) {
      forces.increment();
      entries.add(of);
      nanos.add(took);
    }

    @Override
    public void published(Checkpoint checkpoint) {
      checkpoints.increment();
    }

    void print() {
      System.out.printf(
          "  %,d forces of %.0f entries, %.0f us each; %,d checkpoints%n",
          forces.sum(),
          (double) entries.sum() / forces.sum(),
          nanos.sum() / 1e3 / forces.sum(),
          checkpoints.sum());
    }
  }
}
