package qerberos.settings;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import qerberos.settings.IdentitySettings.SignedForm;
import qerberos.settings.IdentitySettings.SquidVerify;
import qerberos.settings.Setting.Use;

/// The one table of everything that can be set.
///
/// The loader, `.env.example` and the manual's page are made from it, so a setting that is not here
/// does not exist, and one that is here has a default, a unit and a sentence. A row is two lines:
///
///     NAME | key in the files | flag | default | unit | earlier names
///         why one would change it
///
/// A row below `later` is known but read by nothing yet; below `outside`, by the launcher and
/// scripts. The constants give a row its type. Immutable.
public final class Catalog {
  private static final String TABLE =
      """
      PORT | server.port | --port | 3000 | TCP port | PORT
          Another program holds 3000; 0 takes a free one and prints it.
      BIND | server.bind | --bind | 127.0.0.1 | address |
          Others than this machine are to reach it: 0.0.0.0, or one address.
      SQUID_PORT | squid.port | --squid-port | 3010 | TCP port |
          Another program holds 3010, where the bundled sQuid listens.
      QONSENT_PORT | qonsent.port | --qonsent-port | 3030 | TCP port |
          Another program holds 3030, where the bundled Qonsent listens.
      ALLOW_INSECURE | server.allowInsecure | --allow-insecure | false | flag |
          The bundled sQuid and Qonsent shall answer on an address that others reach.
      MAX_CONNECTIONS | server.maxConnections | | 2048 | connections | MAX_CONNECTIONS
          More clients are served at once; those beyond it wait until one leaves.
      MAX_EVENT_BYTES | server.maxEventBytes | | 2097152 | bytes |
          Single events with larger originals are sent, or such shall not be taken.
      MAX_BATCH_BYTES | server.maxBatchBytes | | 16777216 | bytes |
          Batches are larger after unpacking, or memory is scarce.
      MAX_BATCH_LINES | server.maxBatchLines | | 10000 | events |
          Batches hold more events than this.
      MAX_HEADER_BYTES | server.maxHeaderBytes | | 16384 | bytes |
          A proxy of yours adds many headers.
      MAX_REQUEST_LINE_BYTES | server.maxRequestLineBytes | | 8192 | bytes |
          Queries are longer than this.
      PATIENCE | server.patience | | 10s | time |
          Slow senders on a poor network are cut off too early, or are held too long.
      MIN_BYTES_PER_SECOND | server.minBytesPerSecond | | 16384 | bytes per second |
          Honest senders are slower than this.
      IDLE_TIMEOUT | server.idleTimeout | | 75s | time |
          A proxy of yours keeps connections longer between two requests.
      DRAIN | server.drain | | 20s | time |
          Requests in flight may take longer to finish when the server stops.
      JOIN | server.join | --join | false | flag |
          Several processes shall share the data folder: one writes, the others pass on to it.
      TAKEOVER_WAIT | server.takeoverWait | | 10s | time |
          Requests shall wait longer, or less long, for another process to begin writing.
      LEAVE_NOTICE | server.leaveNotice | | 2s | time |
          A load balancer of yours notices sooner, or later, that a process is about to leave.
      TRUST_PROXY | server.trustProxy | | false | flag | TRUST_PROXY
          A proxy of yours stands in front, and its X-Forwarded-For and -Proto may be believed.
      TLS_CERT_FILE | server.tlsCertFile | | | file |
          The API shall speak TLS itself: its certificate in PEM, followed by those that signed it.
      TLS_KEY_FILE | server.tlsKeyFile | | | file |
          The API shall speak TLS itself: the certificate's private key in PEM.
      ENFORCE_HTTPS | server.enforceHttps | | false | flag | ENFORCE_HTTPS
          Requests that neither we nor a proxy of yours received over TLS shall be refused.
      EVIDENCE_LOCK | server.evidenceLock | | false | flag | EVIDENCE_LOCK_MODE, EVIDENCE_LOCK
          Nothing that is evidence may be changed as long as this process runs.
      ADMIN_CONFIRMATION_PHRASE | server.adminConfirmationPhrase | | confirm | phrase | ADMIN_CONFIRMATION_PHRASE
          Acts that are not undone easily shall ask for your own words.
      STREAMS | stream.most | | 256 | streams |
          More people or programs follow the log at once, or fewer shall.
      STREAMS_EACH | stream.each | | 16 | streams per identity or token |
          One program of yours follows the log in more places.
      STREAM_BEHIND | stream.behind | | 100000 | entries |
          Those who follow slowly shall sooner see the newest events (less), or rather all (more).
      STREAM_HEARTBEAT | stream.heartbeat | | 15s | time |
          A proxy of yours closes connections on which nothing is said sooner than that.
      EXPORTS | export.most | | 8 | exports |
          More exports shall run at once, or they cost the others too much.
      SOCKETS | socket.most | | 1000 | WebSockets |
          More people are told of notifications at once, or fewer shall be.
      SOCKETS_EACH | socket.each | | 16 | WebSockets per identity or token |
          One person has your pages open in more places.
      SOCKET_PING | socket.ping | | 30s | time |
          A proxy of yours closes connections on which nothing is said sooner than that.

      DATA_DIR | folders.data | --data | data | folder |
          The log shall lie on a disk of its own.
      CONFIG_DIR | | --config | config | folder |
          Several configurations stand side by side on one machine.
      LOG_DIR | folders.logs | --logs | logs | folder |
          error.log shall lie elsewhere; when the data folder is given, it lies in its logs/.

      LOG_LEVEL | logs.level | | info | level | LOG_LEVEL
          Something is to be found out (debug), or the output is too much (warn).
      LOG_FORMAT | logs.format | --log-format | json | format |
          A person reads the output, not a program (text).
      SLOW_REQUEST | logs.slowRequest | | 250ms | time |
          Requests over this are logged with what they waited for.

      LOG_ORIGIN | ledger.origin | | | name |
          Witnesses shall know the log by your name; counts only before the first start.
      LOG_PUBLIC | ledger.public | | hashes | who reads |
          Strangers shall see nothing of the log (none), or the entries too (all).
      CHECKPOINT_INTERVAL | ledger.checkpointInterval | | 20ms | time |
          Fewer signatures under load, against proofs that come later.
      QUEUE_EVENTS | ledger.queueEvents | | 20000 | events |
          Bursts are turned away, or memory is scarce.
      TAIL_EVENTS | search.tailEvents | | 16384 | events, a power of two |
          Senders are slowed down by the index, or memory is scarce.
      INDEX_COMMIT | search.commitInterval | | 1s | time |
          The index shall be made durable more often; it is caught up from the log anyway.
      INDEX_BUFFER | search.bufferMegabytes | | 32 | megabytes |
          Memory is scarce, or there is much of it and ingest is to cost less.
      SEARCH_TIMEOUT | search.timeout | | 10s | time |
          Searches over a long log are stopped too early, or cost the others too much.
      VERIFY_INTERVAL | ledger.verifyInterval | | 24h | time |
          The whole log shall be verified more often, or the disk is to be spared.
      ANCHOR_FILE | ledger.anchorFile | | | file |
          The newest checkpoint shall also lie on another disk, so that a restored old copy is refused.
      ANCHOR_URL | ledger.anchorUrl | | | URL |
          The newest checkpoint shall leave this host: it is posted there as text/plain.
      ANCHOR_INTERVAL | ledger.anchorInterval | | 1h | time |
          The checkpoint shall be posted more often, or less.
      WITNESSES | ledger.witnesses | | | verifier key, URL and monitoring URL, if it has one, of each |
          Others shall cosign every state of the log, so that it cannot have two histories.
      WITNESS_POLICY | ledger.witnessPolicyFile | | | file |
          The witnesses and their quorum stand in a file as c2sp.org/tlog-policy has it.
      WITNESS_QUORUM | ledger.witnessQuorum | | | witnesses |
          More or fewer of the witnesses must cosign than what is the default, more than half.
      WITNESS_INTERVAL | ledger.witnessInterval | | 10s | time |
          Cosignatures shall come sooner, or the witnesses are to be spared.
      WITNESS_TIMEOUT | ledger.witnessTimeout | | 5s | time |
          A witness is far away and needs longer for one answer.

      MODE | identity.mode | | standalone | mode | NODE_ENV, APP_ENV
          A real sQuid and Qonsent exist (integrated), or one of the two (hybrid).
      SQUID_URL | squid.url | | http://localhost:3010 | URL | SQUID_API_URL
          sQuid runs elsewhere.
      QONSENT_URL | qonsent.url | | http://localhost:3030 | URL | QONSENT_API_URL
          Qonsent runs elsewhere.
      MOCK_SQUID | squid.bundled | | true | flag | MOCK_SQUID
          In mode hybrid: false when the real sQuid is to be asked.
      MOCK_QONSENT | qonsent.bundled | | true | flag | MOCK_QONSENT
          In mode hybrid: false when the real Qonsent is to be asked.
      SQUID_VERIFY | squid.verify | | auth | family of calls |
          Your sQuid answers another family of calls (mcp), or is an OpenID issuer (jwks).
      JWT_ISSUER | squid.issuer | | | URL |
          With SQUID_VERIFY=jwks: whose tokens are taken, exactly as their iss says.
      JWKS_URL | squid.jwksUrl | | | URL |
          The issuer's keys are not where its discovery document says, or it has none.
      JWT_AUDIENCE | squid.audience | | qerberos | name |
          The issuer knows this service by another name, and writes that into aud.
      JWT_ALGORITHMS | squid.algorithms | | RS256,PS256,ES256,EdDSA | algorithms |
          Your issuer signs in one way only, and no other shall be taken.
      JWT_CLAIM_SQUID_ID | squid.squidIdClaim | | sub | claim |
          The issuer writes the sQuid id into another claim.
      JWT_CLAIM_SUB_ID | squid.subIdClaim | | subId | claim |
          The issuer writes the subidentity into another claim.
      JWT_CLAIM_DAO_ID | squid.daoIdClaim | | daoId | claim |
          The issuer writes the DAO into another claim.
      JWT_SKEW | squid.clockSkew | | 30s | time |
          The issuer's clock and this machine's differ by more, or less is to be forgiven.
      JWKS_KEEP | squid.jwksKeep | | 24h | time |
          Keys shall be good longer, or less long, while the issuer does not answer.
      SQUID_SIGNED_FORM | squid.signedForm | | canonical | form |
          An old sQuid signs the body alone (body), not method, path, time and body.
      TIMEOUT | identity.timeout | | 2s | time | TIMEOUT
          sQuid or Qonsent are far away and need longer for one call.
      KEEP_ALLOWED | identity.keepAllowed | | 60s | time |
          A permission that was taken back shall be noticed sooner, or Qonsent is to be spared.
      KEEP_DENIED | identity.keepDenied | | 5s | time |
          A permission that was given shall be noticed sooner, or Qonsent is to be spared.
      API_KEY | identity.apiKeyFile | | | secret |
          Qonsent wants this service to prove who it is.

      RATE_LIMIT_MAX | limits.requests | | 100 | requests per window and identity | RATE_LIMIT_MAX_REQUESTS, RATE_LIMIT_PER_MINUTE_USER
          People or programs of yours ask more often.
      RATE_LIMIT_WINDOW | limits.window | | 60s | time | RATE_LIMIT_WINDOW_MS
          The limit shall count over another time.
      RATE_LIMIT_BURST | limits.burst | | | requests |
          A page of yours asks many things at once; by default twice RATE_LIMIT_MAX.
      RATE_LIMIT_SUBIDENTITY | limits.subidentity | | 50 | requests per window and subidentity |
          One subidentity of yours asks more often.
      RATE_LIMIT_RISK | limits.riskPerHour | | 100 | requests per hour and identity |
          Risk is calculated more often than a person would ask.
      RATE_LIMIT_ANOMALY | limits.anomalyPerHour | | 50 | requests per hour and identity |
          Anomalies are looked for more often than a person would ask.
      RATE_LIMIT_COMPLIANCE | limits.compliancePerHour | | 10 | requests per hour and identity |
          Reports are made more often than a person would ask.
      RATE_LIMIT_ADDRESS | limits.address | | 120 | requests per window and address | RATE_LIMIT_PER_MINUTE_IP
          Many strangers share one address.
      RATE_LIMIT_LOG | limits.log | | 12000 | requests per window and address |
          Many verifiers stand behind one address, or the public files of the log cost too much.
      RATE_LIMIT_TEAM | limits.dao | | 500 | requests per window and DAO | RATE_LIMIT_PER_MINUTE_TEAM
          The members of a large DAO ask more often together.
      RATE_LIMIT_INGEST | limits.ingest | | 50000 | events per second and token |
          One sender shall not crowd out the others, or needs more.

      STATE_FILE | state.file | | | file |
          Tokens and cursors shall lie on another disk than the log.
      DB_URL | state.urlFile | | | secret |
          State shall lie in PostgreSQL (jdbc:postgresql://HOST:PORT/NAME), not in a file of the data folder.
      DB_HOST | state.host | | | host name | DB_HOST
          PostgreSQL is named by its parts instead of a URL.
      DB_PORT | state.port | | 5432 | TCP port | DB_PORT
          PostgreSQL listens elsewhere.
      DB_NAME | state.name | | cerberus | name | DB_NAME
          The database has another name.
      DB_USER | state.user | | cerberus_app | name | DB_USER
          The database knows us by another name.
      DB_PASSWORD | state.passwordFile | | | secret | DB_PASSWORD
          PostgreSQL wants a password.
      STATE_CONNECTIONS | state.connections | | 4 | connections |
          Many requests wait for pools.db.pending to fall.
      STATE_PATIENCE | state.patience | | 2s | time |
          A slow disk lets callers wait longer before they are told to come back.
      REDIS_URL | state.redisFile | | | secret | REDIS_URL, EVENT_BUS_URL
          Limits shall hold over all processes and restarts, and the event bus be in Redis (redis://USER:PASSWORD@HOST:PORT/DB, or rediss:// for TLS).
      BUS_KEEP | bus.keep | | 100000 | messages per topic |
          Consumers of the bus in Redis are away for longer, or Redis has little memory.

      SMTP_HOST | mail.host | | | host name |
          Mail shall be sent.
      SMTP_PORT | mail.port | | 587 | TCP port |
          The mail server listens elsewhere.
      SMTP_TLS | mail.tls | | true | true, false or implicit |
          The mail server speaks no TLS (false), or from the first byte on (implicit; so it is on port 465).
      SMTP_USER | mail.user | | | name |
          The mail server wants to know us.
      SMTP_PASSWORD | mail.passwordFile | | | secret |
          The mail server wants a password.
      SMTP_FROM | mail.from | | | address |
          Mail shall come from another address than SMTP_USER.
      SMTP_TIMEOUT | mail.timeout | | 10s | time |
          The mail server is slow to answer.
      MAIL_GATHER | mail.gather | | 60s | time |
          What comes close together shall come in fewer mails, or sooner; what is critical does not wait.
      MAIL_PER_HOUR | mail.perHour | | 20 | mails per hour and address |
          Mailboxes get too many mails, or much is left for the next one.
      MAIL_TEMPLATE_FILE | mail.templateFile | | | file |
          Mails shall say something else around what they tell.
      ADMIN_EMAIL | mail.admin | | admin@localhost | address |
          A person shall get what concerns the administrator.
      WEBHOOK_TIMEOUT | webhook.timeout | | 15s | time |
          A webhook takes longer to answer.
      ALERT_RETENTION_DAYS | notices.retentionDays | | 90 | days | ALERT_RETENTION_DAYS
          Notifications shall be there to be read for longer, or go sooner; the events stay.
      WEBHOOK_PRIVATE_HOSTS | webhook.privateHosts | | | host names |
          A webhook of notices.yaml leads into your own network, which is refused otherwise.

      later
      SIGNING_KEY | ledger.signingKeyFile | | | secret | SIGNING_SECRET
          The log's key is kept elsewhere than in the data folder.
      ENCRYPTION_KEY | privacy.encryptionKeyFile | | | secret |
          The key that wraps the keys of persons is kept elsewhere than in the data folder.
      JWT_SECRET | identity.jwtSecretFile | | | secret |
          Tokens of an issuer with a shared key are to be accepted.
      ALERT_TOKEN | tokens.alertsFile | | | secret |
          Alertmanager holds a token of your making instead of secrets/alerts.token.
      METRICS_TOKEN | tokens.metricsFile | | | secret |
          Prometheus holds a token of your making instead of secrets/metrics.token.
      ML_ANOMALY_THRESHOLD | | | 0.8 | score 0..1 | ML_ANOMALY_THRESHOLD
          Too many or too few anomalies are reported.
      RISK_SCORE_CACHE_TTL | | | 300 | seconds | RISK_SCORE_CACHE_TTL
          Risk shall follow events faster.
      AUDIT_RETENTION_YEARS | | | 7 | years | AUDIT_RETENTION_YEARS
          The law asks for another time.
      GDPR_ENABLED | | | true | flag | GDPR_ENABLED
          Reports for the GDPR are not wanted.
      SOC2_ENABLED | | | true | flag | SOC2_ENABLED
          Reports for SOC 2 are not wanted.
      IPFS_API_URL | | | | URL | IPFS_API_URL
          Entries shall be copied to an IPFS node.
      CONTACT_PRIMARY | | | qerberos-team@q.network | address |
          Alerts shall name your own team.
      CONTACT_ON_CALL | | | +1-XXX-XXX-XXXX | number |
          Alerts shall name who is on call.
      CONTACT_ESCALATION | | | team-lead@q.network | address |
          Alerts shall name who comes next.

      outside
      JAVA_OPTS | | | | JVM options |
          The launcher's memory limits do not fit the machine.
      HOST_PORT | | | | TCP port |
          Compose shall publish another port than 3000.
      """;

