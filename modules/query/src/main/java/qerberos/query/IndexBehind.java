package qerberos.query;

import java.io.IOException;

/// The index has not yet read as far as a cursor looked: it is being rebuilt. Come back later.
public final class IndexBehind extends IOException {
  private final long wanted;
  private final long indexed;

  IndexBehind(long wanted, long indexed) {
    super(
        "index: holds " + indexed + " events, the cursor looks at " + wanted + "; come back later");
    this.wanted = wanted;
    this.indexed = indexed;
  }

  /// Events the cursor looks at.
  public long wanted() {
    return wanted;
  }

  /// Events that can be searched now.
  public long indexed() {
    return indexed;
  }
}
