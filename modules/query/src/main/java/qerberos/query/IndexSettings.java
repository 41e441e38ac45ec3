package qerberos.query;

import java.time.Duration;

/// How the index may use the machine. Immutable.
///
/// @param bufferMegabytes events are kept in memory up to this size before a segment is written,
///     4 to 512; more means fewer and larger segments
/// @param refreshEvery a search that finds events waiting makes them visible, at most this often,
///     0 to 60 s; more means less work under many searches
/// @param checkMegabytes at start the newest so many megabytes are read and their checksums
///     compared, 0 or more; [EventIndex#check] reads all
/// @param words whether words can be searched; without them an index costs about two thirds of the
///     CPU and of the bytes. Changing it means building the index again
/// @param searchAtMost a search or a count that takes longer is stopped, 0 to 1 h; 0 stops all
public record IndexSettings(
    int bufferMegabytes,
    Duration refreshEvery,
    int checkMegabytes,
    boolean words,
    Duration searchAtMost) {
  public static final IndexSettings DEFAULT =
      new IndexSettings(32, Duration.ofMillis(50), 256, true);

  public IndexSettings(
      int bufferMegabytes, Duration refreshEvery, int checkMegabytes, boolean words) {
    this(bufferMegabytes, refreshEvery, checkMegabytes, words, Duration.ofSeconds(10));
  }

  public IndexSettings(int bufferMegabytes, Duration refreshEvery, int checkMegabytes) {
    this(bufferMegabytes, refreshEvery, checkMegabytes, true);
  }

  /// The same with another time limit.
  public IndexSettings withSearchAtMost(Duration most) {
    return new IndexSettings(bufferMegabytes, refreshEvery, checkMegabytes, words, most);
  }

  public IndexSettings {
    if (bufferMegabytes < 4 || bufferMegabytes > 512) {
      throw new IllegalArgumentException("bufferMegabytes: " + bufferMegabytes + ", want 4 to 512");
    }
    if (refreshEvery.isNegative() || refreshEvery.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new IllegalArgumentException("refreshEvery: " + refreshEvery + ", want PT0S to PT1M");
    }
    if (searchAtMost.isNegative() || searchAtMost.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("searchAtMost: " + searchAtMost + ", want PT0S to PT1H");
    }
    if (checkMegabytes < 0) {
      throw new IllegalArgumentException("checkMegabytes: " + checkMegabytes + ", want 0 or more");
    }
  }
}
