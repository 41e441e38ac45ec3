package qerberos.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderValues;
import java.util.ArrayList;
import java.util.List;

/// What every answer tells a browser: take the type as it is said, load nothing, show it in no
/// frame, tell nobody where you come from. Over TLS also: come back over TLS only.
///
/// The last is left out of plain HTTP, where it means nothing and RFC 6797 forbids it. Immutable.
final class SecurityHeaders {
  private static final List<Header> ALWAYS =
      List.of(
          HeaderValues.createCached("X-Content-Type-Options", "nosniff"),
          HeaderValues.createCached("X-Frame-Options", "DENY"),
          HeaderValues.createCached("Referrer-Policy", "no-referrer"),
          HeaderValues.createCached(
              "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
          HeaderValues.createCached(
              "Permissions-Policy", "camera=(), geolocation=(), microphone=()"));

  private static final List<Header> OVER_TLS = overTls();

  private SecurityHeaders() {}

  static List<Header> of(boolean secure) {
    return secure ? OVER_TLS : ALWAYS;
  }

  private static List<Header> overTls() {
    List<Header> all = new ArrayList<>(ALWAYS);
    all.add(
        HeaderValues.createCached(
            "Strict-Transport-Security", "max-age=31536000; includeSubDomains"));
    return List.copyOf(all);
  }
}
