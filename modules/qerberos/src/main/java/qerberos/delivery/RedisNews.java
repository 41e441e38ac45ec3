package qerberos.delivery;

import static java.lang.System.Logger.Level.DEBUG;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qerberos.notice.News;
import qerberos.redis.RedisHealth;
import qerberos.redis.RedisLink;
import qerberos.redis.RedisUnavailable;
import qerberos.redis.Subscription;

/// News of what other processes of the installation keep, over one channel in Redis, and theirs of
/// what this one does: names of recipients, one a line, and nothing of what they are told.
///
/// Nobody waits for Redis. What was kept while it is gone, or while too much waits to be told, is
/// not told: each socket looks by itself every few seconds, and when Redis is back everybody looks
/// at once. Safe for concurrent use.
public final class RedisNews implements News, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RedisNews.class.getName());
  private static final int MOST = 10_000;
  private static final long LOOK_MILLIS = 500;

  private final RedisLink link;
  private final String channel;
  private final BlockingQueue<String> waiting = new LinkedBlockingQueue<>(MOST);
  private final Thread telling;
  private final Room room;
  private @Nullable Subscription subscription;
  private volatile boolean closed;

  private RedisNews(RedisLink link, Room room) {
    this.link = link;
    this.room = room;
    this.channel = link.key("news");
    this.telling = Thread.ofVirtual().name("redis-news").unstarted(this::run);
  }

  /// Begins to tell, and to hear; empty where no Redis is configured.
  ///
  /// @param room where they wait who are woken
  public static Optional<RedisNews> between(RedisLink link, Room room) {
    if (link.health() instanceof RedisHealth.Off) {
      return Optional.empty();
    }
    var news = new RedisNews(link, room);
    news.start();
    return Optional.of(news);
  }

  private void start() {
    subscription = link.subscribe(channel, new Heard());
    telling.start();
  }

  private final class Heard implements qerberos.redis.News {
    @Override
    public void begun() {
      room.wakeAll();
    }

    @Override
    public void heard(String message) {
      room.kept(message.lines().collect(Collectors.toSet()));
    }
  }

  @Override
  public void kept(Set<String> recipients) {
    recipients.forEach(
        one -> {
          boolean ignored = waiting.offer(one);
        });
  }

  private void run() {
    List<String> some = new ArrayList<>();
    try {
      while (!closed) {
        String first = waiting.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (first != null) {
          boolean ignored = some.add(first);
          int _ = waiting.drainTo(some);
          tell(new HashSet<>(some));
          some.clear();
        }
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void tell(Set<String> recipients) {
    try {
      var ignored = link.call("PUBLISH", channel, String.join("\n", recipients));
    } catch (RedisUnavailable e) {
      LOG.log(DEBUG, "others learn a few seconds later of what was kept: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    closed = true;
    telling.interrupt();
    Subscription now = subscription;
    if (now != null) {
      now.close();
    }
  }
}
