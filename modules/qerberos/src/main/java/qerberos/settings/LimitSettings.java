package qerberos.settings;

/// How much one caller may ask for. Immutable. Every figure is 1 to 1,000,000,000.
///
/// - `ingestPerSecond`: events a second and token, for `POST /audit`, `/audit/batch` and every
/// later
///   receiver, default 50,000. Lower it to keep one sender from filling the disk.
/// - `requestsPerMinute`: all other requests a minute and identity, default 100
///   (`QERBEROS_RATE_LIMIT_MAX`); `requestBurst`: how many of them may come at once, default 200.
/// - `windowMillis`: the minute meant above, in milliseconds, default 60,000
///   (`QERBEROS_RATE_LIMIT_WINDOW`); it holds for the per-address, subidentity and DAO limits too.
/// - `strangersPerMinute`: requests a minute and address (IPv6: /64) without an identity, default
/// 120.
/// - `subidentityPerMinute`: default 50; `daoPerMinute`: default 500.
/// - `riskPerHour` 100, `anomalyPerHour` 50, `compliancePerHour` 10: expensive work an hour and
///   identity.
/// - `tilesPerMinute`: requests a minute and address for the public files of the log, default
///   12,000: a verifier reads 4,000 files for each million entries, as fast as it can.
public record LimitSettings(
    long ingestPerSecond,
    long requestsPerMinute,
    long requestBurst,
    long windowMillis,
    long strangersPerMinute,
    long subidentityPerMinute,
    long daoPerMinute,
    long riskPerHour,
    long anomalyPerHour,
    long compliancePerHour,
    long tilesPerMinute) {
  private static final long MOST = 1_000_000_000L;

  public LimitSettings {
    Range.check("limits.ingestPerSecond", ingestPerSecond, 1, MOST);
    Range.check("limits.requestsPerMinute", requestsPerMinute, 1, MOST);
    Range.check("limits.requestBurst", requestBurst, requestsPerMinute, MOST);
    Range.check("limits.windowMillis", windowMillis, 1000, 3_600_000);
    Range.check("limits.strangersPerMinute", strangersPerMinute, 1, MOST);
    Range.check("limits.subidentityPerMinute", subidentityPerMinute, 1, MOST);
    Range.check("limits.daoPerMinute", daoPerMinute, 1, MOST);
    Range.check("limits.riskPerHour", riskPerHour, 1, MOST);
    Range.check("limits.anomalyPerHour", anomalyPerHour, 1, MOST);
    Range.check("limits.compliancePerHour", compliancePerHour, 1, MOST);
    Range.check("limits.tilesPerMinute", tilesPerMinute, 1, MOST);
  }

  /// The documented defaults.
  public static LimitSettings defaults() {
    return new LimitSettings(50_000, 100, 200, 60_000, 120, 50, 500, 100, 50, 10, 12_000);
  }
}
