package qerberos.settings;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qerberos.settings.Catalog.LogPublic;

/// How the HTTP door stands open: where it listens, and what it takes before it says no. Start with
/// [#defaults] and change what you need.
///
/// Immutable.
public final class HttpSettings {
  // Changed only in a copy that nobody has seen yet, see changed().
  private String bind = "127.0.0.1";
  private int port = 3000;
  private int maxConnections = 2_048;
  private int maxEventBytes = 2 << 20;
  private int maxBatchBytes = 16 << 20;
  private int maxBatchLines = 10_000;
  private int maxHeaderBytes = 16 << 10;
  private int maxRequestLineBytes = 8 << 10;
  private Duration patience = Duration.ofSeconds(10);
  private int minBytesPerSecond = 16 << 10;
  private Duration idleTimeout = Duration.ofSeconds(75);
  private Duration slowRequest = Duration.ofMillis(250);
  private Duration drain = Duration.ofSeconds(20);
  private LogPublic logPublic = LogPublic.HASHES;
  private boolean trustProxy = false;
  private @Nullable TlsSettings tls;
  private boolean enforceHttps = false;
  private FollowSettings follow = FollowSettings.defaults();
  private SocketSettings sockets = SocketSettings.defaults();
  private boolean evidenceLock = false;
  private String adminConfirmationPhrase = "confirm";

  private HttpSettings() {}

  /// What holds where nothing is configured.
  public static HttpSettings defaults() {
    return new HttpSettings();
  }

  private HttpSettings changed(Consumer<HttpSettings> change) {
    HttpSettings copy = new HttpSettings();
    copy.bind = bind;
    copy.port = port;
    copy.maxConnections = maxConnections;
    copy.maxEventBytes = maxEventBytes;
    copy.maxBatchBytes = maxBatchBytes;
    copy.maxBatchLines = maxBatchLines;
    copy.maxHeaderBytes = maxHeaderBytes;
    copy.maxRequestLineBytes = maxRequestLineBytes;
    copy.patience = patience;
    copy.minBytesPerSecond = minBytesPerSecond;
    copy.idleTimeout = idleTimeout;
    copy.slowRequest = slowRequest;
    copy.drain = drain;
    copy.logPublic = logPublic;
    copy.trustProxy = trustProxy;
    copy.tls = tls;
    copy.enforceHttps = enforceHttps;
    copy.follow = follow;
    copy.sockets = sockets;
    copy.evidenceLock = evidenceLock;
    copy.adminConfirmationPhrase = adminConfirmationPhrase;
    change.accept(copy);
    return copy;
  }

  public String bind() {
    return bind;
  }

  /// @param other where it listens: an address; anything but 127.0.0.1 is reachable by others
  public HttpSettings withBind(String other) {
    if (other.isBlank()) {
      throw new IllegalArgumentException("http.bind: empty, want an address");
    }
    return changed(copy -> copy.bind = other);
  }

  public int port() {
    return port;
  }

  /// @param other TCP port, 0..65535; 0 takes a free one
  public HttpSettings onPort(int other) {
    Range.check("http.port", other, 0, 65_535);
    return changed(copy -> copy.port = other);
  }

  public int maxConnections() {
    return maxConnections;
  }

  /// @param other connections served at once, 1..100,000; more wait in the system's queue until
  ///     one closes
  public HttpSettings withMaxConnections(int other) {
    Range.check("http.maxConnections", other, 1, 100_000);
    return changed(copy -> copy.maxConnections = other);
  }

  public int maxEventBytes() {
    return maxEventBytes;
  }

  /// @param other body of `POST /audit`, 1 KiB..64 MiB; 2 MiB is one event with an original of 1
  ///     MiB, and room for JSON's escapes
  public HttpSettings withMaxEventBytes(int other) {
    Range.check("http.maxEventBytes", other, 1 << 10, 64 << 20);
    return changed(copy -> copy.maxEventBytes = other);
  }

  public int maxBatchBytes() {
    return maxBatchBytes;
  }

  /// @param other body of `POST /audit/batch` after expansion, 1 KiB..64 MiB
  public HttpSettings withMaxBatchBytes(int other) {
    Range.check("http.maxBatchBytes", other, 1 << 10, 64 << 20);
    return changed(copy -> copy.maxBatchBytes = other);
  }

  public int maxBatchLines() {
    return maxBatchLines;
  }

  /// @param other events in one batch or array, 1..100,000
  public HttpSettings withMaxBatchLines(int other) {
    Range.check("http.maxBatchLines", other, 1, 100_000);
    return changed(copy -> copy.maxBatchLines = other);
  }

