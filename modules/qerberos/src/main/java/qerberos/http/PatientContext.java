package qerberos.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import qerberos.settings.HttpSettings;

/// One connection whose reads and writes are counted by the clock; everything else is passed on.
///
/// The connection's own thread reads and writes; the watch of [PatientConnections] looks at it from
/// time to time. Between them stands `state`: whoever moves it away from READING or WRITING first
/// decides whether the bytes still count, or the other end has been too slow.
///
/// After an upgrade ([#upgraded]) it may be silent for as long as whoever serves it allows, and two
/// threads use it: its own reads, any other may write. Only writing is watched then.
final class PatientContext implements ConnectionContext {
  /// The connection whose request the current thread serves.
  static final ScopedValue<PatientContext> CURRENT = ScopedValue.newInstance();

  /// What the watch does about a connection.
  enum Verdict {
    FINE,
    /// Nothing came after the last answer for too long.
    IDLE,
    /// A request arrives too slowly.
    SLOW,
    /// An answer is taken too slowly.
    STALLED,
    /// The connection is gone.
    GONE
  }

  private static final int PIECE = 64 << 10;
  private static final Duration LAST_WORD = Duration.ofSeconds(1);

  private enum State {
    WORKING,
    READING,
    WRITING,
    GIVEN_UP
  }

  private final ConnectionContext connection;
  private final DataReader source;
  private final DataReader reader;
  private final DataWriter writer;
  private final long patienceNanos;
  private final long idleNanos;
  private final double nanosPerByte;
  private final AtomicReference<State> state = new AtomicReference<>(State.WORKING);

  private volatile @Nullable Thread thread;
  private volatile long readingSince;
  private volatile long writingSince;
  private volatile boolean betweenRequests = true;
  private volatile long waitedNanos;
  private volatile long received;
  private volatile boolean upgraded;

  PatientContext(ConnectionContext connection, HttpSettings settings) {
    this.connection = connection;
    this.source = connection.dataReader();
    this.reader = DataReader.create(this::next);
    this.writer = new PatientWriter(connection.dataWriter());
    this.patienceNanos = settings.patience().toNanos();
    this.idleNanos = settings.idleTimeout().toNanos();
    this.nanosPerByte = 1e9 / settings.minBytesPerSecond();
    this.readingSince = System.nanoTime();
  }

  /// The answer is on its way; what is read next belongs to another request, or is thrown away.
  void answered() {
    betweenRequests = true;
    waitedNanos = 0;
    received = 0;
  }

  /// What is left of the connection when HTTP is over. Called by the thread that serves it.
  Wire upgraded() {
    upgraded = true;
    return new Wire(reader, writer, Thread.currentThread());
  }

  boolean isUpgraded() {
    return upgraded;
  }

  private byte @Nullable [] whatever() {
    try {
      source.ensureAvailable();
    } catch (DataReader.InsufficientDataAvailableException e) {
      return null;
    }
    return source.readBytes(source.available());
  }

  private byte @Nullable [] next() {
    if (upgraded) {
      return whatever();
    }
    long start = System.nanoTime();
    if (thread == null) {
      thread = Thread.currentThread();
    }
    readingSince = start;
    state.set(State.READING);
    try {
      source.ensureAvailable();
    } catch (DataReader.InsufficientDataAvailableException e) {
      state.set(State.WORKING);
      return null;
    } catch (RuntimeException e) {
      throw state.compareAndSet(State.READING, State.WORKING) ? notOurs(e) : givenUp();
    }
    if (!state.compareAndSet(State.READING, State.WORKING)) {
      throw givenUp();
    }
    int length = source.available();
    if (betweenRequests) {
      betweenRequests = false;
    } else {
      long before = waitedNanos;
      waitedNanos = before + System.nanoTime() - start;
      long bytesBefore = received;
      received = bytesBefore + length;
      if (waitedNanos > allowance()) {
        throw PatientConnections.tooSlow();
      }
    }
    return source.readBytes(length);
  }

  /// A stranger who speaks no TLS, or another, is nothing to be alarmed about.
  private static RuntimeException notOurs(RuntimeException e) {
    return e.getCause() instanceof SSLException reason
        ? new CloseConnectionException("no TLS: " + reason.getMessage(), e)
        : e;
  }

  private static CloseConnectionException givenUp() {
    return new CloseConnectionException("the other end was too slow");
  }

