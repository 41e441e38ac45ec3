package qerberos.http;

import io.helidon.http.DirectHandler;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import qerberos.trail.Ids;

/// Answers what never became a request: broken HTTP, heads that are too large, senders too slow.
/// The answer is the same envelope everything else gets.
///
/// Safe for concurrent use.
final class TransportFaults implements DirectHandler {
  private final InstantSource clock;
  private final Ids ids;
  private final List<Header> security;

  TransportFaults(InstantSource clock, Ids ids, boolean secure) {
    this.clock = clock;
    this.ids = ids;
    this.security = SecurityHeaders.of(secure);
  }

  @Override
  public TransportResponse handle(
      TransportRequest request,
      EventType eventType,
      Status status,
      ServerResponseHeaders headers,
      String message) {
    String id = ids.next();
    // Without a path there never was a request: what broke the parser is the sender's.
    boolean unread = eventType == EventType.INTERNAL_ERROR && request.path().isEmpty();
    Answer answer =
        Envelope.refused(refused(unread ? 400 : status.code(), message), clock.instant(), id);
    var response = TransportResponse.builder().headers(headers);
    for (Header header : security) {
      response = response.header(header);
    }
    for (var header : answer.headers().entrySet()) {
      response = response.header(HeaderNames.create(header.getKey()), header.getValue());
    }
    return response
        .status(Status.create(answer.status()))
        .header(HeaderNames.CONTENT_TYPE, Answer.JSON)
        .header(HeaderNames.create("X-Request-ID"), id)
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .keepAlive(false)
        .entity(answer.body())
        .build();
  }

  /// The answer to somebody who is too slow, as bytes of HTTP.
  byte[] rawTooSlow() {
    Refused tooSlow = refused(408, "");
    String id = ids.next();
    byte[] body = Envelope.refused(tooSlow, clock.instant(), id).body();
    String lines = security.stream().map(one -> line(one)).collect(Collectors.joining());
    byte[] head =
        ("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nCache-Control: no-store\r\n"
                + lines
                + "X-Request-ID: "
                + id
                + "\r\nContent-Type: "
                + Answer.JSON
                + "\r\nContent-Length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] answer = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, answer, head.length, body.length);
    return answer;
  }

  private static String line(Header header) {
    return header.name() + ": " + header.get() + "\r\n";
  }

  private static Refused refused(int status, String message) {
    return switch (status) {
      case 408 -> Refused.because(Code.REQUEST_TIMEOUT, "the request arrives too slowly");
      case 413 -> Refused.because(Code.PAYLOAD_TOO_LARGE, "the body is too large");
      case 414 -> Refused.because(Code.URI_TOO_LONG, "the path and query are too long");
      case 431 -> Refused.because(Code.HEADERS_TOO_LARGE, "the headers are too large");
      case 503 -> Refused.unavailable(Code.SERVICE_UNAVAILABLE, "too many requests at once", 1);
      case 500 -> Refused.because(Code.INTERNAL_ERROR, "Something went wrong on our side");
      default -> Refused.field("request", "is not well-formed HTTP/1.1: " + message);
    };
  }
}