  private static final String HOST = "[A-Za-z0-9_.:%\\[\\]-]{1,255}";
  private static final String NAME = "[A-Za-z0-9_.-]{1,63}";
  private static final String NAME_OF = "1..63 of A-Z a-z 0-9 _ . -";

  private static final Map<String, Row> ROWS = rows();
  private static final Map<String, Setting<?>> ALL = new LinkedHashMap<>();

  public static final Setting<Integer> PORT = typed("PORT", Kind.port());
  public static final Setting<String> BIND =
      typed("BIND", Kind.form("a host name or an address", HOST));
  public static final Setting<Integer> SQUID_PORT = typed("SQUID_PORT", Kind.port());
  public static final Setting<Integer> QONSENT_PORT = typed("QONSENT_PORT", Kind.port());
  public static final Setting<Boolean> ALLOW_INSECURE = typed("ALLOW_INSECURE", Kind.flag());
  public static final Setting<Integer> MAX_CONNECTIONS =
      typed("MAX_CONNECTIONS", Kind.whole(1, 100_000));
  public static final Setting<Integer> MAX_EVENT_BYTES =
      typed("MAX_EVENT_BYTES", Kind.whole(1 << 10, 64 << 20));
  public static final Setting<Integer> MAX_BATCH_BYTES =
      typed("MAX_BATCH_BYTES", Kind.whole(1 << 10, 64 << 20));
  public static final Setting<Integer> MAX_BATCH_LINES =
      typed("MAX_BATCH_LINES", Kind.whole(1, 100_000));
  public static final Setting<Integer> MAX_HEADER_BYTES =
      typed("MAX_HEADER_BYTES", Kind.whole(1 << 10, 1 << 20));
  public static final Setting<Integer> MAX_REQUEST_LINE_BYTES =
      typed("MAX_REQUEST_LINE_BYTES", Kind.whole(256, 1 << 20));
  public static final Setting<Duration> PATIENCE =
      typed("PATIENCE", Kind.duration("ms", Duration.ofMillis(10), Duration.ofMinutes(10)));
  public static final Setting<Integer> MIN_BYTES_PER_SECOND =
      typed("MIN_BYTES_PER_SECOND", Kind.whole(1, Integer.MAX_VALUE));
  public static final Setting<Duration> IDLE_TIMEOUT =
      typed("IDLE_TIMEOUT", Kind.duration("s", Duration.ofSeconds(1), Duration.ofHours(1)));
  public static final Setting<Duration> DRAIN =
      typed("DRAIN", Kind.duration("s", Duration.ZERO, Duration.ofMinutes(5)));
  public static final Setting<Boolean> JOIN = typed("JOIN", Kind.flag());
  public static final Setting<Duration> TAKEOVER_WAIT =
      typed("TAKEOVER_WAIT", Kind.duration("s", Duration.ZERO, Duration.ofMinutes(5)));
  public static final Setting<Duration> LEAVE_NOTICE =
      typed("LEAVE_NOTICE", Kind.duration("s", Duration.ZERO, Duration.ofMinutes(1)));
  public static final Setting<Boolean> TRUST_PROXY = typed("TRUST_PROXY", Kind.flag());
  public static final Setting<Optional<Path>> TLS_CERT_FILE =
      typed("TLS_CERT_FILE", Kind.optional(Kind.path()));
  public static final Setting<Optional<Path>> TLS_KEY_FILE =
      typed("TLS_KEY_FILE", Kind.optional(Kind.path()));
  public static final Setting<Boolean> ENFORCE_HTTPS = typed("ENFORCE_HTTPS", Kind.flag());
  public static final Setting<Boolean> EVIDENCE_LOCK = typed("EVIDENCE_LOCK", Kind.flag());
  public static final Setting<String> ADMIN_CONFIRMATION_PHRASE =
      typed("ADMIN_CONFIRMATION_PHRASE", Kind.text(200));
  public static final Setting<Integer> STREAMS = typed("STREAMS", Kind.whole(1, 100_000));
  public static final Setting<Integer> STREAMS_EACH = typed("STREAMS_EACH", Kind.whole(1, 100_000));
  public static final Setting<Integer> STREAM_BEHIND =
      typed("STREAM_BEHIND", Kind.whole(1, 1_000_000_000));
  public static final Setting<Duration> STREAM_HEARTBEAT =
      typed("STREAM_HEARTBEAT", Kind.duration("s", Duration.ofMillis(100), Duration.ofMinutes(10)));
  public static final Setting<Integer> EXPORTS = typed("EXPORTS", Kind.whole(1, 1_000));

