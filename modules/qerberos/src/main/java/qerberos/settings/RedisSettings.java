package qerberos.settings;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Where Redis is, and how it lets us in. Immutable; its text names no password.
///
/// @param tls whether the connection is kept from others by TLS
/// @param host a name or an address, IPv6 without brackets
/// @param port 1..65535; 6379 where the URL names none
/// @param user empty for the one that Redis calls `default`
/// @param password empty when Redis asks for none
/// @param database 0..9999
public record RedisSettings(
    boolean tls,
    String host,
    int port,
    Optional<String> user,
    Optional<String> password,
    int database) {
  public RedisSettings {
    Range.check("redis.port", port, 1, 65_535);
    Range.check("redis.database", database, 0, 9_999);
  }

  /// @param url `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss` for TLS; what is
  ///     special in a URL stands in user and password as `%40` and the like
  /// @throws IllegalArgumentException it is none; the message may hold what was written
  public static RedisSettings read(String url) {
    URI uri = URI.create(url);
    String scheme = String.valueOf(uri.getScheme());
    boolean tls = scheme.equals("rediss");
    String host = uri.getHost();
    String path = uri.getPath();
    if (!(tls || scheme.equals("redis"))
        || host == null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null
        || !path.matches("/?|/\\d{1,4}")) {
      throw new IllegalArgumentException("not a URL of Redis");
    }
    Optional<String> user = Optional.empty();
    Optional<String> password = Optional.empty();
    if (uri.getRawUserInfo() != null) {
      String[] parts = uri.getRawUserInfo().split(":", 2);
      if (parts.length != 2 || parts[1].isEmpty()) {
        throw new IllegalArgumentException("a user without a password");
      }
      user = Optional.of(decoded(parts[0])).filter(name -> !name.isEmpty());
      password = Optional.of(decoded(parts[1]));
    }
    return new RedisSettings(
        tls,
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
        uri.getPort() < 0 ? 6379 : uri.getPort(),
        user,
        password,
        path.length() > 1 ? Integer.parseInt(path.substring(1)) : 0);
  }

  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return (tls ? "rediss://" : "redis://")
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + port
        + "/"
        + database;
  }
}
