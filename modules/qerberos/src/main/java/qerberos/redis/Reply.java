package qerberos.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/// What Redis answered to one command. Immutable.
public sealed interface Reply {
  /// No such thing.
  record Nothing() implements Reply {}

  record Whole(long value) implements Reply {}

  record Text(String value) implements Reply {}

  record Many(List<Reply> values) implements Reply {
    public Many {
      values = List.copyOf(values);
    }
  }

  /// It would not; the message begins with a word in capitals that says why.
  record Refused(String message) implements Reply {}

  /// The number, where nothing else can come.
  default long whole() throws RedisUnavailable {
    if (this instanceof Whole(long value)) {
      return value;
    }
    throw new RedisUnavailable("Redis answered " + this + ", want a number");
  }

  /// The list, where nothing else can come.
  default List<Reply> many() throws RedisUnavailable {
    if (this instanceof Many(var values)) {
      return values;
    }
    throw new RedisUnavailable("Redis answered " + this + ", want a list");
  }

  /// The text, where nothing else can come.
  default String text() throws RedisUnavailable {
    if (this instanceof Text(String value)) {
      return value;
    }
    throw new RedisUnavailable("Redis answered " + this + ", want a text");
  }

  /// What the library read.
  static Reply of(@Nullable Object read) {
    return switch (read) {
      case null -> new Nothing();
      case Long number -> new Whole(number);
      case byte[] text -> new Text(new String(text, StandardCharsets.UTF_8));
      case List<?> all -> new Many(all.stream().map(Reply::of).toList());
      case JedisDataException refusal -> new Refused(String.valueOf(refusal.getMessage()));
      default -> throw new IllegalStateException("a reply of " + read.getClass());
    };
  }
}
