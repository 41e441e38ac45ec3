package qerberos.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

  /// What one process of a folder tells the one that writes, beside what the client said: the
  /// secret of the folder, where the request came from, and whether that was over TLS.
  private static final HeaderName SECRET = HeaderNames.create("X-Qerberos-Secret");

  private static final HeaderName PEER = HeaderNames.create("X-Qerberos-Peer");
  private static final HeaderName CAME = HeaderNames.create("X-Qerberos-Came");
  private static final String OVER_TLS = "tls";
  private static final String FROM_HERE = "local";
  private static final String OTHERWISE = "plain";

  private final boolean trustProxy;
  private final boolean enforceHttps;
  private final @Nullable String secret;

  Transport(boolean trustProxy, boolean enforceHttps) {
    this(trustProxy, enforceHttps, null);
  }

  private Transport(boolean trustProxy, boolean enforceHttps, @Nullable String secret) {
    this.trustProxy = trustProxy;
    this.enforceHttps = enforceHttps;
    this.secret = secret;
  }

  /// For requests that the other processes of the folder pass on: what they say is believed when
  /// they know the secret, and nobody else is let in.
  static Transport passedOn(boolean enforceHttps, String secret) {
    return new Transport(false, enforceHttps, secret);
  }

  /// What is told of a request that is passed on.
  Map<String, String> passingOn(ServerRequest request, String toSecret) {
    String came = secure(request) ? OVER_TLS : fromThisMachine(request) ? FROM_HERE : OTHERWISE;
    return Map.of(
        SECRET.defaultCase(), toSecret,
        PEER.defaultCase(), peer(request).getHostAddress(),
        CAME.defaultCase(), came);
  }

  /// The same for a question of our own.
  static String[] fromOurselves(String toSecret) {
    return new String[] {
      SECRET.defaultCase(), toSecret,
      PEER.defaultCase(), InetAddress.getLoopbackAddress().getHostAddress(),
      CAME.defaultCase(), FROM_HERE
    };
  }

  private boolean knowsSecret(ServerRequest request) {
    String given = request.headers().first(SECRET).orElse("");
    return secret != null
        && MessageDigest.isEqual(
            given.getBytes(StandardCharsets.UTF_8), secret.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean came(ServerRequest request, String how) {
    return request.headers().first(CAME).orElse("").equals(how);
  }

  /// Who is at the other end: the peer itself, or the last address our own proxy named.
  InetAddress peer(ServerRequest request) {
    if (secret != null) {
      try {
        return knowsSecret(request)
            ? InetAddress.ofLiteral(request.headers().first(PEER).orElse(""))
            : direct(request);
      } catch (IllegalArgumentException e) {
        return direct(request);
      }
    }
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
    if (secret != null) {
      return came(request, OVER_TLS);
    }
    return request.isSecure()
        || (trustProxy && last(request, HeaderNames.X_FORWARDED_PROTO).equalsIgnoreCase("https"));
  }

  /// @throws Refused with 426 when it should have come over TLS, 404 when it was not passed on
  void require(ServerRequest request, Route route) {
    if (secret != null && !knowsSecret(request)) {
      throw Refused.notFound("nothing is served at this address");
    }
    if (enforceHttps && !route.isInternal() && !secure(request) && !fromThisMachine(request)) {
      throw Refused.because(
          Code.HTTPS_REQUIRED, "this came without TLS; whatever it held may be known", UPGRADE);
    }
  }

  private boolean fromThisMachine(ServerRequest request) {
    if (secret != null) {
      return came(request, FROM_HERE);
    }
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
