package qerberos.http;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Passes a WebSocket on to the process that writes: the handshake as the client sent it, the
/// writer's answer, and, when that is 101, bytes both ways until one end closes.
///
/// Nothing is decided here, and nothing of what passes is read, but where the writer's frames begin
/// and end ([FrameEdges]). For when the writer goes away, or this process does, the client shall
/// hear it in a close frame of its own: 1012 (come again at once) or 1001 (go elsewhere), and both
/// mean that it goes on from the last place it saw. A writer that hangs is taken for gone as soon
/// as it is for every other request. A frame can be put in only between two others;
/// when the writer was cut off in the middle of one, the connection is just closed, which the
/// client takes for the same. A writer that has said itself why it closes is not contradicted.
///
/// A handshake that no writer answered is made again with the next one, for as long as any request
/// would wait. If the one that died had taken its ticket, it is refused, and the client fetches
/// another.
///
/// Safe for concurrent use.
final class Tunnel {
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Duration LAST_WORD = Duration.ofSeconds(2);
  private static final int HEAD_MOST = 64 << 10;
  private static final int BODY_MOST = 1 << 20;
  private static final int PIECE = 16 << 10;

  private final Writers writers;
  private final Passing passing;
  private final Duration wait;
  private final Set<Passage> open = ConcurrentHashMap.newKeySet();

  /// @param passing for what is no handshake
  /// @param wait how long one may wait for somebody who writes
  Tunnel(Writers writers, Passing passing, Duration wait) {
    this.writers = writers;
    this.passing = passing;
    this.wait = wait;
  }

  /// The writer's answer to this request.
  ///
  /// @throws Refused 503: nobody writes
  Answer pass(Exchange exchange) throws Exception {
    if (!Handshake.wanted(exchange) || exchange.request().content().hasEntity()) {
      return passing.pass(exchange);
    }
    exchange.waits();
    long end = System.nanoTime() + wait.toNanos();
    while (true) {
      WriterDoor writer = exchange.timed("writer", () -> passing.await(end));
      byte[] head = head(exchange, writer);
      Socket socket = new Socket();
      try {
        return answered(socket, writer, head);
      } catch (IOException e) {
        socket.close();
        writers.lost(writer);
      }
      Thread.sleep(PAUSE);
    }
  }

