package qerberos.redis;

import java.time.Duration;
import qerberos.settings.RedisSettings;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.SslOptions;

/// How a connection to Redis is made. Immutable.
final class Address {
  private final HostAndPort where;
  private final JedisClientConfig how;
  private final String shown;

  /// @param patience for a connection, and for each answer
  Address(RedisSettings settings, Duration patience) {
    this.where = new HostAndPort(settings.host(), settings.port());
    this.how =
        DefaultJedisClientConfig.builder()
            .resp2()
            .timeoutMillis((int) patience.toMillis())
            .sslOptions(settings.tls() ? SslOptions.defaults() : null)
            .user(settings.user().orElse(null))
            .password(settings.password().orElse(null))
            .database(settings.database())
            .clientName("qerberos")
            .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
            .build();
    this.shown = settings.toString();
  }

  /// A connection that was let in.
  ///
  /// @throws redis.clients.jedis.exceptions.JedisException there is none to be had
  Connection connect() {
    var connection = new Connection(where, how);
    try {
      connection.connect();
      return connection;
    } catch (RuntimeException e) {
      Lines.disconnect(connection);
      throw e;
    }
  }

  /// Without what lets us in.
  @Override
  public String toString() {
    return shown;
  }
}