  public static final Setting<Integer> SOCKETS = typed("SOCKETS", Kind.whole(1, 100_000));
  public static final Setting<Integer> SOCKETS_EACH = typed("SOCKETS_EACH", Kind.whole(1, 100_000));
  public static final Setting<Duration> SOCKET_PING =
      typed("SOCKET_PING", Kind.duration("s", Duration.ofMillis(100), Duration.ofMinutes(10)));

  public static final Setting<Path> DATA_DIR = typed("DATA_DIR", Kind.path());
  public static final Setting<Path> CONFIG_DIR = typed("CONFIG_DIR", Kind.path());
  public static final Setting<Path> LOG_DIR = typed("LOG_DIR", Kind.path());

  public static final Setting<LogLevel> LOG_LEVEL = typed("LOG_LEVEL", Kind.oneOf(LogLevel.class));
  public static final Setting<LogFormat> LOG_FORMAT =
      typed("LOG_FORMAT", Kind.oneOf(LogFormat.class));
  public static final Setting<Duration> SLOW_REQUEST =
      typed("SLOW_REQUEST", Kind.duration("ms", Duration.ofMillis(1), Duration.ofHours(1)));

  public static final Setting<Optional<String>> LOG_ORIGIN =
      typed(
          "LOG_ORIGIN",
          Kind.optional(
              Kind.form("1..200 characters without spaces and +", "[^\\s+\\p{Cntrl}]{1,200}")));
  public static final Setting<LogPublic> LOG_PUBLIC =
      typed("LOG_PUBLIC", Kind.oneOf(LogPublic.class));
  public static final Setting<Duration> CHECKPOINT_INTERVAL =
      typed(
          "CHECKPOINT_INTERVAL", Kind.duration("ms", Duration.ofMillis(1), Duration.ofSeconds(10)));
  public static final Setting<Integer> QUEUE_EVENTS =
      typed("QUEUE_EVENTS", Kind.whole(1_000, 1_000_000));
  public static final Setting<Integer> TAIL_EVENTS =
      typed("TAIL_EVENTS", Kind.whole(1_024, 1 << 20));
  public static final Setting<Duration> INDEX_COMMIT =
      typed("INDEX_COMMIT", Kind.duration("ms", Duration.ofMillis(100), Duration.ofMinutes(1)));
  public static final Setting<Integer> INDEX_BUFFER = typed("INDEX_BUFFER", Kind.whole(4, 512));
  public static final Setting<Duration> SEARCH_TIMEOUT =
      typed("SEARCH_TIMEOUT", Kind.duration("ms", Duration.ofMillis(10), Duration.ofHours(1)));
  public static final Setting<Duration> VERIFY_INTERVAL =
      typed("VERIFY_INTERVAL", Kind.duration("h", Duration.ofMinutes(1), Duration.ofDays(90)));
  public static final Setting<Optional<Path>> ANCHOR_FILE =
      typed("ANCHOR_FILE", Kind.optional(Kind.path()));

