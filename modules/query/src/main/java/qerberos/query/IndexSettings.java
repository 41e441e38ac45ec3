package qerberos.query;

import java.time.Duration;

/// How the index may use the machine. Immutable.
///
/// @param bufferMegabytes events are kept in memory up to this size before a segment is written, 4
/// to
///     512; more means fewer and larger segments
/// @param refreshEvery a search sees what was added this long ago or longer without asking for it;
/// a
///     search that finds younger events waiting makes them visible at most this often, 0 to 60 s
/// @param checkMegabytes at start the newest so many megabytes are read and their checksums
/// compared,
///     0 or more; [EventIndex#check] reads all
public record IndexSettings(int bufferMegabytes, Duration refreshEvery, int checkMegabytes) {
  public static final IndexSettings DEFAULT = new IndexSettings(16, Duration.ofMillis(50), 256);

  public IndexSettings {
    if (bufferMegabytes < 4 || bufferMegabytes > 512) {
      throw new IllegalArgumentException("bufferMegabytes: " + bufferMegabytes + ", want 4 to 512");
    }
    if (refreshEvery.isNegative() || refreshEvery.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new IllegalArgumentException("refreshEvery: " + refreshEvery + ", want PT0S to PT1M");
    }
    if (checkMegabytes < 0) {
      throw new IllegalArgumentException("checkMegabytes: " + checkMegabytes + ", want 0 or more");
    }
  }
}
