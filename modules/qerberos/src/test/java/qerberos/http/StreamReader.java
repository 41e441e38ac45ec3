package qerberos.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import qerberos.event.Json;
import qerberos.intake.AnyJson;

/// Reads server-sent events as a browser does: the last id stays, a block without data tells
/// nothing but its id. Used by one thread at a time.
final class StreamReader implements AutoCloseable {
  /// @param id the last id when the event came
  record Event(String type, String id, String data) {
    Json.Obj json() {
      return (Json.Obj) AnyJson.read(data.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static final Event OVER = new Event("over", "", "");

  private final HttpClient client = HttpClient.newHttpClient();
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final InputStream body;
  final int status;
  volatile String lastId = "";
  final AtomicInteger comments = new AtomicInteger();

  StreamReader(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    status = response.statusCode();
    body = response.body();
    Thread ignored = Thread.startVirtualThread(this::read);
  }

  private void read() {
    try (var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
      String type = "message";
      var data = new StringBuilder();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isEmpty()) {
          if (!data.isEmpty()) {
            events.add(new Event(type, lastId, data.toString()));
          }
          type = "message";
          data.setLength(0);
        } else if (line.startsWith(":")) {
          comments.incrementAndGet();
        } else if (line.startsWith("id: ")) {
          lastId = line.substring(4);
        } else if (line.startsWith("event: ")) {
          type = line.substring(7);
        } else if (line.startsWith("data: ")) {
          data.append(line.substring(6));
        }
      }
    } catch (IOException e) {
      // broken off
    } finally {
      events.add(OVER);
    }
  }

  /// The next event; `over` when the stream has ended.
  Event next() throws InterruptedException {
    Event event = events.poll(30, TimeUnit.SECONDS);
    if (event == null) {
      throw new AssertionError("nothing came for 30 s; last id " + lastId);
    }
    return event;
  }

  List<Event> next(int count) throws InterruptedException {
    List<Event> all = new ArrayList<>();
    while (all.size() < count) {
      all.add(next());
    }
    return all;
  }

  boolean isEmpty() {
    return events.isEmpty();
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
