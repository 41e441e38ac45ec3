package qerberos.identity;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import qerberos.settings.JwtSettings;

/// The keys an issuer publishes, fetched again every ten minutes, and sooner when a token names one
/// that is not known: the issuer may have begun to use another. Safe for concurrent use.
///
/// One fetch goes on at a time, and none begins within ten seconds of the last, whatever anybody
/// sends: who invents key ids costs the issuer six requests a minute, all together. Whoever finds
/// keys does not wait for a fetch that another has begun. While the issuer does not answer, or not
/// sensibly, the keys of before are good for `keep`; after that nobody is let in, because a key
/// that was taken back would be taken for ever.
final class IssuerKeys {
  private static final System.Logger LOG = System.getLogger(IssuerKeys.class.getName());
  private static final Duration FRESH = Duration.ofMinutes(10);
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final JwtSettings settings;
  private final Duration timeout;
  private final Clock clock;
  private final Upstream discovery;
  private final ReentrantLock fetching = new ReentrantLock();
  private volatile @Nullable Fetched known;
  private volatile Instant lastTry = Instant.MIN;
  private volatile @Nullable String failure;
  private volatile long latencyMillis;
  private volatile @Nullable Upstream keySet;

  private record Fetched(List<Jwk> keys, Instant at) {}

  IssuerKeys(JwtSettings settings, Duration timeout, Clock clock) {
    this.settings = settings;
    this.timeout = timeout;
    this.clock = clock;
    this.discovery =
        new Upstream("the issuer", URI.create(bare(settings.issuer())), timeout, clock);
    this.keySet = settings.keys() == null ? null : keySet(settings.keys());
  }

  /// The keys that may have signed this token: those with its key id, or, where it names none, the
  /// only one of its algorithm. Empty when there is none.
  ///
  /// @throws IOException no keys are known, or they are too old to be good
  List<Jwk> candidates(Jwt token) throws IOException {
    Fetched now = known;
    if (now == null || isOld(now, FRESH)) {
      fetchIfDue(now == null || isOld(now, settings.keep()));
    }
    List<Jwk> found = among(usable(), token);
    if (found.isEmpty()) {
      fetchIfDue(true);
      found = among(usable(), token);
    }
    return found;
  }

  private static List<Jwk> among(Fetched fetched, Jwt token) {
    List<Jwk> fitting =
        fetched.keys().stream()
            .filter(key -> key.algorithms().contains(token.algorithm()))
            .filter(key -> token.keyId() == null || token.keyId().equals(key.id()))
            .limit(4)
            .toList();
    return token.keyId() == null && fitting.size() != 1 ? List.of() : fitting;
  }

  private Fetched usable() throws IOException {
    Fetched now = known;
    if (now == null) {
      throw new IOException("its keys cannot be had: " + failure);
    }
    if (isOld(now, settings.keep())) {
      throw new IOException("its keys are from " + now.at() + ", and no newer ones can be had");
    }
    return now;
  }

  /// Fetches when that is due; otherwise waits, if so wanted, for a fetch that goes on.
  private void fetchIfDue(boolean wait) {
    if (wait) {
      fetching.lock();
    } else if (!fetching.tryLock()) {
      return;
    }
    try {
      if (isDue()) {
        fetch();
      }
    } finally {
      fetching.unlock();
    }
  }

  private boolean isDue() {
    return lastTry.equals(Instant.MIN) || !clock.instant().isBefore(lastTry.plus(PAUSE));
  }

  private boolean isOld(Fetched fetched, Duration most) {
    return !clock.instant().isBefore(fetched.at().plus(most));
  }

  private void fetch() {
    long start = System.nanoTime();
    lastTry = clock.instant();
    try {
      Upstream from = keySet;
      if (from == null) {
        from = discovered();
      }
      Upstream.Reply reply = from.get("");
      if (reply.status() != 200) {
        throw new IOException("the issuer answered " + reply.status() + " when asked for its keys");
      }
      List<Jwk> keys =
          Jwk.of(reply.body(), why -> LOG.log(INFO, "a key of the issuer is not used: " + why));
      if (keys.isEmpty()) {
        throw new IOException("the issuer publishes no key that can be used");
      }
      known = new Fetched(keys, clock.instant());
      failure = null;
    } catch (IOException | IllegalArgumentException e) {
      String before = failure;
      String now = String.valueOf(e.getMessage());
      failure = now;
      forgetDiscovered();
      if (!now.equals(before)) {
        LOG.log(WARNING, "the keys of " + settings.issuer() + " cannot be fetched: " + now);
      }
    } finally {
      latencyMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }
  }

  /// Where the keys are, as the issuer's discovery document says.
  private Upstream discovered() throws IOException {
    Upstream.Reply reply = discovery.get("/.well-known/openid-configuration");
    if (reply.status() != 200) {
      throw new IOException("its discovery document: " + reply.status());
    }
    if (!settings.issuer().equals(reply.body().text("issuer"))) {
      throw new IOException("its discovery document is of another issuer");
    }
    String keys = reply.body().text("jwks_uri");
    if (keys == null) {
      throw new IOException("its discovery document: jwks_uri: missing");
    }
    URI url = URI.create(keys);
    boolean asSafe = settings.issuer().startsWith("http://") || "https".equals(url.getScheme());
    if (!asSafe || !JwtSettings.confidential(url)) {
      throw new IOException("its discovery document: jwks_uri: want https");
    }
    Upstream found = keySet(url);
    keySet = found;
    return found;
  }

  /// The issuer may have moved its keys.
  private void forgetDiscovered() {
    Upstream keys = keySet;
    if (settings.keys() == null && keys != null) {
      keySet = null;
      keys.close();
    }
  }

  private Upstream keySet(URI url) {
    return new Upstream("the issuer", url, timeout, clock);
  }

  private static String bare(String issuer) {
    return issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
  }

  /// How the issuer fares; fetches when that is due, so that a new key is known before it is used.
  UpstreamHealth health() {
    Fetched now = known;
    if (now == null || failure != null || isOld(now, FRESH)) {
      fetchIfDue(false);
    }
    now = known;
    UpstreamHealth.Status status =
        now == null || isOld(now, settings.keep())
            ? UpstreamHealth.Status.DOWN
            : failure != null ? UpstreamHealth.Status.DEGRADED : UpstreamHealth.Status.UP;
    Instant asked = lastTry.equals(Instant.MIN) ? clock.instant() : lastTry;
    return new UpstreamHealth(status, latencyMillis, asked, failure);
  }

  /// Ends the connections to the issuer.
  void close() {
    discovery.close();
    Upstream keys = keySet;
    if (keys != null) {
      keys.close();
    }
  }
}
