package qerberos.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qerberos.event.Privacy;

/// Everything the service is told, one record per concern; read once, at start.
///
/// Constructors elsewhere take only the record of their concern. Immutable.
public record Settings(
    Values values,
    FolderSettings folders,
    LogSettings logs,
    IdentitySettings identity,
    LimitSettings limits,
    StateSettings state,
    Optional<RedisSettings> redis,
    BusSettings bus,
    TrailSettings trail,
    Privacy privacy,
    MailSettings mail,
    NoticeSettings notices,
    HttpSettings http,
    MemberSettings members) {

  /// Puts the values together; what does not fit together is refused.
  static Settings of(Values values, Privacy privacy, NoticeSettings notices, Path home)
      throws SettingsFaults {
    var folders =
        new FolderSettings(
            home,
            values.get(Catalog.CONFIG_DIR),
            values.get(Catalog.DATA_DIR),
            values.get(Catalog.LOG_DIR));
    try {
      return new Settings(
          values,
          folders,
          logs(values),
          identity(values, folders),
          limits(values),
          state(values, folders),
          values.get(Catalog.REDIS_URL),
          new BusSettings(values.get(Catalog.BUS_KEEP)),
          trail(values, folders),
          privacy,
          MailSettings.of(values),
          notices,
          http(values),
          new MemberSettings(
              values.get(Catalog.JOIN),
              values.get(Catalog.TAKEOVER_WAIT),
              values.get(Catalog.LEAVE_NOTICE)));
    } catch (IllegalArgumentException e) {
      throw new SettingsFaults(String.valueOf(e.getMessage()).lines().toList());
    }
  }

  private static LogSettings logs(Values values) {
    return new LogSettings(
        values.get(Catalog.LOG_LEVEL),
        values.get(Catalog.LOG_FORMAT),
        values.get(Catalog.SLOW_REQUEST));
  }

  /// The bundled pair runs unless the mode is integrated; `MOCK_` settings decide when they are
  /// given.
  ///
  /// With an issuer's keys there is no use for the bundled sQuid, whose tokens would be refused.
  private static IdentitySettings identity(Values values, FolderSettings folders) {
    boolean bundled = values.get(Catalog.MODE) != Catalog.Mode.INTEGRATED;
    boolean asked = values.get(Catalog.SQUID_VERIFY) != IdentitySettings.SquidVerify.JWKS;
    return new IdentitySettings(
        values.get(Catalog.SQUID_URL),
        values.get(Catalog.QONSENT_URL),
        values.get(Catalog.SQUID_VERIFY),
        values.get(Catalog.SQUID_SIGNED_FORM),
        values.get(Catalog.TIMEOUT),
        values.get(Catalog.KEEP_ALLOWED),
        values.get(Catalog.KEEP_DENIED),
        asked && (values.isGiven(Catalog.MOCK_SQUID) ? values.get(Catalog.MOCK_SQUID) : bundled),
        values.isGiven(Catalog.MOCK_QONSENT) ? values.get(Catalog.MOCK_QONSENT) : bundled,
        values.get(Catalog.SQUID_PORT),
        values.get(Catalog.QONSENT_PORT),
        values.get(Catalog.BIND),
        values.get(Catalog.ALLOW_INSECURE),
        folders.config().resolve("identities.yaml"),
        folders.config().resolve("grants.yaml"),
        folders.data().resolve("secrets"),
        values.file(Catalog.API_KEY).orElse(null),
        asked ? null : jwt(values));
  }

  private static JwtSettings jwt(Values values) {
    return new JwtSettings(
        values
            .get(Catalog.JWT_ISSUER)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        Catalog.JWT_ISSUER.name()
                            + ": missing, want one because QERBEROS_SQUID_VERIFY is jwks"))
            .toString(),
        values.get(Catalog.JWKS_URL).orElse(null),
        values.get(Catalog.JWT_AUDIENCE),
        Set.copyOf(values.get(Catalog.JWT_ALGORITHMS)),
        values.get(Catalog.JWT_CLAIM_SQUID_ID),
        values.get(Catalog.JWT_CLAIM_SUB_ID),
        values.get(Catalog.JWT_CLAIM_DAO_ID),
        values.get(Catalog.JWT_SKEW),
        values.get(Catalog.JWKS_KEEP));
  }

  private static LimitSettings limits(Values values) {
    int requests = values.get(Catalog.RATE_LIMIT_MAX);
    return new LimitSettings(
        values.get(Catalog.RATE_LIMIT_INGEST),
        requests,
        values.get(Catalog.RATE_LIMIT_BURST).orElse(2 * requests),
        values.get(Catalog.RATE_LIMIT_WINDOW).toMillis(),
        values.get(Catalog.RATE_LIMIT_ADDRESS),
        values.get(Catalog.RATE_LIMIT_SUBIDENTITY),
        values.get(Catalog.RATE_LIMIT_TEAM),
        values.get(Catalog.RATE_LIMIT_RISK),
        values.get(Catalog.RATE_LIMIT_ANOMALY),
        values.get(Catalog.RATE_LIMIT_COMPLIANCE),
        values.get(Catalog.RATE_LIMIT_LOG));
  }

  private static StateSettings state(Values values, FolderSettings folders) {
    return new StateSettings(
        postgres(values)
            .orElseGet(
                () ->
                    new StatePlace.SqliteFile(
                        values
                            .get(Catalog.STATE_FILE)
                            .orElse(folders.data().resolve("state").resolve("state.db")))),
        values.get(Catalog.STATE_CONNECTIONS),
        values.get(Catalog.STATE_PATIENCE),
        Duration.ofSeconds(5));
  }

  /// PostgreSQL by its URL, or by its parts once its host is named.
  private static Optional<StatePlace> postgres(Values values) {
    Optional<String> url =
        values
            .get(Catalog.DB_URL)
            .or(
                () ->
                    values
                        .get(Catalog.DB_HOST)
                        .map(
                            host ->
                                "jdbc:postgresql://"
                                    + host
                                    + ":"
                                    + values.get(Catalog.DB_PORT)
                                    + "/"
                                    + values.get(Catalog.DB_NAME)));
    boolean named = values.isGiven(Catalog.DB_USER) || values.get(Catalog.DB_URL).isEmpty();
    return url.map(
        it ->
            new StatePlace.Postgres(
                it,
                named ? Optional.of(values.get(Catalog.DB_USER)) : Optional.empty(),
                values.get(Catalog.DB_PASSWORD)));
  }

  private static TrailSettings trail(Values values, FolderSettings folders) {
    return new TrailSettings(
        folders.data(),
        values.get(Catalog.LOG_ORIGIN),
        values.get(Catalog.CHECKPOINT_INTERVAL),
        values.get(Catalog.QUEUE_EVENTS),
        values.get(Catalog.TAIL_EVENTS),
        values.get(Catalog.INDEX_COMMIT),
        values.get(Catalog.INDEX_BUFFER),
        values.get(Catalog.SEARCH_TIMEOUT),
        values.get(Catalog.VERIFY_INTERVAL),
        values.get(Catalog.ANCHOR_FILE),
        values.get(Catalog.ANCHOR_URL),
        values.get(Catalog.ANCHOR_INTERVAL),
        WitnessSettings.of(
            values.get(Catalog.WITNESSES),
            values.get(Catalog.WITNESS_POLICY),
            values.get(Catalog.WITNESS_QUORUM),
            values.get(Catalog.WITNESS_INTERVAL),
            values.get(Catalog.WITNESS_TIMEOUT)));
  }

  private static HttpSettings http(Values values) {
    return HttpSettings.defaults()
        .withBind(values.get(Catalog.BIND))
        .onPort(values.get(Catalog.PORT))
        .withMaxConnections(values.get(Catalog.MAX_CONNECTIONS))
        .withMaxEventBytes(values.get(Catalog.MAX_EVENT_BYTES))
        .withMaxBatchBytes(values.get(Catalog.MAX_BATCH_BYTES))
        .withMaxBatchLines(values.get(Catalog.MAX_BATCH_LINES))
        .withMaxHeaderBytes(values.get(Catalog.MAX_HEADER_BYTES))
        .withMaxRequestLineBytes(values.get(Catalog.MAX_REQUEST_LINE_BYTES))
        .withPatience(values.get(Catalog.PATIENCE))
        .withMinBytesPerSecond(values.get(Catalog.MIN_BYTES_PER_SECOND))
        .withIdleTimeout(values.get(Catalog.IDLE_TIMEOUT))
        .withSlowRequest(values.get(Catalog.SLOW_REQUEST))
        .withDrain(values.get(Catalog.DRAIN))
        .withLogPublic(values.get(Catalog.LOG_PUBLIC))
        .withTls(tls(values))
        .withHttps(values.get(Catalog.TRUST_PROXY), values.get(Catalog.ENFORCE_HTTPS))
        .withEvidenceLock(values.get(Catalog.EVIDENCE_LOCK))
        .withAdminConfirmationPhrase(values.get(Catalog.ADMIN_CONFIRMATION_PHRASE))
        .following(
            new FollowSettings(
                values.get(Catalog.STREAMS),
                values.get(Catalog.STREAMS_EACH),
                values.get(Catalog.STREAM_BEHIND),
                values.get(Catalog.STREAM_HEARTBEAT),
                values.get(Catalog.EXPORTS)))
        .withSockets(
            new SocketSettings(
                values.get(Catalog.SOCKETS),
                values.get(Catalog.SOCKETS_EACH),
                values.get(Catalog.SOCKET_PING)));
  }

  /// Both files or none: one alone would be plain HTTP where TLS was meant.
  private static @Nullable TlsSettings tls(Values values) {
    Optional<Path> certificate = values.get(Catalog.TLS_CERT_FILE);
    Optional<Path> key = values.get(Catalog.TLS_KEY_FILE);
    if (certificate.isPresent() != key.isPresent()) {
      Setting<?> given = key.isPresent() ? Catalog.TLS_KEY_FILE : Catalog.TLS_CERT_FILE;
      Setting<?> missing = key.isPresent() ? Catalog.TLS_CERT_FILE : Catalog.TLS_KEY_FILE;
      throw new IllegalArgumentException(
          missing.name() + ": missing, want one because " + given.name() + " is given");
    }
    return certificate.isPresent() && key.isPresent()
        ? new TlsSettings(certificate.get(), key.get())
        : null;
  }
}
