package qerberos.query;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Where a page ended. Immutable.
///
/// It pins the log size, so that pages neither repeat nor miss hits while events arrive, and
/// carries the total, so that later pages need not count again. It is bound to its query and order.
/// The checksum finds accidents, not malice: who forges one can only mislead their own search,
/// because the scope is part of the query and stays ours.
///
/// @param order of the search
/// @param logSize the pinned size
/// @param total of the search
/// @param time event time of the last hit in microseconds, when the order is by time, else 0
/// @param leafIndex of the last hit
/// @param queryHash what [#hash(Query)] gives
record Cursor(Order order, long logSize, long total, long time, long leafIndex, long queryHash) {
  private static final byte VERSION = 1;
  private static final int LENGTH = 2 + 5 * Long.BYTES + Integer.BYTES;

  /// Reads what [#toString] wrote.
  ///
  /// @throws IllegalArgumentException when the text is no cursor, or one of another search
  static Cursor parse(String text, Search search) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw broken(e);
    }
    if (bytes.length != LENGTH || ByteBuffer.wrap(bytes).getInt(LENGTH - 4) != checksum(bytes)) {
      throw broken(null);
    }
    var buffer = ByteBuffer.wrap(bytes);
    int version = buffer.get();
    Order order = order(buffer.get());
    if (version != VERSION) {
      throw broken(null);
    }
    var cursor =
        new Cursor(
            order,
            buffer.getLong(),
            buffer.getLong(),
            buffer.getLong(),
            buffer.getLong(),
            buffer.getLong());
    // Base64 leaves some bits of the last letter free: one place has one cursor.
    boolean ours = cursor.toString().equals(text.replace("=", ""));
    if (!ours || cursor.logSize < 0 || cursor.total < 0 || cursor.leafIndex < 0) {
      throw broken(null);
    }
    if (cursor.order != search.order()) {
      throw new IllegalArgumentException(
          "cursor: made for order " + cursor.order + ", this search is " + search.order());
    }
    if (cursor.queryHash != hash(search.query())) {
      throw new IllegalArgumentException("cursor: made for another query");
    }
    return cursor;
  }

  static long hash(Query query) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(sha256.digest(query.toString().getBytes(StandardCharsets.UTF_8)))
          .getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    var bytes = new byte[LENGTH];
    var buffer = ByteBuffer.wrap(bytes);
    buffer.put(VERSION).put(code(order));
    buffer.putLong(logSize).putLong(total).putLong(time).putLong(leafIndex).putLong(queryHash);
    buffer.putInt(checksum(bytes));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte code(Order order) {
    return switch (order) {
      case NEWEST_LEAF -> 'n';
      case OLDEST_LEAF -> 'o';
      case TIME -> 't';
    };
  }

  private static Order order(byte code) {
    for (Order order : Order.values()) {
      if (code(order) == code) {
        return order;
      }
    }
    throw broken(null);
  }

  private static int checksum(byte[] bytes) {
    var crc = new CRC32();
    crc.update(bytes, 0, LENGTH - Integer.BYTES);
    return (int) crc.getValue();
  }

  private static IllegalArgumentException broken(@Nullable Throwable why) {
    return new IllegalArgumentException(
        "cursor: not one of ours, want nextCursor of the page before", why);
  }
}
