package qerberos.bus;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import qerberos.redis.Streams;
import qerberos.settings.RedisSettings;

/// Carries messages in Redis: one stream for each topic, by the topic's name.
///
/// The id of an entry is its leaf index plus 1, and `-0`: so Redis itself refuses one that it had,
/// and a consumer sees from the ids of `audit.logged`, which have no gap, whether it missed one.
/// The message stands in the field `message`.
///
/// Used by one thread at a time, but for [#close].
public final class RedisCarrier implements Carrier {
  private static final String FIELD = "message";

  private final Map<Topic, byte[]> names = new EnumMap<>(Topic.class);
  private final Streams streams;
  private final long keeps;

  /// Does not connect yet.
  ///
  /// @param keeps messages of each topic
  public RedisCarrier(RedisSettings settings, long keeps) {
    this.streams = Streams.to(settings, FIELD, keeps);
    this.keeps = keeps;
    for (Topic topic : Topic.values()) {
      names.put(topic, topic.text().getBytes(UTF_8));
    }
  }

  @Override
  public Optional<Last> begin() throws IOException {
    return streams
        .begin(Topic.AUDIT_LOGGED.text())
        .map(last -> new Last(last.id() - 1, last.value()));
  }

  @Override
  public void carry(List<Message> messages) throws IOException {
    for (Message message : messages) {
      byte[] name = names.get(message.topic());
      if (name == null) {
        throw new IllegalStateException(message.topic().text());
      }
      streams.put(name, message.leafIndex() + 1, message.json());
    }
    streams.settle();
  }

  @Override
  public long keeps() {
    return keeps;
  }

  @Override
  public void close() {
    streams.close();
  }
}
