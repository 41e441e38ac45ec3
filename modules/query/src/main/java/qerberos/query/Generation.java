package qerberos.query;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.IndexWriterConfig.OpenMode;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;

/// One Lucene index in one folder, from its first event on. Safe for concurrent use.
///
/// Every leaf of the log is one document, added in order, and nothing is ever deleted: so a
/// document's number *is* its leaf index, a pinned log size is a range of documents, and newest
/// first is backwards. Three things keep it so. All writing happens under one lock. Only
/// neighbouring segments are merged. And an event whose adding fails stops the writer for good,
/// since Lucene would otherwise leave a deleted document behind; the next start goes on from the
/// last commit. When the index is opened, and each time it is made visible, the count is compared.
///
/// A commit says in its data which format this is, how many leaves it holds, and, in words of the
/// caller's own, of which log they are. What came after the last commit is gone after a crash, and
/// read from the log again.
final class Generation implements AutoCloseable {
  /// The index field that has all terms.
  static final String TERMS = "k";

  /// Memory is added up now and then, not for every event.
  private static final int MEASURE_EVERY = 64;

  /// The part of the memory, one in so many, that remembered values may take from the next segment.
  private static final int REMEMBERED_MOST = 8;

  static final String TIME = "time";
  static final String RECEIVED = "receivedAt";

  /// Raised when terms or fields change: an index of another format is rebuilt.
  private static final String FORMAT = "2";

  private final Path folder;
  private final String format;
  private final Directory directory;
  private final IndexWriter writer;
  private final SearcherManager searchers;

  private final ReentrantLock turn = new ReentrantLock();
  private final Condition grown = turn.newCondition();

  private final boolean words;
  private final long bufferBytes;

  // Under `turn`: what is not written yet, and where we are.
  private final Unwritten unwritten = new Unwritten();
  private Inverter inverter;
  private long committed;
  private long awaited = Long.MAX_VALUE;
  private @Nullable Throwable failure;

  /// Written under `turn`, read by anybody.
  private volatile long next;

  private volatile long visible;

  private final String foundMark;

  private Generation(
      Path folder,
      Directory directory,
      IndexWriter writer,
      SearcherManager searchers,
      Held held,
      IndexSettings settings) {
    long next = held.next();
    this.foundMark = held.mark();
    this.folder = folder;
    this.words = settings.words();
    this.bufferBytes = (long) settings.bufferMegabytes() << 20;
    this.inverter = new Inverter(unwritten, words);
    this.format = format(words);
    this.directory = directory;
    this.writer = writer;
    this.searchers = searchers;
    this.next = next;
    this.committed = next;
    this.visible = next;
  }

  /// Opens the folder, or begins an empty index in it.
  ///
  /// @throws IndexDamaged when what is there cannot be used
  static Generation open(Path folder, IndexSettings settings) throws IOException {
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      Directory directory = FSDirectory.open(folder);
      opened.add(directory);
      String format = format(settings.words());
      Held held = checked(folder, directory, settings.checkMegabytes() * (1L << 20), format);
      IndexWriter writer = new IndexWriter(directory, config());
      opened.add(writer);
      if (held.next() == 0) {
        writer.setLiveCommitData(commitData(format, 0, "").entrySet());
        writer.commit();
      }
      var searchers = new SearcherManager(writer, false, false, new Searchers());
      return new Generation(folder, directory, writer, searchers, held, settings);
    } catch (LockObtainFailedException e) {
      closeAll(opened, e);
      throw new IOException(folder + ": another process writes this index", e);
    } catch (CorruptIndexException
        | IndexFormatTooOldException
        | IndexFormatTooNewException
        | EOFException
        | FileNotFoundException
        | NoSuchFileException
        | IllegalArgumentException e) {
      closeAll(opened, e);
      throw new IndexDamaged(folder, "does not read as an index: " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      closeAll(opened, e);
      throw e;
    }
  }