  public static final Setting<Optional<URI>> ANCHOR_URL =
      typed("ANCHOR_URL", Kind.optional(Kind.url()));
  public static final Setting<Duration> ANCHOR_INTERVAL =
      typed("ANCHOR_INTERVAL", Kind.duration("s", Duration.ofMillis(100), Duration.ofDays(7)));
  public static final Setting<List<String>> WITNESSES =
      typed(
          "WITNESSES",
          Kind.list(
              Kind.form(
                  "<verifier key> <URL> [<monitoring URL>]",
                  "\\S{1,4000}\\s+https?://\\S{1,1000}(\\s+https?://\\S{1,1000})?")));
  public static final Setting<Optional<Path>> WITNESS_POLICY =
      typed("WITNESS_POLICY", Kind.optional(Kind.path()));
  public static final Setting<Optional<Integer>> WITNESS_QUORUM =
      typed("WITNESS_QUORUM", Kind.optional(Kind.whole(0, 100)));
  public static final Setting<Duration> WITNESS_INTERVAL =
      typed("WITNESS_INTERVAL", Kind.duration("s", Duration.ofMillis(10), Duration.ofHours(1)));
  public static final Setting<Duration> WITNESS_TIMEOUT =
      typed("WITNESS_TIMEOUT", Kind.duration("ms", Duration.ofMillis(10), Duration.ofMinutes(1)));

