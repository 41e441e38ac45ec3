package qerberos.http;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// What a WebSocket's client gets: whole frames, one after the other, and none behind the one that
/// closes. Safe for concurrent use.
final class SocketOut {
  private static final long TURN_SECONDS = 1;

  private final Wire wire;
  private final Runnable whenClosed;
  private final ReentrantLock turn = new ReentrantLock();
  private volatile boolean closed;

  /// @param whenClosed tells whoever waits for something to send
  SocketOut(Wire wire, Runnable whenClosed) {
    this.wire = wire;
    this.whenClosed = whenClosed;
  }

  /// Returns when the system has it, or nothing is sent any more.
  void send(byte[] frame) throws IOException {
    turn.lock();
    try {
      if (!closed) {
        wire.write(frame);
      }
    } finally {
      turn.unlock();
    }
  }

  /// Says why it ends; the first to say it counts. To somebody who takes nothing it is not said.
  void close(int code, String reason) throws IOException, InterruptedException {
    boolean ours = turn.tryLock(TURN_SECONDS, TimeUnit.SECONDS);
    boolean before = closed;
    closed = true;
    try {
      if (ours && !before) {
        wire.write(SocketFrames.close(code, reason));
      }
    } finally {
      if (ours) {
        turn.unlock();
      }
      whenClosed.run();
    }
  }

  boolean closed() {
    return closed;
  }
}