  private static IndexWriterConfig config() {
    var merges = new LogDocMergePolicy();
    // Under load a segment has some 50,000 events: twenty make one that is never merged again.
    merges.setMergeFactor(20);
    merges.setMinMergeDocs(1_000);
    merges.setMaxMergeDocs(1_000_000);
    // One file instead of twelve pays while segments are many and each commit flushes their files.
    merges.setMaxCFSSegmentSizeMB(16);
    var scheduler = new ConcurrentMergeScheduler();
    scheduler.setMaxMergesAndThreads(4, 1);
    scheduler.disableAutoIOThrottle();
    return new IndexWriterConfig()
        .setOpenMode(OpenMode.CREATE_OR_APPEND)
        .setCodec(StraightPostings.codec())
        .setMergePolicy(merges)
        .setMergeScheduler(scheduler)
        .setMaxFullFlushMergeWaitMillis(0)
        .setCommitOnClose(false);
  }

  /// What the last commit holds.
  private record Held(long next, String mark) {}

  /// How many leaves the last commit holds, once its data, its count and the checksums of its
  /// newest bytes agree; 0 when there is no commit.
  private static Held checked(Path folder, Directory directory, long bytes, String format)
      throws IOException {
    if (!DirectoryReader.indexExists(directory)) {
      return new Held(0, "");
    }
    SegmentInfos segments = SegmentInfos.readLatestCommit(directory);
    Map<String, String> data = segments.getUserData();
    if (!format.equals(data.get("format"))) {
      throw new IndexDamaged(
          folder, "has format " + data.get("format") + ", its settings want " + format);
    }
    String stated = data.get("next");
    long held = 0;
    for (SegmentCommitInfo segment : segments) {
      held += segment.info.maxDoc() - segment.getDelCount();
    }
    if (!Long.toString(held).equals(stated)) {
      throw new IndexDamaged(folder, "holds " + held + " events, its commit says " + stated);
    }
    long left = bytes;
    for (int i = segments.size() - 1; i >= 0 && left > 0; i--) {
      left -= check(directory, segments.info(i));
    }
    return new Held(held, data.getOrDefault("mark", ""));
  }

  /// Reads all files of a segment and compares their checksums; how many bytes that were.
  private static long check(Directory directory, SegmentCommitInfo segment) throws IOException {
    long bytes = 0;
    for (String file : segment.files()) {
      try (ChecksumIndexInput input = directory.openChecksumInput(file)) {
        input.skipBytes(input.length() - CodecUtil.footerLength());
        CodecUtil.checkFooter(input);
        bytes += input.length();
      }
    }
    return bytes;
  }

  /// Reads every byte of the last commit and compares the checksums.
  void check() throws IOException {
    try {
      SegmentInfos segments = SegmentInfos.readLatestCommit(directory);
      for (SegmentCommitInfo segment : segments) {
        check(directory, segment);
      }
    } catch (CorruptIndexException | EOFException | IllegalArgumentException e) {
      throw new IndexDamaged(folder, "does not read as an index: " + e.getMessage(), e);
    }
  }

  long next() {
    return next;
  }

  long visible() {
    return visible;
  }

  long committed() {
    turn.lock();
    try {
      return committed;
    } finally {
      turn.unlock();
    }
  }

  /// Adds the event of a leaf; null makes a document without fields.
  void add(long leafIndex, @Nullable AuditEvent event) throws IOException {
    turn.lock();
    try {
      if (leafIndex != next) {
        throw new IllegalArgumentException("leafIndex: " + leafIndex + ", want " + next);
      }
      works();
      if (event == null) {
        unwritten.endEmpty();
      } else {
        inverter.add(event);
      }
      if (unwritten.documents() % MEASURE_EVERY == 0
          && unwritten.memory() + inverter.memory() > bufferBytes) {
        write();
      }
      next = leafIndex + 1;
      if (next >= awaited) {
        awaited = Long.MAX_VALUE;
        grown.signalAll();
      }
    } catch (IOException | RuntimeException | Error e) {
      if (leafIndex == next) {
        stop(e);
      }
      throw e;
    } finally {
      turn.unlock();
    }
  }

