package qerberos.event;

/// A stored event could not be read back: its leaf is no leaf of ours, or the sealed values do not
/// belong to it. The bytes were damaged or changed, or the key is another one. Immutable.
public final class SealBroken extends IllegalStateException {
  SealBroken(String message) {
    super(message);
  }

  SealBroken(String message, Throwable cause) {
    super(message, cause);
  }
}
