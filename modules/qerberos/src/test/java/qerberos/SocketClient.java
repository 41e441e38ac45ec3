package qerberos;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A WebSocket client as programs have it, which keeps what it hears. Safe for concurrent use.
public final class SocketClient implements AutoCloseable {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern PLACE = Pattern.compile("\"place\":(\\d+)");
  private static final Pattern ID = Pattern.compile("^\\{\"id\":\"([^\"]+)\"");

  private final Ear ear;
  private final WebSocket socket;

  private SocketClient(Ear ear, WebSocket socket) {
    this.ear = ear;
    this.socket = socket;
  }

  /// Called by one thread at a time.
  private static final class Ear implements WebSocket.Listener {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final AtomicInteger pings = new AtomicInteger();
    private final StringBuilder message = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      message.append(data);
      if (last) {
        heard.add(message.toString());
        message.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer data) {
      int ignored = pings.incrementAndGet();
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      closed.complete(code);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      closed.complete(1006);
    }
  }

  /// @param headers names and values; a protocol is a header named `Sec-WebSocket-Protocol` here
  /// too
  public static SocketClient open(int port, String path, String... headers) {
    var ear = new Ear();
    var builder = HTTP.newWebSocketBuilder().connectTimeout(PATIENCE);
    for (int i = 0; i < headers.length; i += 2) {
      if (headers[i].equals("Sec-WebSocket-Protocol")) {
        String[] names = headers[i + 1].split(", ", 2);
        builder.subprotocols(names[0], names[1]);
      } else {
        builder.header(headers[i], headers[i + 1]);
      }
    }
    URI address = URI.create("ws://127.0.0.1:" + port + path);
    return new SocketClient(ear, builder.buildAsync(address, ear).join());
  }

  /// The status with which the handshake is refused; 101 when it is not.
  public static int status(int port, String path, String... headers) {
    try (SocketClient _ = open(port, path, headers)) {
      return 101;
    } catch (CompletionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        return refused.getResponse().statusCode();
      }
      throw e;
    }
  }

  /// What was agreed on.
  public String protocol() {
    return socket.getSubprotocol();
  }

  public void say(String text) {
    socket.sendText(text, true).join();
  }

  /// The next message.
  public String next() throws InterruptedException {
    String text = ear.heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (text == null) {
      throw new AssertionError(
          "nothing came in " + PATIENCE + (ear.closed.isDone() ? ", closed" : ""));
    }
    return text;
  }

  /// What has come and was not asked for yet.
  public List<String> rest() {
    List<String> rest = new ArrayList<>();
    int ignored = ear.heard.drainTo(rest);
    return rest;
  }

  /// The code with which the server closed; 1006 when it said none.
  public int closedWith() throws Exception {
    return ear.closed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  public boolean isClosed() {
    return ear.closed.isDone();
  }

  public int pings() {
    return ear.pings.get();
  }

  /// The place that a message names.
  public static long place(String message) {
    Matcher found = PLACE.matcher(message);
    return found.find() ? Long.parseLong(found.group(1)) : -1;
  }

  /// The id of a notification; empty for anything else.
  public static String id(String message) {
    Matcher found = ID.matcher(message);
    return found.find() ? found.group(1) : "";
  }

  /// Breaks off, as a laptop does that is closed.
  @Override
  public void close() {
    socket.abort();
  }
}