  /// Writes in pieces, and lets the watch see how long each takes. Used by the connection's thread.
  private final class PatientWriter implements DataWriter {
    private final DataWriter sink;

    PatientWriter(DataWriter sink) {
      this.sink = sink;
    }

    @Override
    public void write(BufferData... buffers) {
      writeNow(buffers);
    }

    @Override
    public void write(BufferData buffer) {
      writeNow(buffer);
    }

    @Override
    public void writeNow(BufferData... buffers) {
      int all = 0;
      for (BufferData buffer : buffers) {
        all += buffer.available();
      }
      if (all <= PIECE) {
        timed(() -> sink.writeNow(buffers));
      } else {
        for (BufferData buffer : buffers) {
          writeNow(buffer);
        }
      }
    }

    @Override
    public void writeNow(BufferData buffer) {
      if (buffer.available() <= PIECE) {
        timed(() -> sink.writeNow(buffer));
        return;
      }
      byte[] piece = new byte[PIECE];
      while (buffer.available() > 0) {
        int length = buffer.read(piece, 0, Math.min(PIECE, buffer.available()));
        timed(() -> sink.writeNow(BufferData.create(piece, 0, length)));
      }
    }

    private void timed(Runnable write) {
      writingSince = System.nanoTime();
      state.set(State.WRITING);
      try {
        write.run();
      } catch (RuntimeException e) {
        throw state.compareAndSet(State.WRITING, State.WORKING) ? notOurs(e) : givenUp();
      }
      if (!state.compareAndSet(State.WRITING, State.WORKING)) {
        throw givenUp();
      }
    }

    @Override
    public void flush() {
      sink.flush();
    }

    @Override
    public void close() {
      sink.close();
    }
  }

  private long allowance() {
    return patienceNanos + (long) (received * nanosPerByte);
  }

  /// Looks at the connection; when it is not fine, whatever arrives later no longer counts.
  Verdict look(long now) {
    Thread owner = thread;
    if (owner != null && !owner.isAlive()) {
      return Verdict.GONE;
    }
    State doing = state.get();
    if (doing == State.WRITING) {
      boolean stalled = now - writingSince > patienceNanos + (long) (PIECE * nanosPerByte);
      return stalled && state.compareAndSet(State.WRITING, State.GIVEN_UP)
          ? Verdict.STALLED
          : Verdict.FINE;
    }
    if (doing != State.READING) {
      return Verdict.FINE;
    }
    boolean idle = betweenRequests;
    long waiting = now - readingSince;
    boolean over = idle ? waiting > idleNanos : waitedNanos + waiting > allowance();
    if (!over || !state.compareAndSet(State.READING, State.GIVEN_UP)) {
      return Verdict.FINE;
    }
    return idle ? Verdict.IDLE : Verdict.SLOW;
  }

  /// Says a last word, if any, and ends the connection. Its own thread only reads, and will find
  /// that it was given up.
  ///
  /// The word is not waited for long: who stopped in the middle of a handshake holds the lock that
  /// it needs, and only the interruption frees it.
  void end(byte[] lastWord) {
    Thread saying = Thread.startVirtualThread(() -> say(lastWord));
    try {
      boolean ignored = saying.join(LAST_WORD);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      Thread owner = thread;
      if (owner != null) {
        owner.interrupt();
      }
    }
  }

  private void say(byte[] lastWord) {
    try {
      if (lastWord.length > 0) {
        connection.dataWriter().writeNow(BufferData.create(lastWord));
      }
    } catch (RuntimeException e) {
      // the other end is gone already
    }
  }

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public DataWriter dataWriter() {
    return writer;
  }

  @Override
  public ListenerContext listenerContext() {
    return connection.listenerContext();
  }

  @Override
  public ExecutorService executor() {
    return connection.executor();
  }

  @Override
  public Router router() {
    return connection.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return connection.proxyProtocolData();
  }

  @Override
  public HelidonSocket serverSocket() {
    return connection.serverSocket();
  }

  @Override
  public PeerInfo remotePeer() {
    return connection.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return connection.localPeer();
  }

  @Override
  public boolean isSecure() {
    return connection.isSecure();
  }

  @Override
  public String socketId() {
    return connection.socketId();
  }

  @Override
  public String childSocketId() {
    return connection.childSocketId();
  }
}
