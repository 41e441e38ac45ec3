package qerberos.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import qerberos.settings.HttpSettings;

/// One connection whose reads are counted by the clock; everything else is passed on.
///
/// Used by one thread at a time: Helidon reads and answers a connection on the same thread.
final class PatientContext implements ConnectionContext {
  private final ConnectionContext connection;
  private final DataReader source;
  private final DataReader reader;
  private final long patienceNanos;
  private final long idleNanos;
  private final double nanosPerByte;

  private boolean betweenRequests = true;
  private long waitedNanos;
  private long received;

  PatientContext(ConnectionContext connection, HttpSettings settings) {
    this.connection = connection;
    this.source = connection.dataReader();
    this.reader = DataReader.create(this::next);
    this.patienceNanos = settings.patience().toNanos();
    this.idleNanos = settings.idleTimeout().toNanos();
    this.nanosPerByte = 1e9 / settings.minBytesPerSecond();
  }

  /// The answer is on its way; what is read next belongs to another request, or is thrown away.
  void answered() {
    betweenRequests = true;
    waitedNanos = 0;
    received = 0;
  }

  private byte @Nullable [] next() {
    long start = System.nanoTime();
    while (true) {
      try {
        source.ensureAvailable();
        break;
      } catch (DataReader.InsufficientDataAvailableException e) {
        return null;
      } catch (RuntimeException e) {
        if (!timedOut(e)) {
          throw e;
        }
        long waited = System.nanoTime() - start;
        if (!betweenRequests) {
          throw PatientConnections.tooSlow();
        }
        if (waited >= idleNanos) {
          throw PatientConnections.idleTooLong();
        }
      }
    }
    int length = source.available();
    if (betweenRequests) {
      betweenRequests = false;
    } else {
      waitedNanos += System.nanoTime() - start;
      received += length;
      if (waitedNanos > patienceNanos + (long) (received * nanosPerByte)) {
        throw PatientConnections.tooSlow();
      }
    }
    return source.readBytes(length);
  }

  private static boolean timedOut(RuntimeException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketTimeoutException) {
        return true;
      }
    }
    return false;
  }

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public DataWriter dataWriter() {
    return connection.dataWriter();
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
