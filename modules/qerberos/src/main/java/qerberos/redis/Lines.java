package qerberos.redis;

import static java.lang.System.Logger.Level.DEBUG;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisException;

/// The connections that were open to Redis at one time, each lent to one caller after the other.
/// One that breaks is not replaced: then all are given up, and others are opened. Safe for
/// concurrent use.
final class Lines implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Lines.class.getName());

  private final Connection watching;
  private final BlockingQueue<Connection> idle;
  private final int count;
  private volatile boolean closed;

  private Lines(Connection watching, List<Connection> lent) {
    this.watching = watching;
    this.count = lent.size();
    this.idle = new ArrayBlockingQueue<>(count, false, lent);
  }

  /// Opens so many, and one more for the watch.
  ///
  /// @throws JedisException one cannot be had; none is left open
  static Lines open(Address address, int count) {
    List<Connection> open = new ArrayList<>();
    try {
      for (int i = 0; i <= count; i++) {
        open.add(address.connect());
      }
      return new Lines(open.getFirst(), open.subList(1, open.size()));
    } catch (RuntimeException e) {
      open.forEach(Lines::disconnect);
      throw e;
    }
  }

  /// Used by the watch alone.
  Connection watching() {
    return watching;
  }

  /// One that nobody else uses until it is given back.
  Connection take(long mostMillis) throws RedisUnavailable {
    try {
      Connection one = idle.poll(mostMillis, TimeUnit.MILLISECONDS);
      if (one == null) {
        throw new RedisUnavailable("all " + count + " connections to Redis are in use");
      }
      if (closed) {
        give(one);
        throw new RedisUnavailable("the connections to Redis were just closed");
      }
      return one;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RedisUnavailable("interrupted while waiting for Redis");
    }
  }

  void give(Connection one) {
    boolean ignored = idle.offer(one);
    if (closed) {
      closeIdle();
    }
  }

  /// Those that are lent are closed when they are given back.
  @Override
  public void close() {
    closed = true;
    disconnect(watching);
    closeIdle();
  }

  private void closeIdle() {
    for (Connection one = idle.poll(); one != null; one = idle.poll()) {
      disconnect(one);
    }
  }

  /// One that is broken may not close well; its socket is closed all the same.
  static void disconnect(Connection one) {
    try {
      one.disconnect();
    } catch (JedisException e) {
      LOG.log(DEBUG, "a connection to Redis did not close well", e);
    }
  }
}
