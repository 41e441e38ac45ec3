package qerberos.settings;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Where the trail is written and how it is followed.
///
/// @param data the data folder, absolute
/// @param origin the log's name; empty makes one at first start and keeps it. Another one than the
///     folder holds stops the start
/// @param checkpointInterval how often at most a checkpoint is signed under load, 1 ms..10 s;
///     default 20 ms. Longer saves a millisecond of CPU each, and delays proofs
/// @param queueEvents events that may wait to be written, 1,000..1,000,000; default 20,000. What
///     arrives beyond that is told to come back
/// @param tailEvents the newest events kept in memory for the followers, 1,024..1,048,576, a power
///     of two; default 16,384. Senders are slowed down rather than the index left behind by more
///     than an eighth of that
/// @param indexCommit how often the index is made durable, 100 ms..1 min; default 1 s, and five
///     times that under full load. What was not is read from the log again at the next start
/// @param indexBufferMegabytes memory the index fills before it writes, 4..512; default 32
/// @param searchTimeout a search that takes longer is stopped, 10 ms..1 h; default 10 s
/// @param verifyInterval how often the whole log is verified in the background, 1 min..90 d;
///     default 24 h
/// @param anchorFile where the newest checkpoint is also kept, outside of `data`, so that a
///     restored old copy is noticed; empty for none
/// @param anchorUrl where the newest checkpoint is also posted to; empty for none
/// @param anchorInterval how often at most that is done, 100 ms..7 d; default 1 h
/// @param witnesses who cosigns the checkpoints
///
/// Immutable.
public record TrailSettings(
    Path data,
    Optional<String> origin,
    Duration checkpointInterval,
    int queueEvents,
    int tailEvents,
    Duration indexCommit,
    int indexBufferMegabytes,
    Duration searchTimeout,
    Duration verifyInterval,
    Optional<Path> anchorFile,
    Optional<URI> anchorUrl,
    Duration anchorInterval,
    WitnessSettings witnesses) {

  public TrailSettings {
    Range.check(
        "ledger.checkpointInterval",
        checkpointInterval,
        Duration.ofMillis(1),
        Duration.ofSeconds(10));
    Range.check("ledger.queueEvents", queueEvents, 1_000, 1_000_000);
    Range.check("search.tailEvents", tailEvents, 1_024, 1 << 20);
    if (Integer.bitCount(tailEvents) != 1) {
      throw new IllegalArgumentException(
          "search.tailEvents: " + tailEvents + ", want a power of two");
    }
    Range.check(
        "search.commitInterval", indexCommit, Duration.ofMillis(100), Duration.ofMinutes(1));
    Range.check("search.bufferMegabytes", indexBufferMegabytes, 4, 512);
    Range.check("search.timeout", searchTimeout, Duration.ofMillis(10), Duration.ofHours(1));
    Range.check(
        "ledger.verifyInterval", verifyInterval, Duration.ofMinutes(1), Duration.ofDays(90));
    Range.check(
        "ledger.anchorInterval", anchorInterval, Duration.ofMillis(100), Duration.ofDays(7));
    if (anchorFile.isPresent() && absolute(anchorFile.get()).startsWith(absolute(data))) {
      throw new IllegalArgumentException(
          "ledger.anchorFile: "
              + anchorFile.get()
              + " lies in the data folder, want a place that a restored copy would not replace");
    }
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  /// What holds where nothing is configured.
  public static TrailSettings in(Path data) {
    return new TrailSettings(
        data,
        Optional.empty(),
        Duration.ofMillis(20),
        20_000,
        16_384,
        Duration.ofSeconds(1),
        32,
        Duration.ofSeconds(10),
        Duration.ofHours(24),
        Optional.empty(),
        Optional.empty(),
        Duration.ofHours(1),
        WitnessSettings.NONE);
  }

  /// The same, keeping the newest checkpoint in this file too.
  public TrailSettings withAnchorFile(Optional<Path> file) {
    return with(file, anchorUrl, anchorInterval, witnesses);
  }

  /// The same, posting the newest checkpoint.
  public TrailSettings withAnchorUrl(URI url, Duration every) {
    return with(anchorFile, Optional.of(url), every, witnesses);
  }

  /// The same, with these witnesses.
  public TrailSettings withWitnesses(WitnessSettings others) {
    return with(anchorFile, anchorUrl, anchorInterval, others);
  }

  private TrailSettings with(
      Optional<Path> file, Optional<URI> url, Duration postEvery, WitnessSettings others) {
    return new TrailSettings(
        data,
        origin,
        checkpointInterval,
        queueEvents,
        tailEvents,
        indexCommit,
        indexBufferMegabytes,
        searchTimeout,
        verifyInterval,
        file,
        url,
        postEvery,
        others);
  }
}
