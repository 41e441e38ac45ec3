package qerberos.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qerberos.settings.RedisSettings;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/// Fills streams of Redis, as their one writer, on a connection of its own.
///
/// The connection is made by [#begin] and never again by itself: a Redis that was away may have
/// come back without what it had, so whoever fills its streams must ask first how far they are.
/// Every entry has an id of the writer's making, higher than the last; one that Redis has already
/// is refused there and counts as done, whatever became of the answer the first time.
///
/// Used by one thread at a time, but for [#close].
public final class Streams implements AutoCloseable {
  /// The end of a stream.
  ///
  /// @param id the first part of the highest id there ever was
  /// @param value of the last entry's field; empty when it is not there any more
  public record Last(long id, Optional<byte[]> value) {}

  /// For a connection, and for the answers to what was put.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final byte[] MAXLEN = "MAXLEN".getBytes(US_ASCII);
  private static final byte[] ABOUT = "~".getBytes(US_ASCII);
  private static final String NO_STREAM = "ERR no such key";
  private static final String HAD_ALREADY = "equal or smaller than the target stream top item";

  private final Address address;
  private final byte[] field;
  private final byte[] keep;
  private volatile @Nullable Connection connection;
  private int unanswered;

  private Streams(Address address, String field, long keep) {
    this.address = address;
    this.field = field.getBytes(UTF_8);
    this.keep = Long.toString(keep).getBytes(US_ASCII);
  }

  /// Does not connect yet.
  ///
  /// @param field the one field of each entry
  /// @param keep entries that each stream keeps; Redis keeps some more, which is cheaper
  public static Streams to(RedisSettings settings, String field, long keep) {
    return new Streams(new Address(settings, PATIENCE), field, keep);
  }

  /// Connects anew, and says how far a stream is; empty when there is none.
  public Optional<Last> begin(String stream) throws RedisUnavailable {
    disconnect();
    try {
      Connection fresh = address.connect();
      connection = fresh;
      unanswered = 0;
      fresh.sendCommand(Command.XINFO, "STREAM", stream);
      return last(fresh.getOne());
    } catch (JedisDataException e) {
      if (NO_STREAM.equals(e.getMessage())) {
        return Optional.empty();
      }
      throw lost(e);
    } catch (JedisException e) {
      throw lost(e);
    }
  }

  /// From what `XINFO STREAM` answers: names and values in turn.
  private Optional<Last> last(Object answer) throws RedisUnavailable {
    String id = "";
    Optional<byte[]> value = Optional.empty();
    List<?> parts = (List<?>) answer;
    for (int i = 0; i + 1 < parts.size(); i += 2) {
      switch (text(parts.get(i))) {
        case "last-generated-id" -> id = text(parts.get(i + 1));
        case "last-entry" -> value = value(parts.get(i + 1));
        default -> {}
      }
    }
    int dash = id.indexOf('-');
    if (dash < 0) {
      throw new RedisUnavailable(address + ": XINFO names no last-generated-id");
    }
    return Optional.of(new Last(Long.parseLong(id.substring(0, dash)), value));
  }

  /// Of an entry, which is its id and a list of fields and values in turn.
  private static Optional<byte[]> value(@Nullable Object entry) {
    return entry instanceof List<?> parts
            && parts.size() == 2
            && parts.get(1) instanceof List<?> fields
            && fields.size() == 2
            && fields.get(1) instanceof byte[] value
        ? Optional.of(value)
        : Optional.empty();
  }

  private static String text(@Nullable Object bytes) {
    return bytes instanceof byte[] known ? new String(known, UTF_8) : "";
  }

  /// Puts one entry behind the last of a stream, when [#settle] says so.
  ///
  /// @param stream its name in UTF-8
  /// @param id more than 0
  public void put(byte[] stream, long id, byte[] value) throws RedisUnavailable {
    Connection open = open();
    try {
      if (unanswered == 0) {
        open.sendCommand(Command.MULTI);
        unanswered++;
      }
      byte[] name = (id + "-0").getBytes(US_ASCII);
      open.sendCommand(Command.XADD, stream, MAXLEN, ABOUT, keep, name, field, value);
      unanswered++;
    } catch (JedisException e) {
      throw lost(e);
    }
  }

  /// Returns when everything that was put since the last time is there: all of it, or, after a
  /// failure, all or nothing, so that no entry stands behind one for which there was no room or no
  /// right.
  ///
  /// @throws RedisUnavailable nobody knows which; begin again
  public void settle() throws RedisUnavailable {
    if (unanswered == 0) {
      return;
    }
    Connection open = open();
    try {
      open.sendCommand(Command.EXEC);
      List<Object> answers = open.getMany(unanswered + 1);
      unanswered = 0;
      requireDone(answers);
      if (answers.getLast() instanceof List<?> done) {
        requireDone(done);
      }
    } catch (JedisException e) {
      throw lost(e);
    }
  }

  private static void requireDone(List<?> answers) {
    for (Object answer : answers) {
      if (answer instanceof JedisDataException refusal
          && !String.valueOf(refusal.getMessage()).contains(HAD_ALREADY)) {
        throw refusal;
      }
    }
  }

  private Connection open() throws RedisUnavailable {
    Connection open = connection;
    if (open == null) {
      throw new RedisUnavailable(address + ": not connected");
    }
    return open;
  }

  private RedisUnavailable lost(JedisException failure) {
    disconnect();
    return new RedisUnavailable(RedisLink.reason(failure, address, PATIENCE));
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      Lines.disconnect(open);
    }
  }

  @Override
  public void close() {
    disconnect();
  }
}
