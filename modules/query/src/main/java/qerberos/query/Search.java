package qerberos.query;

import org.jspecify.annotations.Nullable;

/// A page asked for. Immutable.
///
/// @param query what matches
/// @param order in which order
/// @param limit hits on the page, 1 to 1000
/// @param offset hits to skip, 0 to 10,000; beyond that, cursors
/// @param cursor where the page before ended, from [Found#nextCursor()]; then offset is 0 and the
///     size of the log is the cursor's
/// @param logSize events from this leaf index on are invisible; what is not yet indexed is too
public record Search(
    Query query, Order order, int limit, long offset, @Nullable String cursor, long logSize) {
  public static final int LIMIT_MAX = 1_000;
  public static final int OFFSET_MAX = 10_000;

  /// The whole log, whatever its size.
  public static final long ALL = Long.MAX_VALUE;

  public Search {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new IllegalArgumentException("limit: " + limit + ", want 1 to " + LIMIT_MAX);
    }
    if (offset < 0 || offset > OFFSET_MAX) {
      throw new IllegalArgumentException(
          "offset: " + offset + ", want 0 to " + OFFSET_MAX + "; a cursor goes further");
    }
    if (cursor != null && offset > 0) {
      throw new IllegalArgumentException("offset: " + offset + " with a cursor, want one of both");
    }
    if (logSize < 0) {
      throw new IllegalArgumentException("logSize: " + logSize + ", want 0 or more");
    }
  }

  /// The newest 100 hits.
  public static Search of(Query query) {
    return new Search(query, Order.NEWEST_LEAF, 100, 0, null, ALL);
  }

  public Search withOrder(Order other) {
    return new Search(query, other, limit, offset, cursor, logSize);
  }

  public Search withLimit(int other) {
    return new Search(query, order, other, offset, cursor, logSize);
  }

  public Search withOffset(long other) {
    return new Search(query, order, limit, other, cursor, logSize);
  }

  public Search withCursor(@Nullable String other) {
    return new Search(query, order, limit, offset, other, logSize);
  }

  public Search withLogSize(long other) {
    return new Search(query, order, limit, offset, cursor, other);
  }
}
