package qerberos.redis;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import qerberos.settings.RedisSettings;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/// The way to one Redis, or to none. Safe for concurrent use.
///
/// A thread of its own, the watch, opens the connections, all of them before anybody may use one,
/// and every half second has Redis run a script that writes: so a Redis that hangs, is a replica,
/// has no room left or lets us do too little counts as gone too. The first caller whose connection
/// breaks, or who waits for an answer longer than [#PATIENCE], closes all of them and wakes the
/// watch. From then on every question fails at once, until the watch has got through again.
///
/// So a caller waits at most [#PATIENCE] and [#TURN] together, and only the few whose question was
/// on its way when Redis went. A command that was given up may still be carried out.
public final class RedisLink implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RedisLink.class.getName());

  /// For a connection, and for each answer.
  public static final Duration PATIENCE = Duration.ofMillis(500);

  /// For one of the connections, while others use all of them.
  public static final Duration TURN = Duration.ofMillis(100);

  private static final Duration EVERY = Duration.ofMillis(500);
  private static final int CONNECTIONS = 8;
  private static final String LIVES = "return redis.call('SET', KEYS[1], '1', 'PX', '60000')";

  private final @Nullable Address address;
  private final String prefix;
  private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Lines> lines = new AtomicReference<>();
  private final Semaphore wake = new Semaphore(0);
  private final CountDownLatch looked = new CountDownLatch(1);
  private final Thread watch;
  private volatile RedisHealth health;
  private volatile boolean closed;

  private RedisLink(@Nullable Address address, String installation) {
    this.address = address;
    this.prefix = "qerberos:" + installation + ":";
    this.health =
        address == null ? new RedisHealth.Off() : new RedisHealth.Down(address + ": not asked yet");
    this.watch = Thread.ofPlatform().daemon().name("redis-watch").unstarted(this::watch);
  }

  /// Begins to connect, on a thread of its own: a start never waits for Redis.
  ///
  /// @param settings empty: there is none, and every question says so
  /// @param installation what nobody else who uses this Redis is called, such as the log's origin
  public static RedisLink open(Optional<RedisSettings> settings, String installation) {
    var link =
        new RedisLink(settings.map(it -> new Address(it, PATIENCE)).orElse(null), installation);
    if (settings.isPresent()) {
      link.watch.start();
    }
    return link;
  }

  /// To none.
  public static RedisLink none() {
    return open(Optional.empty(), "none");
  }

  /// How Redis was when it was last asked, at most half a second ago; does not wait.
  public RedisHealth health() {
    return health;
  }

  /// Returns when the first attempt to get through is over, or after so long. An interrupt ends the
  /// waiting, and stays set.
  public void awaitFirst(Duration most) {
    if (address == null) {
      return;
    }
    try {
      boolean ignored = looked.await(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The key, or the channel, that this installation calls `name`.
  public String key(String name) {
    return prefix + name;
  }

  /// Carries out one command, such as `call("XLEN", link.key("events"))`; never a
  /// [Reply.Refused].
  public Reply call(String... words) throws RedisUnavailable {
    return allowed(words[0], callAll(List.of(List.of(words))).getFirst());
  }

  /// Carries out many commands in one round trip, as fast as Redis can; others' commands may come
  /// between. One answer for each; when one is refused, the others are carried out nevertheless.
  public List<Reply> callAll(List<List<String>> commands) throws RedisUnavailable {
    return ask(
        connection -> {
          for (List<String> words : commands) {
            byte[] name = words.getFirst().getBytes(StandardCharsets.UTF_8);
            ProtocolCommand command = () -> name;
            connection.sendCommand(command, words.subList(1, words.size()).toArray(String[]::new));
          }
          return connection.getMany(commands.size()).stream().map(Reply::of).toList();
        });
  }

  /// Runs a script on these keys, each made by [#key]; never a [Reply.Refused].
  public Reply run(Script script, List<String> keys, List<String> arguments)
      throws RedisUnavailable {
    Reply reply = callAll(List.of(command("EVALSHA", script.name(), keys, arguments))).getFirst();
    if (reply instanceof Reply.Refused(String message) && message.startsWith("NOSCRIPT")) {
      reply = callAll(List.of(command("EVAL", script.text(), keys, arguments))).getFirst();
    }
    return allowed("a script", reply);
  }

  private static List<String> command(
      String name, String script, List<String> keys, List<String> arguments) {
    List<String> words = new ArrayList<>(3 + keys.size() + arguments.size());
    words.add(name);
    words.add(script);
    words.add(Integer.toString(keys.size()));
    words.addAll(keys);
    words.addAll(arguments);
    return words;
  }

  /// Listens to a channel, made by [#key], until what is returned is closed, or this.
  ///
  /// @throws IllegalStateException there is no Redis
  public Subscription subscribe(String channel, News news) {
    if (address == null) {
      throw new IllegalStateException("no Redis is configured");
    }
    var subscription = new Subscription(address, channel, news, () -> lines.get() != null);
    subscriptions.removeIf(Subscription::isClosed);
    subscriptions.add(subscription);
    subscription.start();
    return subscription;
  }

  private Reply allowed(String what, Reply reply) throws RedisUnavailable {
    if (reply instanceof Reply.Refused(String message)) {
      throw new RedisUnavailable(address + ": " + what + " was refused: " + message);
    }
    return reply;
  }

  private interface Question<T> {
    T ask(Connection connection);
  }

  private <T> T ask(Question<T> question) throws RedisUnavailable {
    Lines open = lines.get();
    if (open == null) {
      throw new RedisUnavailable(
          health instanceof RedisHealth.Down(String reason) ? reason : "no Redis is configured");
    }
    Connection connection = open.take(TURN.toMillis());
    try {
      return question.ask(connection);
    } catch (JedisException e) {
      String reason = reason(e);
      lost(open, reason);
      wake.release();
      throw new RedisUnavailable(reason);
    } finally {
      open.give(connection);
    }
  }

  private void watch() {
    try {
      while (!closed) {
        look();
        looked.countDown();
        boolean ignored = wake.tryAcquire(EVERY.toMillis(), TimeUnit.MILLISECONDS);
        ignored = wake.drainPermits() > 0;
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void look() {
    Lines open = lines.get();
    Lines fresh = null;
    try {
      if (open == null) {
        fresh = Lines.open(address(), CONNECTIONS);
        long millis = lives(fresh);
        lines.set(fresh);
        become(new RedisHealth.Up(millis));
      } else {
        become(new RedisHealth.Up(lives(open)));
      }
    } catch (JedisException e) {
      if (open != null) {
        lost(open, reason(e));
      } else {
        if (fresh != null) {
          fresh.close();
        }
        become(new RedisHealth.Down(reason(e)));
      }
    }
  }

  /// How long it took, in milliseconds.
  private long lives(Lines open) {
    long start = System.nanoTime();
    Connection connection = open.watching();
    connection.sendCommand(Protocol.Command.EVAL, LIVES, "1", key("lives"));
    Object ignored = connection.getOne();
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  /// Gives these connections up, unless somebody else has, and what listens beside them.
  private void lost(Lines given, String reason) {
    if (lines.compareAndSet(given, null)) {
      become(new RedisHealth.Down(reason));
      given.close();
      subscriptions.forEach(Subscription::lost);
    }
  }

  private void become(RedisHealth now) {
    RedisHealth before = health;
    health = now;
    if (now instanceof RedisHealth.Up && !(before instanceof RedisHealth.Up)) {
      LOG.log(INFO, address + ": up");
    } else if (now instanceof RedisHealth.Down(String reason) && !now.equals(before) && !closed) {
      LOG.log(WARNING, reason + "; it is tried again by itself");
    }
  }

  private Address address() {
    if (address == null) {
      throw new IllegalStateException("no Redis is configured");
    }
    return address;
  }

  private String reason(JedisException failure) {
    return reason(failure, address(), PATIENCE);
  }

  /// What is at the bottom of it, in one sentence.
  static String reason(JedisException failure, Address address, Duration patience) {
    if (failure instanceof JedisDataException) {
      return address + ": " + sentence(failure);
    }
    Throwable deepest = failure;
    while (deepest.getCause() != null || deepest.getSuppressed().length > 0) {
      deepest = deepest.getCause() != null ? deepest.getCause() : deepest.getSuppressed()[0];
    }
    return address
        + ": "
        + (deepest instanceof SocketTimeoutException
            ? "no answer within " + patience.toMillis() + " ms"
            : sentence(deepest));
  }

  private static String sentence(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
  }

  @Override
  public void close() {
    if (address == null) {
      return;
    }
    closed = true;
    watch.interrupt();
    subscriptions.forEach(Subscription::close);
    try {
      watch.join(PATIENCE.plus(PATIENCE));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Lines open = lines.getAndSet(null);
    if (open != null) {
      open.close();
    }
  }
}