  public static final Setting<Mode> MODE = typed("MODE", Kind.oneOf(Mode.class));
  public static final Setting<URI> SQUID_URL = typed("SQUID_URL", Kind.url());
  public static final Setting<URI> QONSENT_URL = typed("QONSENT_URL", Kind.url());
  public static final Setting<Boolean> MOCK_SQUID = typed("MOCK_SQUID", Kind.flag());
  public static final Setting<Boolean> MOCK_QONSENT = typed("MOCK_QONSENT", Kind.flag());
  public static final Setting<SquidVerify> SQUID_VERIFY =
      typed("SQUID_VERIFY", Kind.oneOf(SquidVerify.class));
  public static final Setting<Optional<URI>> JWT_ISSUER =
      typed("JWT_ISSUER", Kind.optional(Kind.url()));
  public static final Setting<Optional<URI>> JWKS_URL =
      typed("JWKS_URL", Kind.optional(Kind.url()));
  public static final Setting<String> JWT_AUDIENCE = typed("JWT_AUDIENCE", Kind.text(512));
  public static final Setting<List<JwtSettings.Algorithm>> JWT_ALGORITHMS =
      typed("JWT_ALGORITHMS", Kind.list(Kind.oneOf(JwtSettings.Algorithm.class)));
  public static final Setting<String> JWT_CLAIM_SQUID_ID =
      typed("JWT_CLAIM_SQUID_ID", Kind.text(200));
  public static final Setting<String> JWT_CLAIM_SUB_ID = typed("JWT_CLAIM_SUB_ID", Kind.text(200));
  public static final Setting<String> JWT_CLAIM_DAO_ID = typed("JWT_CLAIM_DAO_ID", Kind.text(200));
  public static final Setting<Duration> JWT_SKEW =
      typed("JWT_SKEW", Kind.duration("s", Duration.ZERO, Duration.ofSeconds(60)));
  public static final Setting<Duration> JWKS_KEEP =
      typed("JWKS_KEEP", Kind.duration("h", Duration.ofMinutes(1), Duration.ofDays(30)));
  public static final Setting<SignedForm> SQUID_SIGNED_FORM =
      typed("SQUID_SIGNED_FORM", Kind.oneOf(SignedForm.class));
  public static final Setting<Duration> TIMEOUT =
      typed("TIMEOUT", Kind.duration("ms", Duration.ofMillis(50), Duration.ofMinutes(1)));
  public static final Setting<Duration> KEEP_ALLOWED =
      typed("KEEP_ALLOWED", Kind.duration("s", Duration.ZERO, Duration.ofHours(1)));
  public static final Setting<Duration> KEEP_DENIED =
      typed("KEEP_DENIED", Kind.duration("s", Duration.ZERO, Duration.ofMinutes(1)));
  public static final Setting<Optional<String>> API_KEY = typed("API_KEY", text());

