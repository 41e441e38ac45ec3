package qerberos.query;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of hits. Immutable.
///
/// @param leafIndexes the hits of this page as places in the log, in the order asked for
/// @param total all hits, on this page and others: exact
/// @param logSize how many events were looked at: the log's first ones
/// @param nextCursor where the next page begins, at the same log size; null when this is the last
public record Found(List<Long> leafIndexes, long total, long logSize, @Nullable String nextCursor) {
  public Found {
    leafIndexes = List.copyOf(leafIndexes);
  }
}
