package qerberos.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import qerberos.ledger.Quorum;
import qerberos.ledger.Trust;
import qerberos.ledger.TrustPolicy;
import qerberos.ledger.VerifierKey;

/// Whose cosignatures `verify` demands. Used by one thread.
final class WitnessOptions {
  @Option(
      names = "--witness",
      paramLabel = "VKEY",
      description = "A witness's public key; may be repeated. Its cosignature is demanded.")
  private List<String> witnesses = new ArrayList<>();

  @Option(
      names = "--quorum",
      paramLabel = "N",
      description = "How many of the witnesses must have cosigned; default all of them.")
  private @Nullable Integer quorum;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description = {
        "A policy as c2sp.org/tlog-policy has it: logs, witnesses, groups and a quorum. Its log's",
        "key is the one to believe where --key is not given."
      })
  private @Nullable Path policy;

  /// Whether cosignatures are demanded, or at least to be shown.
  boolean given() {
    return policy != null || !witnesses.isEmpty() || quorum != null;
  }

  /// The log's keys: those that were given, which a policy with logs must name too, or the
  /// policy's.
  List<VerifierKey> logKeys(List<VerifierKey> given, Surroundings around) throws Failure {
    if (policy == null) {
      return given;
    }
    List<VerifierKey> listed =
        read(policy, around).logs().stream().map(TrustPolicy.Log::key).toList();
    if (!given.isEmpty()) {
      if (!listed.isEmpty() && !listed.containsAll(given)) {
        throw new Failure(Exit.USAGE, "--key: the policy names other logs");
      }
      return given;
    }
    if (listed.stream().map(VerifierKey::name).distinct().count() > 1) {
      throw new Failure(
          Exit.USAGE, "--policy: names several logs; say with --key which one this is");
    }
    return listed;
  }

  /// Trust in a log by its keys, and in the witnesses.
  Trust trust(List<VerifierKey> logKeys, Surroundings around) throws Failure {
    try {
      Trust log = Trust.in(logKeys);
      if (policy != null) {
        if (!witnesses.isEmpty() || quorum != null) {
          throw new Failure(
              Exit.USAGE, "--policy: says who the witnesses are; leave --witness and --quorum out");
        }
        TrustPolicy read = read(policy, around);
        return log.witnessedBy(read.witnessKeys(), read.quorum());
      }
      List<VerifierKey> keys = witnesses.stream().map(VerifierKey::parse).distinct().toList();
      return log.witnessedBy(keys, Quorum.of(quorum == null ? keys.size() : quorum, keys));
    } catch (IllegalArgumentException e) {
      throw new Failure(Exit.USAGE, "--key, --witness or --quorum: " + e.getMessage());
    }
  }

  private static TrustPolicy read(Path file, Surroundings around) throws Failure {
    try {
      return TrustPolicy.parse(Files.readAllBytes(around.workingDirectory().resolve(file)));
    } catch (IOException | IllegalArgumentException e) {
      throw new Failure(Exit.USAGE, "--policy " + file + ": " + e.getMessage());
    }
  }
}