  public int maxHeaderBytes() {
    return maxHeaderBytes;
  }

  /// @param other all request headers together, 1 KiB..1 MiB
  public HttpSettings withMaxHeaderBytes(int other) {
    Range.check("http.maxHeaderBytes", other, 1 << 10, 1 << 20);
    return changed(copy -> copy.maxHeaderBytes = other);
  }

  public int maxRequestLineBytes() {
    return maxRequestLineBytes;
  }

  /// @param other method, path and query, 256 B..1 MiB
  public HttpSettings withMaxRequestLineBytes(int other) {
    Range.check("http.maxRequestLineBytes", other, 256, 1 << 20);
    return changed(copy -> copy.maxRequestLineBytes = other);
  }

  public Duration patience() {
    return patience;
  }

  /// @param other how long a request may keep us waiting for its bytes beyond what
  ///     `minBytesPerSecond` allows, 10 ms..10 min
  public HttpSettings withPatience(Duration other) {
    Range.check("http.patience", other, Duration.ofMillis(10), Duration.ofMinutes(10));
    return changed(copy -> copy.patience = other);
  }

  public int minBytesPerSecond() {
    return minBytesPerSecond;
  }

  /// @param other slowest sender still served, 1 B/s and up
  public HttpSettings withMinBytesPerSecond(int other) {
    Range.check("http.minBytesPerSecond", other, 1, Integer.MAX_VALUE);
    return changed(copy -> copy.minBytesPerSecond = other);
  }

  public Duration idleTimeout() {
    return idleTimeout;
  }

  /// @param other how long a connection may stay open between two requests, 1 s..1 h
  public HttpSettings withIdleTimeout(Duration other) {
    Range.check("http.idleTimeout", other, Duration.ofSeconds(1), Duration.ofHours(1));
    return changed(copy -> copy.idleTimeout = other);
  }

  public Duration slowRequest() {
    return slowRequest;
  }

  /// @param other requests that took longer are logged with what they waited for, 0 s..1 h
  public HttpSettings withSlowRequest(Duration other) {
    Range.check("http.slowRequest", other, Duration.ZERO, Duration.ofHours(1));
    return changed(copy -> copy.slowRequest = other);
  }

  public Duration drain() {
    return drain;
  }

  /// @param other how long requests in flight may take to finish at the end, 0 s..5 min
  public HttpSettings withDrain(Duration other) {
    Range.check("http.drain", other, Duration.ZERO, Duration.ofMinutes(5));
    return changed(copy -> copy.drain = other);
  }

  public LogPublic logPublic() {
    return logPublic;
  }

  /// @param other which files of the log are served without a token
  public HttpSettings withLogPublic(LogPublic other) {
    return changed(copy -> copy.logPublic = other);
  }

  /// Whether the last address of `X-Forwarded-For` is believed.
  public boolean trustProxy() {
    return trustProxy;
  }

  public @Nullable TlsSettings tls() {
    return tls;
  }

  /// @param other the certificate and key with which the door speaks TLS; null: plain HTTP
  public HttpSettings withTls(@Nullable TlsSettings other) {
    return changed(copy -> copy.tls = other);
  }

  /// Whether what did not come over TLS, neither to us nor to a trusted proxy, is refused with
  /// 426. Health, metrics and this machine itself are exempt.
  public boolean enforceHttps() {
    return enforceHttps;
  }

  /// @param trusted believe the last address of `X-Forwarded-For`; true only behind a proxy of
  /// one's
  ///     own that sets it
  /// @param enforced refuse what did not come over TLS
  public HttpSettings withHttps(boolean trusted, boolean enforced) {
    return changed(
        copy -> {
          copy.trustProxy = trusted;
          copy.enforceHttps = enforced;
        });
  }

  public FollowSettings follow() {
    return follow;
  }

  public SocketSettings sockets() {
    return sockets;
  }

  /// @param other WebSockets
  public HttpSettings withSockets(SocketSettings other) {
    return changed(copy -> copy.sockets = other);
  }

  /// @param other streams and exports
  public HttpSettings following(FollowSettings other) {
    return changed(copy -> copy.follow = other);
  }

  public boolean evidenceLock() {
    return evidenceLock;
  }

  /// @param other whether evidence is locked for as long as this process runs
  public HttpSettings withEvidenceLock(boolean other) {
    return changed(copy -> copy.evidenceLock = other);
  }

  public String adminConfirmationPhrase() {
    return adminConfirmationPhrase;
  }

  /// @param other what an administrator has to send with an act that is not undone easily
  public HttpSettings withAdminConfirmationPhrase(String other) {
    return changed(copy -> copy.adminConfirmationPhrase = other);
  }
}