  private byte[] head(Exchange exchange, WriterDoor writer) {
    StringBuilder head = new StringBuilder();
    head.append(exchange.method()).append(' ').append(Passing.target(exchange));
    head.append(" HTTP/1.1\r\n");
    line(head, "Host", writer.inner().getAuthority());
    line(head, "Connection", "Upgrade");
    line(head, "Upgrade", "websocket");
    passing.headers(exchange, writer, (name, value) -> line(head, name, value));
    return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void line(StringBuilder head, String name, String value) {
    if (!value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 0x7f))) {
      throw new IllegalArgumentException(name + ": want printable ASCII");
    }
    head.append(name).append(": ").append(value).append("\r\n");
  }

  private Answer answered(Socket socket, WriterDoor writer, byte[] head) throws IOException {
    socket.setTcpNoDelay(true);
    socket.connect(
        new InetSocketAddress(writer.inner().getHost(), writer.inner().getPort()),
        (int) CONNECT.toMillis());
    socket.setSoTimeout((int) Passing.LOOK.toMillis());
    socket.getOutputStream().write(head);
    InputStream in = new BufferedInputStream(new WhileItAnswers(writer, socket.getInputStream()));
    List<String> lines = lines(in);
    int status = status(lines.getFirst());
    Map<String, List<String>> headers = headers(lines.subList(1, lines.size()));
    if (status == 101) {
      return Passing.with(Answer.upgrading(new Passage(socket, in)), headers);
    }
    try (socket) {
      int length = length(headers);
      byte[] body = in.readNBytes(length);
      if (body.length < length) {
        throw new EOFException("the process that writes broke off");
      }
      String type = String.join(", ", headers.getOrDefault("content-type", List.of(Answer.BYTES)));
      return Passing.with(Answer.of(status, type, body), headers);
    }
  }

  /// What comes from the writer, however long it says nothing, unless it is not there any more.
  private final class WhileItAnswers extends FilterInputStream {
    private final WriterDoor writer;

    WhileItAnswers(WriterDoor writer, InputStream in) {
      super(in);
      this.writer = writer;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      while (true) {
        try {
          return in.read(bytes, offset, length);
        } catch (SocketTimeoutException e) {
          if (!passing.mayAnswer(writer)) {
            throw new IOException("the process that writes does not answer any more", e);
          }
        }
      }
    }
  }

  private static List<String> lines(InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < HEAD_MOST; i++) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      if (next != '\n') {
        line.append((char) next);
        continue;
      }
      String whole = line.toString().stripTrailing();
      if (whole.isEmpty() && !lines.isEmpty()) {
        return lines;
      }
      boolean ignored = lines.add(whole);
      line.setLength(0);
    }
    throw new EOFException("the process that writes gave no whole answer");
  }

  private static int status(String line) throws IOException {
    String[] words = line.split(" ", 3);
    if (words.length < 2 || !words[1].matches("[1-5][0-9][0-9]")) {
      throw new IOException("the process that writes gave no HTTP status");
    }
    return Integer.parseInt(words[1]);
  }

  private static Map<String, List<String>> headers(List<String> lines) {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        boolean ignored =
            headers
                .computeIfAbsent(line.substring(0, colon), _ -> new ArrayList<>())
                .add(line.substring(colon + 1).strip());
      }
    }
    return headers;
  }

  private static int length(Map<String, List<String>> headers) throws IOException {
    String text = headers.getOrDefault("content-length", List.of("0")).getFirst();
    if (!text.matches("[0-9]{1,7}") || Integer.parseInt(text) > BODY_MOST) {
      throw new IOException("the process that writes gave a body of \"" + text + "\" bytes");
    }
    return Integer.parseInt(text);
  }

  /// Tells every client to go elsewhere.
  void end() {
    open.forEach(Passage::leave);
  }

  /// One WebSocket that passes.
  private final class Passage implements Answer.Upgrade {
    private final Socket socket;
    private final InputStream in;
    private final FrameEdges edges = new FrameEdges();
    private final CountDownLatch clientOver = new CountDownLatch(1);
    private volatile boolean ended;

    Passage(Socket socket, InputStream in) {
      this.socket = socket;
      this.in = in;
    }

    @Override
    public void over(Wire wire) throws Exception {
      boolean ignored = open.add(this);
      Thread back = Thread.ofVirtual().name("ws-back").start(() -> back(wire));
      try {
        OutputStream out = socket.getOutputStream();
        byte[] piece = new byte[PIECE];
        while (true) {
          int length = wire.some(piece);
          if (!writerGone(out, piece, length)) {
            out.flush();
          }
        }
      } finally {
        clientOver.countDown();
        socket.close();
        back.join();
      }
    }

    /// What the client says to a writer that is gone is thrown away, until it hears that itself.
    private boolean writerGone(OutputStream out, byte[] piece, int length) {
      try {
        out.write(piece, 0, length);
        return false;
      } catch (IOException e) {
        return true;
      }
    }

    /// From the writer to the client, and the last word to the client when there is no more.
    private void back(Wire wire) {
      try {
        byte[] piece = new byte[PIECE];
        int length = in.read(piece);
        while (length >= 0) {
          wire.write(piece, 0, length);
          edges.pass(piece, length);
          length = in.read(piece);
        }
      } catch (IOException e) {
        // one of them is gone; if it is the client, the next write will tell
      }
      try {
        if (edges.between() && !edges.closed()) {
          wire.write(lastWord());
        }
        if (!clientOver.await(LAST_WORD.toMillis(), TimeUnit.MILLISECONDS)) {
          wire.cutOff();
        }
      } catch (IOException | InterruptedException e) {
        wire.cutOff();
      }
    }

    private byte[] lastWord() {
      return ended
          ? SocketFrames.close(SocketFrames.GOING_AWAY, "shutdown")
          : SocketFrames.close(SocketFrames.RESTART, "the process that writes went away");
    }

    /// Lets the thread that hears the writer say it, so that nothing is said within a frame.
    void leave() {
      ended = true;
      quietly();
    }

    private void quietly() {
      try {
        socket.close();
      } catch (IOException e) {
        // it is given up either way
      }
    }

    @Override
    public void close() {
      boolean ignored = open.remove(this);
      quietly();
    }
  }
}
