package qerberos.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import qerberos.settings.RedisSettings;

/// A port that leads to Redis, by a way on which answers take a while. Safe for concurrent use.
final class SlowWay implements AutoCloseable {
  private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final int port;
  private volatile int delayMillis;

  /// @param port of Redis
  SlowWay(int port) throws IOException {
    this.port = port;
    Thread ignored = Thread.ofVirtual().start(this::accept);
  }

  void delay(int millis) {
    delayMillis = millis;
  }

  RedisSettings settings() {
    return RedisSettings.read("redis://127.0.0.1:" + door.getLocalPort());
  }

  private void accept() {
    try {
      while (true) {
        Socket client = door.accept();
        var server = new Socket(InetAddress.getLoopbackAddress(), port);
        open.add(client);
        open.add(server);
        Thread ignored = Thread.ofVirtual().start(() -> carry(client, server, false));
        ignored = Thread.ofVirtual().start(() -> carry(server, client, true));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void carry(Socket from, Socket to, boolean slowly) {
    try {
      byte[] some = new byte[4_096];
      for (int n = from.getInputStream().read(some); n > 0; n = from.getInputStream().read(some)) {
        if (slowly) {
          Thread.sleep(delayMillis);
        }
        to.getOutputStream().write(some, 0, n);
      }
      to.close();
    } catch (IOException | InterruptedException e) {
      // one of them is closed
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    for (Socket one : open) {
      one.close();
    }
  }
}
