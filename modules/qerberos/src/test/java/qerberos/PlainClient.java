package qerberos;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Speaks HTTP/1.1 over a socket and never asks twice, as libraries do behind one's back: what
/// fails here has failed. Used by one thread at a time.
final class PlainClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 70_000;

  record Answer(int status, String body) {}

  private final int port;
  private Socket socket = new Socket();
  private InputStream in = InputStream.nullInputStream();
  private boolean open;

  PlainClient(int port) {
    this.port = port;
  }

  /// @param request method and path, a line break, the body
  /// @param keep whether the next request may use the same connection
  Answer ask(String request, String token, boolean keep) throws IOException {
    if (!open) {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
      in = new BufferedInputStream(socket.getInputStream());
      open = true;
    }
    String head = request.substring(0, request.indexOf('\n'));
    byte[] body = request.substring(head.length() + 1).getBytes(StandardCharsets.UTF_8);
    String text =
        head
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n")
            + (keep ? "" : "Connection: close\r\n")
            + "Content-Length: "
            + body.length
            + "\r\n\r\n";
    socket
        .getOutputStream()
        .write((text + new String(body, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
    int status = Integer.parseInt(line().split(" ")[1]);
    int length = 0;
    boolean last = !keep;
    for (String line = line(); !line.isEmpty(); line = line()) {
      String folded = line.toLowerCase(Locale.ROOT);
      if (folded.startsWith("content-length:")) {
        length = Integer.parseInt(folded.substring(15).strip());
      }
      last |= folded.equals("connection: close");
    }
    byte[] answered = in.readNBytes(length);
    if (answered.length < length) {
      throw new EOFException("the answer broke off");
    }
    if (last) {
      close();
    }
    return new Answer(status, new String(answered, StandardCharsets.UTF_8));
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection was closed without an answer");
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    open = false;
    socket.close();
  }
}
