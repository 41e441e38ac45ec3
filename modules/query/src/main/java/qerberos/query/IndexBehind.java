package qerberos.query;

import java.io.IOException;

/// The index has not yet read as far as somebody looks: it is being rebuilt. Come back later.
public final class IndexBehind extends IOException {
  private final long wanted;
  private final long indexed;

  /// @param wanted events that somebody looks at
  /// @param indexed events that can be searched now
  public IndexBehind(long wanted, long indexed) {
    super("index: holds " + indexed + " of " + wanted + " events; come back later");
    this.wanted = wanted;
    this.indexed = indexed;
  }

  /// Events that somebody looks at.
  public long wanted() {
    return wanted;
  }

  /// Events that can be searched now.
  public long indexed() {
    return indexed;
  }
}
