package qerberos.ledger;

/// Is told how far a long job has come. Calls come from one thread at a time and often: whoever
/// draws decides how often to draw.
@FunctionalInterface
public interface Progress {
  /// Nobody is watching.
  Progress NONE = (stage, done, total) -> {};

  /// @param stage what is being done, in a few words
  /// @param done how many of its units are done
  /// @param total how many there are, or -1 when not known
  void at(String stage, long done, long total);
}
