package qerberos.notice;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// One POST by HTTP/1.1 to an address that was looked up before. Safe for concurrent use.
///
/// The JDK's client looks a name up itself, a second time after we checked it, and by then the name
/// may lead into our own network. Here the connection goes to the address that was checked, while
/// TLS still wants a certificate for the name. That is all it can do: no redirects, no proxies, no
/// second request on a connection, and the answer's body is not read.
final class HttpPost {
  private static final int HEAD_MOST_BYTES = 16_384;
  private static final int INTERIM_MOST = 10;
  private static final Pattern STATUS = Pattern.compile("HTTP/1[.][01] ([1-5][0-9]{2})(?: .*)?");

  private final SSLSocketFactory tls;
  private final Duration timeout;

  /// The status, and when to come again as the other side wrote it.
  record Answer(int status, @Nullable String retryAfter) {}

  /// @param timeout for everything from the first connection to the end of the answer's head
  HttpPost(SSLSocketFactory tls, Duration timeout) {
    this.tls = tls;
    this.timeout = timeout;
  }

  /// @param addresses tried in this order until one is connected to
  /// @param headers which hold no line breaks
  Answer send(Webhook to, List<InetAddress> addresses, Map<String, String> headers, byte[] body)
      throws IOException {
    long end = System.nanoTime() + timeout.toNanos();
    IOException last = new IOException("no address");
    for (InetAddress address : addresses) {
      long millisLeft = (end - System.nanoTime()) / 1_000_000;
      if (millisLeft <= 0) {
        break;
      }
      try (var socket = new Socket()) {
        var late = new AtomicBoolean();
        Thread watch = Thread.ofVirtual().start(() -> closeAfter(millisLeft, socket, late));
        try {
          try {
            socket.connect(new InetSocketAddress(address, to.port()), (int) millisLeft);
          } catch (IOException e) {
            last = e;
            continue;
          }
          return exchange(to, socket, headers, body);
        } catch (IOException e) {
          if (late.get()) {
            throw (IOException) new SocketTimeoutException("no answer in time").initCause(e);
          }
          throw e;
        } finally {
          watch.interrupt();
        }
      }
    }
    throw last;
  }

  /// Reads and writes have no limit of their own, so somebody must end them.
  private static void closeAfter(long millis, Socket socket, AtomicBoolean late) {
    try {
      Thread.sleep(millis);
      late.set(true);
      socket.close();
    } catch (InterruptedException | IOException _) {
      // Either it was over in time, or the socket is closed already.
    }
  }

  private Answer exchange(Webhook to, Socket plain, Map<String, String> headers, byte[] body)
      throws IOException {
    Socket socket = to.isTls() ? wrapped(to, plain) : plain;
    OutputStream out = socket.getOutputStream();
    out.write(head(to.url(), headers, body.length));
    out.write(body);
    out.flush();
    InputStream in = socket.getInputStream();
    for (int i = 0; i < INTERIM_MOST; i++) {
      Answer answer = answer(in);
      if (answer.status >= 200) {
        return answer;
      }
    }
    throw new IOException("the answer never comes to its point");
  }

  private Socket wrapped(Webhook to, Socket plain) throws IOException {
    var socket = (SSLSocket) tls.createSocket(plain, to.host(), to.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static byte[] head(URI url, Map<String, String> headers, int length) {
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    var head = new StringBuilder("POST ").append(path);
    if (url.getRawQuery() != null) {
      head.append('?').append(url.getRawQuery());
    }
    head.append(" HTTP/1.1\r\nHost: ").append(url.getHost());
    if (url.getPort() > 0) {
      head.append(':').append(url.getPort());
    }
    head.append("\r\nUser-Agent: Qerberos\r\nConnection: close\r\nContent-Length: ").append(length);
    headers.forEach((name, value) -> head.append("\r\n").append(name).append(": ").append(value));
    return head.append("\r\n\r\n").toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static Answer answer(InputStream in) throws IOException {
    List<String> lines = lines(in);
    Matcher status = STATUS.matcher(lines.getFirst());
    if (!status.matches()) {
      throw new IOException("what came is not an answer of HTTP/1.1");
    }
    String retryAfter =
        lines.stream()
            .skip(1)
            .filter(line -> line.regionMatches(true, 0, "retry-after:", 0, 12))
            .map(line -> line.substring(12).strip())
            .findFirst()
            .orElse(null);
    return new Answer(Integer.parseInt(status.group(1)), retryAfter);
  }

  private static List<String> lines(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    int newLines = 0;
    while (newLines < 2) {
      int one = in.read();
      if (one < 0) {
        throw new IOException("the connection ended before the answer did");
      }
      if (head.size() == HEAD_MOST_BYTES) {
        throw new IOException("the answer's head is larger than " + HEAD_MOST_BYTES + " bytes");
      }
      head.write(one);
      newLines = one == '\n' ? newLines + 1 : one == '\r' ? newLines : 0;
    }
    return head.toString(StandardCharsets.ISO_8859_1).lines().toList();
  }
}
