package qerberos.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import qerberos.event.Json;
import qerberos.intake.AnyJson;
import qerberos.intake.Gzip;

/// Reads the body of a request, whole and within a limit.
final class Body {
  /// `curl -d` says form-urlencoded about whatever it sends; what comes is read as JSON all the
  /// same.
  private static final Set<String> ONE_JSON =
      Set.of("application/json", "text/json", "text/plain", "application/x-www-form-urlencoded");

  private static final Set<String> JSON_LINES =
      Set.of(
          "application/x-ndjson",
          "application/ndjson",
          "application/jsonl",
          "application/x-jsonlines",
          "application/json",
          "text/plain",
          "application/octet-stream",
          "application/x-www-form-urlencoded",
          "application/gzip",
          "application/x-gzip");

  /// What a request to change one thing may have.
  private static final int SMALL_BYTES = 16 << 10;

  private Body() {}

  /// The bytes as they were sent.
  ///
  /// @throws Refused 413 when there are more than `most`
  static byte[] raw(ServerRequest request, int most) throws IOException {
    long declared = request.headers().contentLength().orElse(-1);
    if (declared > most) {
      throw tooLarge(most);
    }
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    try (InputStream in = request.content().inputStream()) {
      return upTo(in, (int) declared, most);
    }
  }

  /// Checks what the sender says the body is.
  ///
  /// @throws Refused 415
  static void checkType(ServerRequest request, boolean lines) {
    String type = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("");
    if (type.isEmpty()) {
      return;
    }
    String[] parts = type.toLowerCase(Locale.ROOT).split(";", -1);
    String name = parts[0].trim();
    boolean known = (lines ? JSON_LINES : ONE_JSON).contains(name) || name.endsWith("+json");
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].trim().replace("\"", "");
      known &= !parameter.startsWith("charset=") || parameter.equals("charset=utf-8");
    }
    if (!known) {
      throw Refused.because(
          Code.UNSUPPORTED_MEDIA_TYPE,
          "Content-Type: \""
              + Params.shortened(type)
              + "\", want "
              + (lines ? "application/x-ndjson" : "application/json")
              + " in UTF-8");
    }
  }

  /// Whether [#expanded] would give the same bytes.
  static boolean isPlain(ServerRequest request, byte[] raw) {
    return !request.headers().contains(HeaderNames.CONTENT_ENCODING) && !Gzip.is(raw);
  }

  /// The bytes after undoing `Content-Encoding`; what begins as gzip does is expanded too, because
  /// `curl --data-binary @events.gz` says nothing about it.
  ///
  /// @throws qerberos.event.EventFaults not gzip, or more than `most` when expanded
  /// @throws Refused 415 for another encoding than gzip
  static byte[] expanded(ServerRequest request, byte[] raw, int most) {
    String encoding = request.headers().first(HeaderNames.CONTENT_ENCODING).orElse("").strip();
    return switch (encoding.toLowerCase(Locale.ROOT)) {
      case "", "identity" -> Gzip.is(raw) ? Gzip.expand(raw, most) : raw;
      case "gzip", "x-gzip" -> Gzip.expand(raw, most);
      default ->
          throw Refused.because(
              Code.UNSUPPORTED_MEDIA_TYPE,
              "Content-Encoding: \"" + Params.shortened(encoding) + "\", want gzip or none");
    };
  }

  private static byte[] upTo(InputStream in, int expected, int most) throws IOException {
    byte[] bytes = new byte[expected >= 0 ? expected : Math.min(most, 1 << 16)];
    int length = 0;
    while (true) {
      if (length == bytes.length) {
        if (length == expected) {
          return bytes;
        }
        int next = in.read();
        if (next < 0) {
          break;
        }
        if (length >= most) {
          throw tooLarge(most);
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(most, Math.max(64L, bytes.length * 2L)));
        bytes[length++] = (byte) next;
      }
      int read = in.read(bytes, length, bytes.length - length);
      if (read < 0) {
        break;
      }
      length += read;
    }
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  private static Refused tooLarge(int most) {
    return Refused.because(
        Code.PAYLOAD_TOO_LARGE, "body: more than " + most + " bytes, want at most " + most);
  }

  /// A small JSON object with no other members than these; an empty body is an empty object.
  static Json.Obj members(Exchange exchange, Set<String> known) throws IOException {
    return members(exchange, known, SMALL_BYTES);
  }

  /// The same of at most so many bytes.
  static Json.Obj members(Exchange exchange, Set<String> known, int most) throws IOException {
    checkType(exchange.request(), false);
    byte[] raw = exchange.rawBody(most);
    if (raw.length == 0) {
      return Json.EMPTY;
    }
    Json json;
    try {
      json = AnyJson.read(raw);
    } catch (IllegalArgumentException e) {
      throw Refused.field("body", "not JSON: " + e.getMessage());
    }
    if (!(json instanceof Json.Obj members)) {
      throw Refused.field("body", "want a JSON object");
    }
    for (String name : members.members().keySet()) {
      if (!known.contains(name)) {
        throw Refused.field(
            Params.shortened(name), "unknown, want one of " + String.join(", ", known));
      }
    }
    return members;
  }
}
