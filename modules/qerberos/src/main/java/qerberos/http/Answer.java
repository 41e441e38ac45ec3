package qerberos.http;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qerberos.event.JsonBytes;

/// What goes back to the caller: a status, headers, and the whole body or what will write it.
///
/// Immutable, and takes the body's array as its own.
final class Answer {
  static final String JSON = "application/json; charset=utf-8";
  static final String TEXT = "text/plain; charset=utf-8";
  static final String BYTES = "application/octet-stream";

  /// Writes a body that is too long to be held, or that has no end yet. Used once, by one thread.
  interface Flow extends AutoCloseable {
    /// Returns when all is written; what is thrown leaves the caller without an end of the body.
    void to(OutputStream out) throws Exception;

    /// Also when nothing was written, because the caller is gone.
    @Override
    void close();
  }

  /// Speaks something else than HTTP on the connection from now on. Used once, by its own thread.
  interface Upgrade extends AutoCloseable {
    /// Returns when the connection is to be closed.
    void over(Wire wire) throws Exception;

    /// Also when it never came to that, because the caller is gone.
    @Override
    void close();
  }

  private final int status;
  private final String contentType;
  private final byte[] body;
  private final @Nullable Flow flow;
  private final @Nullable Upgrade upgrade;
  private final Map<String, String> headers;

  private Answer(
      int status,
      String contentType,
      byte[] body,
      @Nullable Flow flow,
      @Nullable Upgrade upgrade,
      Map<String, String> headers) {
    this.status = status;
    this.contentType = contentType;
    this.body = body;
    this.flow = flow;
    this.upgrade = upgrade;
    this.headers = headers;
  }

  static Answer of(int status, String contentType, byte[] body) {
    return new Answer(status, contentType, body, null, null, Map.of());
  }

  /// One whose length nobody knows before its end.
  static Answer flowing(int status, String contentType, Flow flow) {
    return new Answer(status, contentType, new byte[0], flow, null, Map.of());
  }

  /// 101, and what comes after it.
  static Answer upgrading(Upgrade upgrade) {
    return new Answer(101, TEXT, new byte[0], null, upgrade, Map.of());
  }

  static Answer text(int status, String body) {
    return of(status, TEXT, body.getBytes(StandardCharsets.UTF_8));
  }

  /// JSON without the envelope.
  static Answer json(int status, Consumer<JsonBytes> members) {
    JsonBytes json = new JsonBytes().object();
    members.accept(json);
    return of(status, JSON, json.end().bytes());
  }

  Answer with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Answer(status, contentType, body, flow, upgrade, more);
  }

  Answer with(Map<String, String> others) {
    if (others.isEmpty()) {
      return this;
    }
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.putAll(others);
    return new Answer(status, contentType, body, flow, upgrade, more);
  }

  int status() {
    return status;
  }

  String contentType() {
    return contentType;
  }

  byte[] body() {
    return body;
  }

  @Nullable Flow flow() {
    return flow;
  }

  @Nullable Upgrade upgrade() {
    return upgrade;
  }

  Map<String, String> headers() {
    return headers;
  }
}
