package qerberos.notice;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// A small mail server on a port of this machine, for what GreenMail cannot: STARTTLS, answers of
/// one's choice, and silence.
///
/// `answers` is from a command (`MAIL`, `RCPT`, `DATA`, `.` for the end of a mail, `GREETING`) to
/// what is said instead of the usual; an empty answer is none at all, for ever.
public final class SmtpServer implements AutoCloseable {
  private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final @Nullable SSLContext tls;
  private final Map<String, String> answers;

  /// Everything that was said to us, and `TLS` where it became so.
  public final List<String> heard = new CopyOnWriteArrayList<>();

  public SmtpServer(@Nullable SSLContext tls, Map<String, String> answers) throws IOException {
    this.tls = tls;
    this.answers = Map.copyOf(answers);
    Thread.ofVirtual().start(this::serve);
  }

  public int port() {
    return door.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    door.close();
    for (Socket each : open) {
      each.close();
    }
  }

  private void serve() {
    while (!door.isClosed()) {
      try {
        Socket socket = door.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> talk(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void talk(Socket plain) {
    try (plain) {
      Socket socket = plain;
      BufferedReader in = reader(socket);
      say(socket, "GREETING", "220 localhost ESMTP");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        heard.add(line);
        String command = line.toUpperCase(Locale.ROOT).split("[ :]")[0];
        switch (command) {
          case "EHLO" -> {
            boolean offer = tls != null && !(socket instanceof SSLSocket);
            say(
                socket,
                command,
                offer
                    ? "250-localhost\r\n250-AUTH PLAIN\r\n250 STARTTLS"
                    : "250-localhost\r\n250 AUTH PLAIN");
          }
          case "STARTTLS" -> {
            say(socket, command, "220 go on");
            if (tls == null) {
              break;
            }
            var wrapped = (SSLSocket) tls.getSocketFactory().createSocket(plain, null, true);
            wrapped.startHandshake();
            heard.add("TLS");
            socket = wrapped;
            in = reader(socket);
          }
          case "AUTH" -> say(socket, command, "235 welcome");
          case "DATA" -> {
            say(socket, command, "354 go on");
            for (String text = in.readLine(); text != null; text = in.readLine()) {
              heard.add(text);
              if (text.equals(".")) {
                break;
              }
            }
            say(socket, ".", "250 taken");
          }
          case "QUIT" -> {
            say(socket, command, "221 bye");
            return;
          }
          default -> say(socket, command, "250 fine");
        }
      }
    } catch (IOException e) {
      heard.add("ended: " + e.getClass().getSimpleName());
    }
  }

  private void say(Socket socket, String command, String usual) throws IOException {
    String answer = answers.getOrDefault(command, usual);
    if (!answer.isEmpty()) {
      OutputStream out = socket.getOutputStream();
      out.write((answer + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }
}
