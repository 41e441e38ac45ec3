package qerberos.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qerberos.event.JsonBytes;
import qerberos.identity.Caller;

/// One request on its way through the service: what was asked, who asks, and what took long.
///
/// Used by one thread at a time.
final class Exchange {
  private record Wait(String what, long nanos) {}

  /// Names that our own code asks for; there are a few, and making one anew costs a lookup.
  private static final Map<String, HeaderName> NAMES = new ConcurrentHashMap<>();

  private final ServerRequest request;
  private final InetAddress peer;
  private final String requestId;
  private final Instant receivedAt;
  private final long startNanos = System.nanoTime();
  private final List<Wait> waits = new ArrayList<>(4);
  private List<String> variables = List.of();
  private byte @Nullable [] raw;
  private @Nullable Caller caller;
  private @Nullable String presented;
  private final List<Header> headers = new ArrayList<>(6);
  private boolean waited;

  Exchange(ServerRequest request, InetAddress peer, String requestId, Instant receivedAt) {
    this.request = request;
    this.peer = peer;
    this.requestId = requestId;
    this.receivedAt = receivedAt;
  }

  ServerRequest request() {
    return request;
  }

  String requestId() {
    return requestId;
  }

  Instant receivedAt() {
    return receivedAt;
  }

  String method() {
    return request.prologue().method().text();
  }

  /// The path as it was sent.
  String path() {
    return request.prologue().uriPath().rawPath();
  }

  String rawQuery() {
    return request.prologue().query().rawValue();
  }

  Optional<String> header(String name) {
    return request.headers().first(named(name));
  }

  private static HeaderName named(String name) {
    return NAMES.computeIfAbsent(name, HeaderNames::create);
  }

  /// The one value of a header.
  ///
  /// @throws Refused 400 when there are several
  Optional<String> onlyHeader(String name) {
    HeaderName known = named(name);
    if (!request.headers().contains(known)) {
      return Optional.empty();
    }
    List<String> values = request.headers().get(known).allValues();
    if (values.size() > 1) {
      throw Refused.field(name, "given " + values.size() + " times, want once");
    }
    return values.stream().findFirst();
  }

  Optional<String> header(HeaderName name) {
    return request.headers().first(name);
  }

  /// Where the request comes from, as text.
  String address() {
    return peer.getHostAddress();
  }

  InetAddress peer() {
    return peer;
  }

  String agent() {
    return request.headers().first(HeaderNames.USER_AGENT).orElse("");
  }

  Params params(Set<String> known) {
    return Params.of(rawQuery(), known);
  }

  void variables(List<String> found) {
    variables = found;
  }

  /// The decoded value of the route's nth `{x}`.
  String variable(int n) {
    return variables.get(n);
  }

  /// The body as it was sent; the first caller's limit holds.
  byte[] rawBody(int most) throws IOException {
    byte[] bytes = raw;
    if (bytes == null) {
      long start = System.nanoTime();
      bytes = Body.raw(request, most);
      waits.add(new Wait("body", System.nanoTime() - start));
      raw = bytes;
    }
    return bytes;
  }

  Caller caller() {
    Caller known = caller;
    if (known == null) {
      throw new IllegalStateException("this route asked for no permission, so nobody was asked");
    }
    return known;
  }

  Optional<Caller> callerIfKnown() {
    return Optional.ofNullable(caller);
  }

  void enteredAs(Caller who) {
    caller = who;
  }

  /// The caller gave this in place of an `Authorization` header, in another way.
  void present(String authorization) {
    presented = authorization;
  }

  Optional<String> presented() {
    return Optional.ofNullable(presented);
  }

  /// A header for the answer, whatever it will be.
  void answerWith(Header header) {
    headers.add(header);
  }

  List<Header> headersForAnswer() {
    return headers;
  }

  /// Does something that may take long and remembers how long it took, under a name for the log.
  <T> T timed(String what, Callable<T> work) throws Exception {
    long start = System.nanoTime();
    try {
      return work.call();
    } finally {
      waits.add(new Wait(what, System.nanoTime() - start));
    }
  }

  /// The caller asked to wait for something, so the duration says nothing about us.
  void waits() {
    waited = true;
  }

  boolean waited() {
    return waited;
  }

  long nanos() {
    return System.nanoTime() - startNanos;
  }

  /// What took how long, as `name=millis` pairs.
  String waitedFor() {
    StringBuilder text = new StringBuilder();
    for (Wait wait : waits) {
      text.append(text.isEmpty() ? "" : ", ")
          .append(wait.what())
          .append('=')
          .append(wait.nanos() / 1_000_000)
          .append("ms");
    }
    return text.toString();
  }

  Answer ok(int status, String code, String message, Consumer<JsonBytes> data) {
    return Envelope.ok(status, code, message, data, receivedAt, requestId);
  }

  Answer ok(Consumer<JsonBytes> data) {
    return ok(200, "OK", "done", data);
  }
}