  public static final Setting<Integer> RATE_LIMIT_MAX =
      typed("RATE_LIMIT_MAX", Kind.whole(1, 1_000_000));
  public static final Setting<Duration> RATE_LIMIT_WINDOW =
      typed("RATE_LIMIT_WINDOW", Kind.duration("ms", Duration.ofSeconds(1), Duration.ofHours(1)));
  public static final Setting<Optional<Integer>> RATE_LIMIT_BURST =
      typed("RATE_LIMIT_BURST", Kind.optional(Kind.whole(1, 2_000_000)));
  public static final Setting<Integer> RATE_LIMIT_SUBIDENTITY =
      typed("RATE_LIMIT_SUBIDENTITY", Kind.whole(1, 1_000_000));
  public static final Setting<Integer> RATE_LIMIT_RISK =
      typed("RATE_LIMIT_RISK", Kind.whole(1, 1_000_000));
  public static final Setting<Integer> RATE_LIMIT_ANOMALY =
      typed("RATE_LIMIT_ANOMALY", Kind.whole(1, 1_000_000));
  public static final Setting<Integer> RATE_LIMIT_COMPLIANCE =
      typed("RATE_LIMIT_COMPLIANCE", Kind.whole(1, 1_000_000));
  public static final Setting<Integer> RATE_LIMIT_ADDRESS =
      typed("RATE_LIMIT_ADDRESS", Kind.whole(1, 1_000_000));
  public static final Setting<Integer> RATE_LIMIT_LOG =
      typed("RATE_LIMIT_LOG", Kind.whole(1, 10_000_000));
  public static final Setting<Integer> RATE_LIMIT_TEAM =
      typed("RATE_LIMIT_TEAM", Kind.whole(1, 1_000_000));
  public static final Setting<Integer> RATE_LIMIT_INGEST =
      typed("RATE_LIMIT_INGEST", Kind.whole(1, 10_000_000));

