package qerberos.settings;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How the HTTP door stands open: where it listens, and what it takes before it says no.
///
/// @param bind address to listen on; default 127.0.0.1. Anything else is reachable by others
/// @param port TCP port, 0..65535, 0 takes a free one; default 3000
/// @param maxConnections connections served at once, 1..100,000; default 2,048. More wait in the
///     system's queue until one closes
/// @param maxEventBytes body of `POST /audit`, 1 KiB..64 MiB; default 2 MiB: one event with an
///     original of 1 MiB, and room for JSON's escapes
/// @param maxBatchBytes body of `POST /audit/batch` after expansion, 1 KiB..64 MiB; default 16 MiB
/// @param maxBatchLines events in one batch or array, 1..100,000; default 10,000
/// @param maxHeaderBytes all request headers together, 1 KiB..1 MiB; default 16 KiB
/// @param maxRequestLineBytes method, path and query, 256 B..1 MiB; default 8 KiB
/// @param patience how long a request may keep us waiting for its bytes beyond what
///     `minBytesPerSecond` allows, 10 ms..10 min; default 10 s
/// @param minBytesPerSecond slowest sender still served, 1 B/s and up; default 16 KiB/s
/// @param idleTimeout how long a connection may stay open between two requests, 1 s..1 h; default
///     75 s
/// @param slowRequest requests that took longer are logged with what they waited for; default 250
/// ms
/// @param drain how long requests in flight may take to finish at the end, 0 s..5 min; default 20 s
/// @param logPublic which files of the log are served without a token; default hashes
/// @param trustProxy believe the last address of `X-Forwarded-For`; default false. True only behind
///     a proxy of one's own that sets it
/// @param tls the certificate and key with which the door speaks TLS; default none, plain HTTP
/// @param enforceHttps refuse with 426 what did not come over TLS, neither to us nor to a trusted
///     proxy; default false. Health, metrics and this machine itself are exempt
/// @param follow streams and exports
///
/// Immutable.
public record HttpSettings(
    String bind,
    int port,
    int maxConnections,
    int maxEventBytes,
    int maxBatchBytes,
    int maxBatchLines,
    int maxHeaderBytes,
    int maxRequestLineBytes,
    Duration patience,
    int minBytesPerSecond,
    Duration idleTimeout,
    Duration slowRequest,
    Duration drain,
    Catalog.LogPublic logPublic,
    boolean trustProxy,
    @Nullable TlsSettings tls,
    boolean enforceHttps,
    FollowSettings follow) {

  public HttpSettings {
    if (bind.isBlank()) {
      throw new IllegalArgumentException("http.bind: empty, want an address");
    }
    Range.check("http.port", port, 0, 65_535);
    Range.check("http.maxConnections", maxConnections, 1, 100_000);
    Range.check("http.maxEventBytes", maxEventBytes, 1 << 10, 64 << 20);
    Range.check("http.maxBatchBytes", maxBatchBytes, 1 << 10, 64 << 20);
    Range.check("http.maxBatchLines", maxBatchLines, 1, 100_000);
    Range.check("http.maxHeaderBytes", maxHeaderBytes, 1 << 10, 1 << 20);
    Range.check("http.maxRequestLineBytes", maxRequestLineBytes, 256, 1 << 20);
    Range.check("http.patience", patience, Duration.ofMillis(10), Duration.ofMinutes(10));
    Range.check("http.minBytesPerSecond", minBytesPerSecond, 1, Integer.MAX_VALUE);
    Range.check("http.idleTimeout", idleTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
    Range.check("http.slowRequest", slowRequest, Duration.ZERO, Duration.ofHours(1));
    Range.check("http.drain", drain, Duration.ZERO, Duration.ofMinutes(5));
  }

  /// What holds where nothing is configured.
  public static HttpSettings defaults() {
    return new HttpSettings(
        "127.0.0.1",
        3000,
        2_048,
        2 << 20,
        16 << 20,
        10_000,
        16 << 10,
        8 << 10,
        Duration.ofSeconds(10),
        16 << 10,
        Duration.ofSeconds(75),
        Duration.ofMillis(250),
        Duration.ofSeconds(20),
        Catalog.LogPublic.HASHES,
        false,
        null,
        false,
        FollowSettings.defaults());
  }

  /// The same on another port.
  public HttpSettings onPort(int other) {
    return new HttpSettings(
        bind,
        other,
        maxConnections,
        maxEventBytes,
        maxBatchBytes,
        maxBatchLines,
        maxHeaderBytes,
        maxRequestLineBytes,
        patience,
        minBytesPerSecond,
        idleTimeout,
        slowRequest,
        drain,
        logPublic,
        trustProxy,
        tls,
        enforceHttps,
        follow);
  }

  /// The same with other streams and exports.
  public HttpSettings following(FollowSettings other) {
    return new HttpSettings(
        bind,
        port,
        maxConnections,
        maxEventBytes,
        maxBatchBytes,
        maxBatchLines,
        maxHeaderBytes,
        maxRequestLineBytes,
        patience,
        minBytesPerSecond,
        idleTimeout,
        slowRequest,
        drain,
        logPublic,
        trustProxy,
        tls,
        enforceHttps,
        other);
  }

  /// The same with these files, or without TLS.
  public HttpSettings withTls(@Nullable TlsSettings files) {
    return new HttpSettings(
        bind,
        port,
        maxConnections,
        maxEventBytes,
        maxBatchBytes,
        maxBatchLines,
        maxHeaderBytes,
        maxRequestLineBytes,
        patience,
        minBytesPerSecond,
        idleTimeout,
        slowRequest,
        drain,
        logPublic,
        trustProxy,
        files,
        enforceHttps,
        follow);
  }

  /// The same behind a proxy of one's own or not, and with or without plain HTTP.
  public HttpSettings withHttps(boolean trusted, boolean enforced) {
    return new HttpSettings(
        bind,
        port,
        maxConnections,
        maxEventBytes,
        maxBatchBytes,
        maxBatchLines,
        maxHeaderBytes,
        maxRequestLineBytes,
        patience,
        minBytesPerSecond,
        idleTimeout,
        slowRequest,
        drain,
        logPublic,
        trusted,
        tls,
        enforced,
        follow);
  }
}
