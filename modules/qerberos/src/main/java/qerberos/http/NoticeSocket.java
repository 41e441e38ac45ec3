package qerberos.http;

import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import qerberos.delivery.Room;
import qerberos.event.Json;
import qerberos.event.JsonBytes;
import qerberos.identity.Allowance;
import qerberos.intake.AnyJson;
import qerberos.notice.KeptNotice;
import qerberos.state.Notices;
import qerberos.state.StateUnavailable;

/// One open WebSocket: what somebody has to hear, as it is kept, each notice once and in order.
///
/// It has a place in the store, and reads on from there: when it is woken ([Room]), and every few
/// seconds by itself, because news may get lost between processes while notices may not. Nothing is
/// held for a client that reads slowly; what it has not taken lies in the store. So a client that
/// goes on from the last place it saw has missed nothing, and gets nothing twice.
///
/// The connection's thread reads what the client says; another one writes what there is to hear.
/// Whichever comes to an end first says why in a close frame, and gives the client a moment to
/// answer before the connection is closed: bytes that arrive at a closed connection make the
/// client's system throw away what it has not read yet, the reason among it.
final class NoticeSocket implements Answer.Upgrade {
  private static final System.Logger LOG = System.getLogger(NoticeSocket.class.getName());
  private static final Duration LOOK = Duration.ofSeconds(3);
  private static final Duration LAST_WORD = Duration.ofSeconds(2);
  private static final int LOT = 64;
  private static final int PINGS_UNANSWERED = 2;

  /// @param recipients whose notices they are
  /// @param reader who reads them
  /// @param own whether they may say that they have read one
  /// @param after behind which place it begins
  record Subscriber(Set<String> recipients, String reader, boolean own, long after) {}

  private final Notices notices;
  private final Room room;
  private final Subscriber subscriber;
  private final BooleanSupplier holds;
  private final SocketRoutes.Frames allowance;
  private final Seats seats;
  private final Seats.Seat seat;
  private final Duration ping;
  private final InstantSource clock;
  private final AtomicInteger unanswered = new AtomicInteger();
  private final CountDownLatch readingOver = new CountDownLatch(1);

  /// @param holds whether they still may hear all this
  NoticeSocket(
      Notices notices,
      Room room,
      Subscriber subscriber,
      BooleanSupplier holds,
      SocketRoutes.Frames allowance,
      Seats seats,
      Seats.Seat seat,
      Duration ping,
      InstantSource clock) {
    this.notices = notices;
    this.room = room;
    this.subscriber = subscriber;
    this.holds = holds;
    this.allowance = allowance;
    this.seats = seats;
    this.seat = seat;
    this.ping = ping;
    this.clock = clock;
  }

  @Override
  public void over(Wire wire) throws Exception {
    try (Room.Listener news = room.join(subscriber.recipients())) {
      SocketOut out = new SocketOut(wire, news::wake);
      Thread telling = Thread.ofVirtual().name("ws").start(() -> tell(wire, out, news));
      try {
        listen(wire, out);
      } finally {
        readingOver.countDown();
        news.wake();
        if (!telling.join(LAST_WORD)) {
          telling.interrupt();
        }
      }
    }
  }

  private void listen(Wire wire, SocketOut out) throws IOException, InterruptedException {
    var frames = new SocketFrames(wire);
    try {
      while (true) {
        switch (frames.next()) {
          case SocketFrames.Said.Text(String text) -> {
            if (counted(out)) {
              out.send(SocketFrames.text(answer(text)));
            }
          }
          case SocketFrames.Said.Ping(ByteBuffer payload) -> {
            if (counted(out)) {
              out.send(SocketFrames.pong(payload));
            }
          }
          case SocketFrames.Said.Pong() -> unanswered.set(0);
          case SocketFrames.Said.Close(int code) -> {
            out.close(code, "");
            return;
          }
        }
      }
    } catch (SocketFrames.Broken e) {
      out.close(e.code(), String.valueOf(e.getMessage()));
      byte[] unread = new byte[SocketFrames.MOST_BYTES];
      while (true) {
        int ignored = wire.some(unread);
      }
    }
  }

