package qerberos.delivery;

import java.util.Set;
import qerberos.notice.Channel;
import qerberos.notice.Delivery;
import qerberos.notice.Message;
import qerberos.notice.Way;

/// Lets whoever is connected know at once. Nothing is sent here: the notice lies in the store, each
/// socket reads it there, and whoever is not connected finds it later. So it is always delivered.
/// Safe for concurrent use.
public final class SocketChannel implements Channel {
  private final Room room;

  public SocketChannel(Room room) {
    this.room = room;
  }

  @Override
  public String name() {
    return Way.WS;
  }

  @Override
  public int atOnce() {
    return 8;
  }

  @Override
  public Delivery deliver(Message message) {
    room.kept(Set.of(message.recipient()));
    int sockets = room.listening(message.recipient());
    return new Delivery.Delivered(
        switch (sockets) {
          case 0 -> "nobody is connected; kept to be read";
          case 1 -> "1 socket";
          default -> sockets + " sockets";
        });
  }
}
