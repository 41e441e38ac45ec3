package qerberos.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.http.DirectHandler;
import io.helidon.http.Headers;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import qerberos.settings.HttpSettings;

/// Takes every connection as HTTP/1.1 and lends it only so much patience.
///
/// A time-out per read does not stop somebody who sends one byte every few seconds: each read
/// succeeds, and the connection is held for hours. So the time spent waiting for the bytes of one
/// request is added up, head and body together, and may not exceed `patience` plus one second for
/// each `minBytesPerSecond` that arrived. Then the request gets 408 and the connection is closed.
/// Between two requests, and before the first, a connection may rest for `idleTimeout`.
///
/// Whoever reads slowly is not waited for either: an answer is written in pieces of 64 KiB, and
/// each must be taken within `patience` plus the seconds that it may take at `minBytesPerSecond`,
/// 14 s by default. Else the connection is closed in the middle of the answer, whose length was
/// announced, so that nobody takes the part for the whole.
///
/// The server has no time-outs of its own on reads, so a watch looks at all connections a few times
/// per `patience`.
///
/// Safe for concurrent use.
final class PatientConnections implements ServerConnectionSelector, AutoCloseable {
  private final Set<PatientContext> open = ConcurrentHashMap.newKeySet();
  private final TransportFaults faults;
  private final Thread watch;
  private final Http1ConnectionSelector http1;
  private final HttpSettings settings;

  PatientConnections(HttpSettings settings, TransportFaults faults) {
    this.settings = settings;
    this.faults = faults;
    this.watch = Thread.ofPlatform().name("patience").daemon(true).unstarted(this::watch);
    this.http1 =
        Http1ConnectionSelector.builder()
            .config(
                Http1Config.builder()
                    .maxPrologueLength(settings.maxRequestLineBytes())
                    .maxHeadersSize(settings.maxHeaderBytes())
                    .addSendListener(new AnswerSeen())
                    .build())
            .build();
  }

  @Override
  public int bytesToIdentifyConnection() {
    return 0;
  }

  @Override
  public Support supports(BufferData data) {
    return Support.SUPPORTED;
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http1.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    PatientContext patient = new PatientContext(context, settings);
    boolean ignored = open.add(patient);
    return new Known(http1.connection(patient), patient);
  }

  /// Whoever answers a request finds the connection on which it came. One that waits for its next
  /// request may be interrupted when the server stops, as without this.
  private record Known(ServerConnection connection, PatientContext patient)
      implements ServerConnection, InterruptableTask<Void> {
    @Override
    public boolean canInterrupt() {
      return connection instanceof InterruptableTask<?> task && task.canInterrupt();
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
      ScopedValue.where(PatientContext.CURRENT, patient)
          .call(
              () -> {
                connection.handle(limit);
                return true;
              });
    }

    @Override
    public Duration idleTime() {
      return patient.isUpgraded() ? Duration.ZERO : connection.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
      connection.close(interrupt);
    }
  }

  void start() {
    watch.start();
  }

  private void watch() {
    long pauseMillis = Math.clamp(settings.patience().toMillis() / 4, 10, 1_000);
    try {
      while (true) {
        Thread.sleep(pauseMillis);
        long now = System.nanoTime();
        boolean ignored = open.removeIf(connection -> isOver(connection, now));
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private boolean isOver(PatientContext connection, long now) {
    return switch (connection.look(now)) {
      case FINE -> false;
      case GONE -> true;
      case IDLE -> ended(connection, new byte[0]);
      case SLOW -> ended(connection, faults.rawTooSlow());
      case STALLED -> ended(connection, new byte[0]);
    };
  }

  /// On a thread of its own, because somebody who sends slowly may read slowly too.
  private static boolean ended(PatientContext connection, byte[] lastWord) {
    Thread ignored = Thread.startVirtualThread(() -> connection.end(lastWord));
    return true;
  }

  @Override
  public void close() {
    watch.interrupt();
  }

  static RequestException tooSlow() {
    return RequestException.builder()
        .type(DirectHandler.EventType.OTHER)
        .status(Status.REQUEST_TIMEOUT_408)
        .message("the request arrives too slowly")
        .safeMessage(true)
        .setKeepAlive(false)
        .build();
  }

  /// Tells a connection that its request is over as far as we are concerned.
  private static final class AnswerSeen implements Http1ConnectionListener {
    @Override
    public void headers(ConnectionContext context, Headers headers) {
      if (context instanceof PatientContext patient) {
        patient.answered();
      }
    }
  }
}
