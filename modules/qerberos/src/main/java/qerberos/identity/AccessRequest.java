package qerberos.identity;

import java.io.IOException;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// What is known of a request before anybody looked at what it wants. `target` is the path as it
/// was sent, with its query; `agent` the `User-Agent` or empty. Used by one thread at a time.
public record AccessRequest(
    String method, String target, InetAddress address, String agent, Headers headers, Body body) {

  /// The request's headers; names are compared without regard to case. A header sent twice with
  /// different values must be refused before it comes here.
  public interface Headers {
    @Nullable String value(String name);
  }

  /// The body's bytes as they were sent (before any decompression). Asked only when a signature
  /// covers them; must give the same bytes to the route afterwards.
  public interface Body {
    byte[] bytes() throws IOException;
  }
}
