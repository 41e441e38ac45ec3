package qerberos.bus;

import java.util.ArrayList;
import java.util.List;
import qerberos.redis.RedisLink;
import qerberos.redis.RedisServer;
import qerberos.redis.RedisUnavailable;
import qerberos.redis.Reply;

/// Reads a stream as any consumer does, with `XREAD`, page by page, from where it was. Used by one
/// thread at a time.
public final class RedisConsumer {
  /// One entry: its id and what stands in the field `message`.
  public record Entry(String id, String message) {
    /// What the id says.
    public long leafIndex() {
      return Long.parseLong(id.substring(0, id.indexOf('-'))) - 1;
    }
  }

  private final RedisServer server;

  public RedisConsumer(RedisServer server) {
    this.server = server;
  }

  /// All of a topic that Redis has now.
  public List<Entry> all(Topic topic) throws RedisUnavailable {
    List<Entry> all = new ArrayList<>();
    try (RedisLink link = server.link("consumer")) {
      String last = "0";
      for (int before = -1; before < all.size(); ) {
        before = all.size();
        Reply reply = link.call("XREAD", "COUNT", "500", "STREAMS", topic.text(), last);
        if (reply instanceof Reply.Many(var streams)) {
          for (Reply one : streams.getFirst().many().get(1).many()) {
            List<Reply> entry = one.many();
            all.add(new Entry(entry.get(0).text(), entry.get(1).many().get(1).text()));
          }
          last = all.getLast().id();
        }
      }
    }
    return all;
  }
}
