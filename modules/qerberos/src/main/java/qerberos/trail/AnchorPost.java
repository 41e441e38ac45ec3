package qerberos.trail;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Posts the newest signed checkpoint to an address outside of this host, once per interval at most
/// and only when there is a newer one. Whoever keeps them can later show with `verify --since` that
/// nothing was changed.
///
/// What cannot be delivered is tried again, then with the newest; nobody waits for it. What the
/// other side answers is not read.
///
/// Safe for concurrent use.
final class AnchorPost implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(AnchorPost.class.getName());
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);

  private final URI url;
  private final Duration every;
  private final Supplier<byte[]> newest;
  private final Thread thread;
  private volatile @Nullable String failure;

  /// @param newest gives the newest checkpoint, as it is served
  AnchorPost(URI url, Duration every, Supplier<byte[]> newest) {
    this.url = url;
    this.every = every;
    this.newest = newest;
    this.thread = Thread.ofVirtual().name("anchor-post").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// Why the last one could not be delivered; empty while it can.
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  private void run() {
    byte[] posted = {};
    Duration pause = FIRST_PAUSE;
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER)
            .connectTimeout(PATIENCE)
            .build()) {
      try {
        while (true) {
          byte[] note = newest.get();
          if (Arrays.equals(note, posted)) {
            Thread.sleep(shorter(every, Duration.ofSeconds(1)));
            continue;
          }
          String wrong = post(client, note);
          if (wrong == null) {
            said(null);
            posted = note;
            pause = FIRST_PAUSE;
            Thread.sleep(every);
          } else {
            said("ledger.anchorUrl: " + url + ": " + wrong);
            Thread.sleep(shorter(every, pause));
            pause = pause.multipliedBy(2);
          }
        }
      } finally {
        client.shutdownNow();
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void said(@Nullable String wrong) {
    if (wrong != null && failure == null) {
      LOG.log(WARNING, wrong + "; tried again");
    } else if (wrong == null && failure != null) {
      LOG.log(INFO, "ledger.anchorUrl: " + url + " takes checkpoints again");
    }
    failure = wrong;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /// @return null when it was taken, else why not
  private @Nullable String post(HttpClient client, byte[] note) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "text/plain; charset=utf-8")
            .POST(BodyPublishers.ofByteArray(note))
            .build();
    CompletableFuture<HttpResponse<Void>> answer =
        client.sendAsync(request, BodyHandlers.discarding());
    try {
      int status = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).statusCode();
      return status >= 200 && status < 300 ? null : "answered " + status;
    } catch (TimeoutException e) {
      return "no answer within " + PATIENCE.toSeconds() + " s";
    } catch (ExecutionException e) {
      return e.getCause() instanceof IOException io && io.getMessage() != null
          ? io.getMessage()
          : String.valueOf(e.getCause());
    } finally {
      boolean ignored = answer.cancel(true);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