  /// Gives what is not written yet to Lucene, as a segment behind the others. When Lucene returns,
  /// it has read all, so that the room is there for the next.
  private void write() throws IOException {
    if (unwritten.documents() > 0) {
      long ignored = writer.addIndexes(new UnwrittenReader(unwritten));
      unwritten.clear();
      inverter.clear();
      if (inverter.memory() > bufferBytes / REMEMBERED_MOST) {
        inverter = new Inverter(unwritten, words);
      }
    }
  }

  /// What the commit that was there at the beginning had been marked with; empty when nothing.
  String foundMark() {
    return foundMark;
  }

  /// Makes everything added so far survive a crash.
  void commit(String mark) throws IOException {
    turn.lock();
    try {
      works();
      if (committed < next) {
        write();
        writer.setLiveCommitData(commitData(format, next, mark).entrySet());
        writer.commit();
        committed = next;
      }
    } catch (IOException | RuntimeException e) {
      stop(e);
      throw e;
    } finally {
      turn.unlock();
    }
  }

  /// Makes everything added so far visible to searches.
  void refresh() throws IOException {
    turn.lock();
    try {
      if (visible < next) {
        works();
        write();
        searchers.maybeRefreshBlocking();
        IndexSearcher searcher = searchers.acquire();
        try {
          if (searcher.getIndexReader().numDocs() != next) {
            throw new IllegalStateException(
                "index shows " + searcher.getIndexReader().numDocs() + " events of " + next);
          }
        } finally {
          searchers.release(searcher);
        }
        visible = next;
      }
    } catch (IOException | RuntimeException e) {
      stop(e);
      throw e;
    } finally {
      turn.unlock();
    }
  }

  /// Waits until so many leaves have been added.
  boolean await(long size, long nanos) throws InterruptedException {
    long left = nanos;
    turn.lockInterruptibly();
    try {
      while (next < size) {
        if (left <= 0 || failure != null) {
          return false;
        }
        awaited = Math.min(awaited, size);
        left = grown.awaitNanos(left);
      }
      return true;
    } finally {
      turn.unlock();
    }
  }

  SearcherManager searchers() {
    return searchers;
  }

  Path folder() {
    return folder;
  }

  private void works() throws IOException {
    if (failure != null) {
      throw new IOException(
          folder + ": stopped after " + failure.getMessage() + "; open it again", failure);
    }
  }

  /// After a failure nobody knows what the writer holds: give up all since the last commit.
  private void stop(Throwable why) {
    if (failure == null) {
      failure = why;
      grown.signalAll();
      try {
        writer.rollback();
      } catch (IOException | RuntimeException e) {
        why.addSuppressed(e);
      }
    }
  }

  /// Closes without a commit; searches that run now still finish.
  @Override
  public void close() throws IOException {
    turn.lock();
    try {
      if (failure == null) {
        failure = new IOException("closed");
      }
      grown.signalAll();
      searchers.close();
      writer.rollback();
      directory.close();
    } finally {
      turn.unlock();
    }
  }

  private static String format(boolean words) {
    return words ? FORMAT : FORMAT + " without words";
  }

  private static Map<String, String> commitData(String format, long next, String mark) {
    var data = new HashMap<String, String>();
    data.put("format", format);
    data.put("next", Long.toString(next));
    data.put("mark", mark);
    return data;
  }

  private static void closeAll(List<AutoCloseable> opened, Exception why) {
    for (AutoCloseable one : opened.reversed()) {
      try {
        if (one instanceof IndexWriter writer) {
          writer.rollback();
        } else {
          one.close();
        }
      } catch (Exception e) {
        why.addSuppressed(e);
      }
    }
  }

  /// Searchers that cache nothing: the same question twice costs the same twice.
  private static final class Searchers extends SearcherFactory {
    @Override
    public IndexSearcher newSearcher(
        org.apache.lucene.index.IndexReader reader,
        org.apache.lucene.index.@Nullable IndexReader previous) {
      var searcher = new IndexSearcher(reader);
      searcher.setQueryCache(null);
      return searcher;
    }
  }
}