  /// Whoever says too much at once is let go.
  private boolean counted(SocketOut out) throws IOException, InterruptedException {
    return switch (allowance.count()) {
      case Allowance.Within _ -> true;
      case Allowance.Exceeded exceeded -> {
        out.close(
            SocketFrames.POLICY,
            "more than " + exceeded.limit() + " in " + exceeded.window().toSeconds() + " s");
        yield false;
      }
    };
  }

  private byte[] answer(String text) {
    String id;
    try {
      id =
          AnyJson.read(text.getBytes(StandardCharsets.UTF_8)) instanceof Json.Obj said
                  && "read".equals(said.text("type"))
              ? said.text("id")
              : null;
    } catch (IllegalArgumentException e) {
      return error(Code.VALIDATION_ERROR, "not JSON: " + e.getMessage());
    }
    if (id == null) {
      return error(Code.VALIDATION_ERROR, "want {\"type\":\"read\",\"id\":...}");
    }
    if (!subscriber.own()) {
      return error(Code.QONSENT_DENIED, "only whom it is for can say that they have read it");
    }
    try {
      return notices.read(
              id,
              subscriber.recipients(),
              subscriber.reader(),
              clock.instant().truncatedTo(ChronoUnit.MILLIS))
          ? new JsonBytes().object().name("type").value("read").name("id").value(id).end().bytes()
          : error(Code.NOT_FOUND, "no notification to you has this id");
    } catch (StateUnavailable e) {
      return error(Code.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
    }
  }

  private static byte[] error(Code code, String message) {
    var json = new JsonBytes().object().name("type").value("error");
    return json.name("code").value(code.name()).name("message").value(message).end().bytes();
  }

  private void tell(Wire wire, SocketOut out, Room.Listener news) {
    try (Guard guard = Guard.over(holds, news::wake)) {
      tell(out, news, guard);
    } catch (IOException | InterruptedException e) {
      // the other end is gone, or may hear no more and takes nothing
    }
    try {
      if (!readingOver.await(LAST_WORD.toMillis(), TimeUnit.MILLISECONDS)) {
        wire.cutOff();
      }
    } catch (InterruptedException e) {
      wire.cutOff();
    }
  }

  private void tell(SocketOut out, Room.Listener news, Guard guard)
      throws IOException, InterruptedException {
    long place = subscriber.after();
    out.send(SocketFrames.text(hello(place)));
    long pinged = System.nanoTime();
    while (!out.closed() && readingOver.getCount() > 0) {
      if (guard.lost()) {
        out.close(SocketFrames.POLICY, "access");
        return;
      }
      if (seats.closed()) {
        out.close(SocketFrames.GOING_AWAY, "shutdown");
        return;
      }
      List<KeptNotice> lot = behind(place);
      for (KeptNotice one : lot) {
        var json = new JsonBytes();
        NoticeRoutes.write(json, one);
        out.send(SocketFrames.text(json.bytes()));
        place = one.place();
      }
      long left = ping.toNanos() - (System.nanoTime() - pinged);
      if (left <= 0) {
        if (unanswered.get() >= PINGS_UNANSWERED) {
          out.close(SocketFrames.INTERNAL, "no pong");
          return;
        }
        int _ = unanswered.incrementAndGet();
        out.send(SocketFrames.ping());
        pinged = System.nanoTime();
        left = ping.toNanos();
      }
      if (lot.size() < LOT) {
        news.await(Duration.ofNanos(Math.min(left, LOOK.toNanos())));
      }
    }
  }

  /// While the store cannot be asked there is nothing to hear, and nothing is missed.
  private List<KeptNotice> behind(long place) {
    try {
      return notices.notices(subscriber.recipients(), subscriber.reader(), place, LOT);
    } catch (StateUnavailable e) {
      LOG.log(WARNING, "a socket waits for the state: " + e.getMessage());
      return List.of();
    }
  }

  private static byte[] hello(long place) {
    return new JsonBytes()
        .object()
        .name("type")
        .value("hello")
        .name("place")
        .value(place)
        .end()
        .bytes();
  }

  @Override
  public void close() {
    seat.close();
  }
}