  public static final Setting<Optional<Path>> STATE_FILE =
      typed("STATE_FILE", Kind.optional(Kind.path()));
  public static final Setting<Optional<String>> DB_URL =
      typed(
          "DB_URL",
          Kind.optional(
              Kind.form(
                  "a JDBC URL such as jdbc:postgresql://localhost:5432/cerberus",
                  "jdbc:postgresql:\\S{1,2000}")));
  public static final Setting<Optional<String>> DB_HOST =
      typed("DB_HOST", Kind.optional(Kind.form("a host name or an address", HOST)));
  public static final Setting<Integer> DB_PORT = typed("DB_PORT", Kind.whole(1, 65_535));
  public static final Setting<String> DB_NAME = typed("DB_NAME", Kind.form(NAME_OF, NAME));
  public static final Setting<String> DB_USER = typed("DB_USER", Kind.form(NAME_OF, NAME));
  public static final Setting<Optional<String>> DB_PASSWORD = typed("DB_PASSWORD", text());
  public static final Setting<Integer> STATE_CONNECTIONS =
      typed("STATE_CONNECTIONS", Kind.whole(1, 64));
  public static final Setting<Duration> STATE_PATIENCE =
      typed("STATE_PATIENCE", Kind.duration("ms", Duration.ofMillis(10), Duration.ofMinutes(1)));
  public static final Setting<Optional<RedisSettings>> REDIS_URL =
      typed("REDIS_URL", Kind.optional(Kind.redis()));
  public static final Setting<Integer> BUS_KEEP =
      typed("BUS_KEEP", Kind.whole(1_000, 1_000_000_000));

