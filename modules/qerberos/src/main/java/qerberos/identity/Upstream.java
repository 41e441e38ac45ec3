package qerberos.identity;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import qerberos.identity.UpstreamHealth.Status;

/// A service that is asked over HTTP, behind a time limit and a circuit breaker. Safe for
/// concurrent use; calls block.
///
/// A call has one time limit for everything, the body's last byte included. When no connection came
/// about, or it died without an answer, the call is tried once more. When at least half of the last
/// ten calls (five at least) failed, the next five seconds fail at once; then one call is let
/// through to see. Answers below 500 are answers, not failures; redirects are not followed; a body
/// over 64 KiB is a failure.
final class Upstream implements AutoCloseable {
  static final Duration OPEN_FOR = Duration.ofSeconds(5);
  private static final Duration HEALTH_HOLDS = Duration.ofSeconds(2);

  private final String name;
  private final URI base;
  private final Duration timeout;
  private final Clock clock;
  private final ReentrantLock making = new ReentrantLock();
  private final CircuitBreaker breaker;
  private volatile @Nullable UpstreamHealth health;
  private volatile @Nullable HttpClient client;

  /// A status below 500 and a JSON object, empty when there was none.
  record Reply(int status, Message body) {}

  /// Nobody listens, or the connection died before there was an answer; asking again does no harm.
  @SuppressWarnings("serial")
  private static final class NoConnection extends IOException {
    NoConnection(String message, Throwable cause) {
      super(message, cause);
    }
  }

  Upstream(String name, URI base, Duration timeout, Clock clock) {
    this.name = name;
    this.base = base;
    this.timeout = timeout;
    this.clock = clock;
    this.breaker =
        CircuitBreaker.of(
            name,
            CircuitBreakerConfig.custom()
                .clock(clock)
                .slidingWindowSize(10)
                .minimumNumberOfCalls(5)
                .failureRateThreshold(50)
                .waitDurationInOpenState(OPEN_FOR)
                .permittedNumberOfCallsInHalfOpenState(1)
                .writableStackTraceEnabled(false)
                .build());
  }

  String name() {
    return name;
  }

  /// Posts a JSON object, or nothing at all when `body` is null; `bearer` goes into
  /// `Authorization`.
  Reply post(String path, @Nullable String bearer, @Nullable Map<String, ?> body)
      throws IOException {
    HttpRequest.Builder request = request(path);
    if (bearer != null) {
      request.header("Authorization", "Bearer " + bearer);
    }
    if (body == null) {
      request.POST(BodyPublishers.noBody());
    } else {
      request.header("Content-Type", "application/json");
      request.POST(BodyPublishers.ofByteArray(Message.bytes(body)));
    }
    return guarded(request.build());
  }

  Reply get(String path) throws IOException {
    return guarded(request(path).GET().build());
  }

  /// Asks `/health`, at most every two seconds; takes both shapes, `healthy` and `ok`.
  UpstreamHealth health() {
    UpstreamHealth last = health;
    Instant now = clock.instant();
    if (last != null
        && now.isBefore(last.lastCheck().plus(HEALTH_HOLDS))
        && !now.isBefore(last.lastCheck())) {
      return last;
    }
    long start = System.nanoTime();
    Status status;
    String error = null;
    try {
      Reply reply = send(request("/health").GET().build());
      String said = String.valueOf(reply.body().text("status"));
      status =
          switch (said) {
            case "healthy", "ok", "up" -> Status.UP;
            case "degraded" -> Status.DEGRADED;
            default -> Status.DOWN;
          };
      if (status != Status.UP || reply.status() != 200) {
        error = name + " answered " + reply.status() + " with status \"" + said + "\"";
        status = reply.status() == 200 ? status : Status.DOWN;
      }
    } catch (IOException e) {
      status = Status.DOWN;
      error = e.getMessage();
    }
    long latency = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    var fresh = new UpstreamHealth(status, latency, now, error);
    health = fresh;
    return fresh;
  }

  @Override
  public void close() {
    HttpClient made = client;
    if (made != null) {
      made.shutdownNow();
    }
  }

  /// Made when first needed: it reads the host's certificates, which a start need not wait for.
  private HttpClient client() {
    HttpClient made = client;
    if (made != null) {
      return made;
    }
    making.lock();
    try {
      made = client;
      if (made == null) {
        made =
            HttpClient.newBuilder()
                .version(Version.HTTP_1_1)
                .followRedirects(Redirect.NEVER)
                .connectTimeout(timeout)
                .build();
        client = made;
      }
      return made;
    } finally {
      making.unlock();
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .timeout(timeout)
        .header("Accept", "application/json");
  }

  private Reply guarded(HttpRequest request) throws IOException {
    try {
      return breaker.executeCallable(
          () -> {
            try {
              return send(request);
            } catch (NoConnection e) {
              return send(request);
            }
          });
    } catch (CallNotPermittedException e) {
      throw new IOException(name + " failed too often and is left alone for a moment", e);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(name + ": " + e, e);
    }
  }

  private Reply send(HttpRequest request) throws IOException {
    CompletableFuture<HttpResponse<byte[]>> coming =
        client()
            .sendAsync(
                request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), Message.MOST_BYTES));
    try {
      HttpResponse<byte[]> response = coming.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      if (response.statusCode() >= 500) {
        throw new IOException(name + " answered " + response.statusCode());
      }
      return new Reply(response.statusCode(), message(response));
    } catch (TimeoutException e) {
      throw new IOException(name + " gave no answer within " + timeout.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw failure(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + name, e);
    } finally {
      boolean ignored = coming.cancel(true);
    }
  }

  private IOException failure(Throwable cause) {
    String text = name + " at " + base + ": ";
    if (cause instanceof HttpTimeoutException) {
      return new IOException(text + "no answer in time", cause);
    }
    return new NoConnection(
        text + (cause instanceof ConnectException ? "no connection" : cause.getMessage()), cause);
  }

  private Message message(HttpResponse<byte[]> response) throws IOException {
    if (response.statusCode() != 200 || response.body().length == 0) {
      try {
        return Message.read(response.body());
      } catch (IOException e) {
        return new Message(Map.of());
      }
    }
    try {
      return Message.read(response.body());
    } catch (IOException e) {
      throw new IOException(name + " answered 200 with a body that is " + e.getMessage(), e);
    }
  }
}
