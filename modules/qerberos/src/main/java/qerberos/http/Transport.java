package qerberos.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;

/// How a request came here: from whom, and whether nobody on the way could read it.
///
/// What a proxy says about that is believed only when it is one of our own (`trustProxy`), and then
/// only its last word, since all before it came from the client.
///
/// When HTTPS is enforced, everything else is refused with 426, except on the internal plane, which
/// never leaves the house: probes and metrics, and requests from this machine that no proxy passed
/// on, such as those of our own commands. Immutable.
final class Transport {
  private static final HeaderName FORWARDED = HeaderNames.create("Forwarded");
  private static final Map<String, String> UPGRADE =
      Map.of("Upgrade", "TLS/1.2, HTTP/1.1", "Connection", "Upgrade");

  private final boolean trustProxy;
  private final boolean enforceHttps;

  Transport(boolean trustProxy, boolean enforceHttps) {
    this.trustProxy = trustProxy;
    this.enforceHttps = enforceHttps;
  }

  /// Who is at the other end: the peer itself, or the last address our own proxy named.
  InetAddress peer(ServerRequest request) {
    if (trustProxy) {
      String last = last(request, HeaderNames.X_FORWARDED_FOR);
      if (!last.isEmpty()) {
        try {
          return InetAddress.ofLiteral(last);
        } catch (IllegalArgumentException e) {
          // not an address: the peer it is
        }
      }
    }
    return direct(request);
  }

  /// Whether it came over TLS, to us or to our own proxy.
  boolean secure(ServerRequest request) {
    return request.isSecure()
        || (trustProxy && last(request, HeaderNames.X_FORWARDED_PROTO).equalsIgnoreCase("https"));
  }

  /// @throws Refused with 426 when it should have come over TLS
  void require(ServerRequest request, Route route) {
    if (enforceHttps && !route.internal() && !secure(request) && !fromThisMachine(request)) {
      throw Refused.because(
          Code.HTTPS_REQUIRED, "this came without TLS; whatever it held may be known", UPGRADE);
    }
  }

  private static boolean fromThisMachine(ServerRequest request) {
    var headers = request.headers();
    return direct(request).isLoopbackAddress()
        && !headers.contains(HeaderNames.X_FORWARDED_FOR)
        && !headers.contains(HeaderNames.X_FORWARDED_PROTO)
        && !headers.contains(FORWARDED);
  }

  private static InetAddress direct(ServerRequest request) {
    return request.remotePeer().address() instanceof InetSocketAddress socket
            && socket.getAddress() != null
        ? socket.getAddress()
        : InetAddress.getLoopbackAddress();
  }

  private static String last(ServerRequest request, HeaderName name) {
    if (!request.headers().contains(name)) {
      return "";
    }
    String all = String.join(",", request.headers().get(name).allValues());
    return all.substring(all.lastIndexOf(',') + 1).strip();
  }
}
