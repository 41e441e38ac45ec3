package qerberos.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How a client asks for a WebSocket (RFC 6455, section 4), and what is answered when it gets one.
///
/// A browser can set no header but `Sec-WebSocket-Protocol`, so that is where it says who it is: a
/// list of two, `bearer` and its token or `ticket` and a ticket. The first of them is what is
/// agreed on. A browser sends no credential of its own accord that counts here, neither cookie nor
/// password, so a page of somebody else that opens a socket has none, and is refused like anybody.
///
/// Immutable.
record Handshake(Map<String, String> answer) {
  static final String BEARER = "bearer";
  static final String TICKET = "ticket";

  private static final HeaderName PROTOCOL = HeaderNames.create("Sec-WebSocket-Protocol");
  private static final String VERSION = "13";
  private static final int KEY_BYTES = 16;
  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  /// Whether somebody asks for one at all.
  static boolean wanted(Exchange exchange) {
    return tokens(exchange, HeaderNames.UPGRADE).stream().anyMatch("websocket"::equalsIgnoreCase);
  }

  /// What was given as the second protocol behind this one; empty when it is not the first.
  static Optional<String> credential(Exchange exchange, String kind) {
    List<String> offered = tokens(exchange, PROTOCOL);
    return offered.size() == 2 && offered.getFirst().equals(kind)
        ? Optional.of(offered.getLast())
        : Optional.empty();
  }

  /// @throws Refused 426 when it is none, or of another version; 400 when it is broken
  static Handshake of(Exchange exchange) {
    if (!wanted(exchange)) {
      throw Refused.because(
          Code.UPGRADE_REQUIRED,
          "this address speaks WebSocket alone",
          Map.of("Upgrade", "websocket", "Connection", "Upgrade"));
    }
    if (!exchange.method().equals("GET")
        || tokens(exchange, HeaderNames.CONNECTION).stream()
            .noneMatch("upgrade"::equalsIgnoreCase)) {
      throw Refused.field("Connection", "want Upgrade, in a GET");
    }
    if (!exchange.onlyHeader("Sec-WebSocket-Version").orElse("").strip().equals(VERSION)) {
      throw Refused.because(
          Code.UPGRADE_REQUIRED,
          "Sec-WebSocket-Version: want " + VERSION,
          Map.of("Sec-WebSocket-Version", VERSION));
    }
    String key = exchange.onlyHeader("Sec-WebSocket-Key").orElse("").strip();
    if (!isKey(key)) {
      throw Refused.field("Sec-WebSocket-Key", "want 16 bytes in Base64");
    }
    Map<String, String> answer = new LinkedHashMap<>();
    answer.put("Sec-WebSocket-Accept", accept(key));
    for (String kind : List.of(BEARER, TICKET)) {
      if (credential(exchange, kind).isPresent()) {
        answer.put(PROTOCOL.defaultCase(), kind);
      }
    }
    return new Handshake(answer);
  }

  private static boolean isKey(String key) {
    try {
      return Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String accept(String key) {
    try {
      byte[] both = (key + MAGIC).getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(both));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  /// The members of a header that is a list, however often it is given.
  private static List<String> tokens(Exchange exchange, HeaderName name) {
    var headers = exchange.request().headers();
    if (!headers.contains(name)) {
      return List.of();
    }
    List<String> tokens = new ArrayList<>();
    for (String value : headers.get(name).allValues()) {
      Arrays.stream(value.split(",")).map(String::strip).forEach(tokens::add);
    }
    return tokens;
  }
}
