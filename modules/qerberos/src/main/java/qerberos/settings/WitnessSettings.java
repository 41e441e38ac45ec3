package qerberos.settings;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import qerberos.ledger.Quorum;
import qerberos.ledger.TrustPolicy;
import qerberos.ledger.VerifierKey;

/// Who cosigns our checkpoints.
///
/// @param witnesses each once
/// @param quorum whose cosignatures are enough
/// @param every how often at most a checkpoint is sent to each, 10 ms..1 h; default 10 s
/// @param timeout how long one answer may take, its body included, 10 ms..1 min; default 5 s
///
/// Immutable.
public record WitnessSettings(
    List<Address> witnesses, Quorum quorum, Duration every, Duration timeout) {
  /// What holds where nothing is configured.
  public static final WitnessSettings NONE =
      new WitnessSettings(List.of(), Quorum.NONE, Duration.ofSeconds(10), Duration.ofSeconds(5));

  public WitnessSettings {
    witnesses = List.copyOf(witnesses);
    Range.check("ledger.witnessInterval", every, Duration.ofMillis(10), Duration.ofHours(1));
    Range.check("ledger.witnessTimeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(1));
    List<VerifierKey> keys = witnesses.stream().map(Address::key).toList();
    if (keys.stream().distinct().count() < keys.size()) {
      throw new IllegalArgumentException("ledger.witnesses: a witness stands there twice");
    }
    if (!keys.containsAll(quorum.witnesses())) {
      throw new IllegalArgumentException(
          "ledger.witnessPolicyFile: a witness that the quorum counts has no URL");
    }
  }

  /// How long entries may wait for enough cosignatures until the service calls itself degraded:
  /// twelve intervals and one answer, two minutes by default.
  public Duration overdue() {
    return every.multipliedBy(12).plus(timeout);
  }

  /// One witness.
  ///
  /// @param submission the prefix below which it takes checkpoints
  /// @param monitoring the prefix below which it shows the last one it cosigned; empty when it does
  ///     not
  public record Address(VerifierKey key, URI submission, Optional<URI> monitoring) {
    /// Reads `<verifier key> <URL> [<monitoring URL>]`.
    static Address parse(String text) {
      String[] words = text.strip().split("\\s+");
      VerifierKey key;
      try {
        key = VerifierKey.parse(words[0]);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("ledger.witnesses: " + e.getMessage(), e);
      }
      return of(
          "ledger.witnesses",
          key,
          words[1],
          words.length > 2 ? Optional.of(words[2]) : Optional.empty());
    }

    private static Address of(
        String setting, VerifierKey key, String submission, Optional<String> monitoring) {
      if (!key.type().timed()) {
        throw new IllegalArgumentException(
            setting
                + ": "
                + key.shortName()
                + ": key of type 0x01, want a witness's, 0x04 or 0x06");
      }
      try {
        return new Address(
            key, Kind.url().read(submission), monitoring.map(url -> Kind.url().read(url)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            setting + ": " + key.shortName() + ": " + e.getMessage(), e);
      }
    }
  }

  /// Puts together what was configured.
  ///
  /// @param listed as [Address#parse] reads them
  /// @param policy a file as c2sp.org/tlog-policy has it, instead of a list
  /// @param wanted how many of those listed must cosign; by default more than half
  static WitnessSettings of(
      List<String> listed,
      Optional<Path> policy,
      Optional<Integer> wanted,
      Duration every,
      Duration timeout) {
    if (policy.isPresent()) {
      if (!listed.isEmpty() || wanted.isPresent()) {
        throw new IllegalArgumentException(
            "ledger.witnessPolicyFile: says who the witnesses are, so ledger.witnesses and"
                + " ledger.witnessQuorum must not");
      }
      return of(policy.get(), every, timeout);
    }
    List<Address> witnesses = listed.stream().map(Address::parse).toList();
    int most = witnesses.size();
    int quorum = wanted.orElse(most == 0 ? 0 : most / 2 + 1);
    if (quorum > most) {
      throw new IllegalArgumentException("ledger.witnessQuorum: " + quorum + ", want 0.." + most);
    }
    List<VerifierKey> keys = witnesses.stream().map(Address::key).toList();
    return new WitnessSettings(witnesses, Quorum.of(quorum, keys), every, timeout);
  }

  private static WitnessSettings of(Path file, Duration every, Duration timeout) {
    TrustPolicy policy;
    try {
      policy = TrustPolicy.parse(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "ledger.witnessPolicyFile: " + file + ": cannot be read: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "ledger.witnessPolicyFile: " + file + ": " + e.getMessage(), e);
    }
    List<Address> witnesses = new ArrayList<>();
    for (TrustPolicy.Witness one : policy.witnesses()) {
      if (one.url().isPresent()) {
        witnesses.add(
            Address.of("ledger.witnessPolicyFile", one.key(), one.url().get(), Optional.empty()));
      }
    }
    return new WitnessSettings(witnesses, policy.quorum(), every, timeout);
  }
}
