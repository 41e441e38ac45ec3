package qerberos.identity;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// A request put together by a test. Used by one thread at a time.
final class SettableRequest {
  private final Map<String, String> headers = new TreeMap<>();
  private final String method;
  private final String target;
  private String address = "192.0.2.7";
  private byte[] body = new byte[0];

  SettableRequest(String method, String target) {
    this.method = method;
    this.target = target;
  }

  static SettableRequest get() {
    return new SettableRequest("GET", "/audit?limit=1");
  }

  SettableRequest bearer(String token) {
    return header("authorization", "Bearer " + token);
  }

  SettableRequest header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  SettableRequest from(String address) {
    this.address = address;
    return this;
  }

  SettableRequest body(String text) {
    body = text.getBytes(StandardCharsets.UTF_8);
    return this;
  }

  /// Signs everything set so far.
  SettableRequest signed(String squidId, KeyPair key, long millis) {
    String payload = method + "\n" + target + "\n" + millis + "\n" + Digest.of(body);
    byte[] signature = Ed25519.sign(key.getPrivate(), payload.getBytes(StandardCharsets.UTF_8));
    return header("x-squid-id", squidId)
        .header("x-sig", Base64.getEncoder().encodeToString(signature))
        .header("x-ts", String.valueOf(millis));
  }

  AccessRequest build() {
    Map<String, String> now = Map.copyOf(headers);
    byte[] bytes = body.clone();
    return new AccessRequest(
        method,
        target,
        InetAddress.ofLiteral(address),
        "test/1",
        name -> now.get(name.toLowerCase(Locale.ROOT)),
        () -> bytes);
  }
}