  public static final Setting<Optional<String>> SMTP_HOST =
      typed("SMTP_HOST", Kind.optional(Kind.form("a host name or an address", HOST)));
  public static final Setting<Integer> SMTP_PORT = typed("SMTP_PORT", Kind.whole(1, 65_535));
  public static final Setting<MailSettings.Tls> SMTP_TLS =
      typed("SMTP_TLS", Kind.oneOf(MailSettings.Tls.class));
  public static final Setting<Optional<String>> SMTP_USER =
      typed("SMTP_USER", Kind.optional(Kind.text(320)));
  public static final Setting<Optional<String>> SMTP_PASSWORD = typed("SMTP_PASSWORD", text());
  public static final Setting<Optional<String>> SMTP_FROM =
      typed("SMTP_FROM", Kind.optional(Kind.mailbox()));
  public static final Setting<Duration> SMTP_TIMEOUT =
      typed("SMTP_TIMEOUT", Kind.duration("s", Duration.ofMillis(100), Duration.ofMinutes(2)));
  public static final Setting<Duration> MAIL_GATHER =
      typed("MAIL_GATHER", Kind.duration("s", Duration.ZERO, Duration.ofMinutes(10)));
  public static final Setting<Integer> MAIL_PER_HOUR = typed("MAIL_PER_HOUR", Kind.whole(1, 3_600));
  public static final Setting<Optional<Path>> MAIL_TEMPLATE_FILE =
      typed("MAIL_TEMPLATE_FILE", Kind.optional(Kind.path()));
  public static final Setting<String> ADMIN_EMAIL = typed("ADMIN_EMAIL", Kind.mailbox());
  public static final Setting<Duration> WEBHOOK_TIMEOUT =
      typed("WEBHOOK_TIMEOUT", Kind.duration("s", Duration.ofMillis(100), Duration.ofMinutes(1)));
  public static final Setting<Integer> ALERT_RETENTION_DAYS =
      typed("ALERT_RETENTION_DAYS", Kind.whole(1, 3_650));
  public static final Setting<List<String>> WEBHOOK_PRIVATE_HOSTS =
      typed("WEBHOOK_PRIVATE_HOSTS", Kind.list(Kind.form("a host name or an address", HOST)));

  private static final List<Setting<?>> IN_ORDER = inOrder();

  private Catalog() {}

  /// How the service stands to sQuid and Qonsent.
  public enum Mode {
    /// Runs its own small pair.
    STANDALONE,
    /// Asks the real ones.
    INTEGRATED,
    /// Each according to its own `MOCK_` setting.
    HYBRID
  }

  /// How log lines look on standard output.
  public enum LogFormat {
    /// One JSON object per line.
    JSON,
    /// For a person at a terminal.
    TEXT
  }

  /// The least level that is logged.
  public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG
  }

  /// What of the log a stranger may read.
  public enum LogPublic {
    /// Nothing.
    NONE,
    /// Checkpoints, keys and hashes, which say nothing about an event.
    HASHES,
    /// The entries too.
    ALL
  }

  private record Row(
      String name,
      String key,
      String flag,
      String standard,
      String unit,
      List<String> fallbacks,
      Use use,
      String why) {}

  /// Every setting, in the order of the manual.
  public static List<Setting<?>> all() {
    return IN_ORDER;
  }

  private static Map<String, Row> rows() {
    Map<String, Row> rows = new LinkedHashMap<>();
    Use use = Use.SERVICE;
    List<String> lines = TABLE.lines().filter(line -> !line.isBlank()).toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.equals("later")) {
        use = Use.LATER;
      } else if (line.equals("outside")) {
        use = Use.OUTSIDE;
      } else {
        String[] cells = line.split("\\|", -1);
        for (int cell = 0; cell < cells.length; cell++) {
          cells[cell] = cells[cell].strip();
        }
        List<String> fallbacks = cells[5].isEmpty() ? List.of() : List.of(cells[5].split(",\\s*"));
        i++;
        String why = lines.get(i).strip();
        rows.put(
            cells[0],
            new Row(cells[0], cells[1], cells[2], cells[3], cells[4], fallbacks, use, why));
      }
    }
    return rows;
  }

  private static <T> Setting<T> typed(String name, Kind<T> kind) {
    Row row = ROWS.get(name);
    if (row == null) {
      throw new IllegalStateException(name + ": no row in the table");
    }
    var setting =
        new Setting<>(
            "QERBEROS_" + name,
            row.key,
            row.flag,
            kind,
            row.standard,
            row.unit,
            row.why,
            row.fallbacks,
            row.use,
            row.unit.equals("secret"));
    ALL.put(name, setting);
    return setting;
  }

  private static Kind<Optional<String>> text() {
    return Kind.optional(Kind.text(4000));
  }

  private static List<Setting<?>> inOrder() {
    List<Setting<?>> settings = new ArrayList<>();
    for (Row row : ROWS.values()) {
      Setting<?> typed = ALL.get(row.name);
      settings.add(typed == null ? typed(row.name, text()) : typed);
    }
    return List.copyOf(settings);
  }
}
