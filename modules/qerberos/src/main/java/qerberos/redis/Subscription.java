package qerberos.redis;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/// Listens to one channel for as long as it is open, on a connection and a thread of its own, and
/// begins again by itself after each loss. Safe for concurrent use.
public final class Subscription implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Subscription.class.getName());
  private static final long PAUSE_MILLIS = 100;

  private final Address address;
  private final String channel;
  private final News news;
  private final BooleanSupplier up;
  private final Thread thread;
  private volatile @Nullable Connection connection;
  private volatile boolean closed;

  /// @param up whether it is worth trying
  Subscription(Address address, String channel, News news, BooleanSupplier up) {
    this.address = address;
    this.channel = channel;
    this.news = news;
    this.up = up;
    this.thread = Thread.ofVirtual().name("redis-subscription").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// Redis is gone, though this connection may not show it.
  void lost() {
    Connection now = connection;
    if (now != null) {
      try {
        now.forceDisconnect();
      } catch (IOException e) {
        LOG.log(DEBUG, "a connection that is given up did not close well", e);
      }
    }
  }

  boolean isClosed() {
    return closed;
  }

  private void run() {
    try {
      while (!closed) {
        if (up.getAsBoolean()) {
          listen();
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void listen() {
    try {
      Connection fresh = address.connect();
      connection = fresh;
      try {
        fresh.sendCommand(Command.SUBSCRIBE, channel);
        Object ignored = fresh.getOne();
        fresh.setTimeoutInfinite();
        news.begun();
        while (!closed && up.getAsBoolean()) {
          hear(Reply.of(fresh.getUnflushedObject()));
        }
      } finally {
        connection = null;
        Lines.disconnect(fresh);
      }
    } catch (JedisException e) {
      LOG.log(DEBUG, channel + ": the subscription was lost and begins again", e);
    } catch (RuntimeException e) {
      LOG.log(WARNING, channel + ": what was published could not be taken", e);
    }
  }

  /// A message is three texts: `message`, the channel, and what was published.
  private void hear(Reply reply) {
    if (reply instanceof Reply.Many(List<Reply> parts)
        && parts.size() == 3
        && parts.get(0).equals(new Reply.Text("message"))
        && parts.get(2) instanceof Reply.Text(String message)) {
      news.heard(message);
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    lost();
  }
}
