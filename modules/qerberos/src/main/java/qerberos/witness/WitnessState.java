package qerberos.witness;

/// How it goes with one witness. Whatever it is, events are taken and checkpoints published.
public enum WitnessState {
  /// Not asked yet.
  NEW,
  /// It cosigned the last checkpoint it was sent.
  COSIGNING,
  /// It does not answer, or not in time. Asked again, each time after twice as long, at most five
  /// minutes.
  UNREACHABLE,
  /// It does not know this log or its key. Asked again in the same way.
  REFUSING,
  /// Its answer is none, or a cosignature of something else. Nothing of it counts; asked again in
  /// the same way.
  FAULTY,
  /// It says that this log has another history and does not show it. Nothing of it counts; asked
  /// again in the same way.
  DISAGREEING
}
