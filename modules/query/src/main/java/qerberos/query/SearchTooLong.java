package qerberos.query;

import java.io.IOException;
import java.time.Duration;

/// A search was stopped because it took longer than one may. The index is well; a narrower search
/// will be answered.
public final class SearchTooLong extends IOException {
  private static final long serialVersionUID = 1;

  private final transient Duration most;

  SearchTooLong(Duration most) {
    super(
        "search: took longer than "
            + most.toMillis()
            + " ms; narrow it, with a shorter time, a type or an actor");
    this.most = most;
  }

  /// How long it may take.
  public Duration most() {
    return most;
  }
}
