package qerberos.benchmarks;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import qerberos.event.Json;

/// Qerberos itself: the jar this program runs beside, started by the launcher.
final class QerberosPeer implements Peer {
  /// The others have no limits; ours would answer 429 to a load generator.
  private static final Map<String, String> LIMITS =
      Map.of(
          "QERBEROS_RATE_LIMIT_MAX", "1000000",
          "QERBEROS_RATE_LIMIT_SUBIDENTITY", "1000000",
          "QERBEROS_RATE_LIMIT_ADDRESS", "1000000",
          "QERBEROS_RATE_LIMIT_INGEST", "1000000");

  private final ServerUnderLoad server;
  private final Path data;

  private QerberosPeer(ServerUnderLoad server, Path data) {
    this.server = server;
    this.data = data;
  }

  /// @param folder is there and empty
  static QerberosPeer start(Path folder) throws IOException, InterruptedException {
    Path data = folder.resolve("data");
    return new QerberosPeer(ServerUnderLoad.start(data, LIMITS), data);
  }

  @Override
  public String name() {
    return "qerberos";
  }

  @Override
  public List<String> settings() {
    return List.of(
        "Qerberos of this checkout, heap at most 384 MB, every default but the rate limits, which"
            + " are out of the way",
        "POST /audit/batch; forced before the answer, hashed into the tree, under a signed"
            + " checkpoint, ip and userAgent sealed; every question is itself recorded");
  }

  @Override
  public String character() {
    return """
    has: proof that nothing was changed, added or left out (signed checkpoints, inclusion and \
    consistency proofs), a key per person for personal fields, unique ids, any field of details \
    without a schema, scopes. has not: SQL, joins, ranking by relevance, updates, more than one \
    machine.\
    """;
  }

  @Override
  public ProcessTree processes() {
    return server.processes();
  }

  @Override
  public Client connect() throws IOException {
    return new Http(new HttpSender(server.port(), server.token()));
  }

  @Override
  public void rest() {}

  @Override
  public String tidy() {
    return "";
  }

  @Override
  public long storedBytes() throws IOException {
    return DiskUse.of(data.resolve("ledger"))
        + DiskUse.of(data.resolve("keys"))
        + DiskUse.of(data.resolve("index"));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private static String path(Question question) {
    return switch (question) {
      case Question.Actor(var actor) -> "/audit/search?actor=" + encoded(actor);
      case Question.Outcome(var type, var verdict) ->
          "/audit/search?type=" + encoded(type) + "&verdict=" + verdict;
      case Question.Words(var words, var type, var verdict) ->
          "/audit/search?q=" + encoded(words) + "&type=" + encoded(type) + "&verdict=" + verdict;
      case Question.Network network -> "/audit/search?q=" + encoded("details.ip:" + network.cidr());
      case Question.Histogram(var from, var to) ->
          "/audit/stats?interval=1h&by=type&size=50&start="
              + encoded(from.toString())
              + "&end="
              + encoded(to.toString());
    };
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static Question.Answer answer(Question question, String body) {
    Json.Obj answer = JsonReply.object(body).object("data");
    return switch (question) {
      case Question.Histogram _ -> bars(answer.object("histogram"));
      case Question.Actor _, Question.Outcome _, Question.Words _, Question.Network _ ->
          new Question.Answer(
              JsonReply.whole(answer.get("totalCount")),
              JsonReply.items(answer.get("events")).size());
    };
  }

  private static Question.Answer bars(Json.Obj histogram) {
    long total = 0;
    long shown = 0;
    for (Json bar : JsonReply.items(histogram.get("bars"))) {
      for (Json count : JsonReply.member(bar).object("by").members().values()) {
        total += JsonReply.whole(count);
        shown++;
      }
    }
    return new Question.Answer(total, shown);
  }

  private record Http(HttpSender sender) implements Client {
    /// A server that says it is busy is asked again after a moment.
    @Override
    public void send(byte[] ndjson) throws IOException, InterruptedException {
      int status = sender.post("/audit/batch", "application/x-ndjson", ndjson);
      while (status == 429 || status == 503) {
        Thread.sleep(20);
        status = sender.post("/audit/batch", "application/x-ndjson", ndjson);
      }
      if (status != 200) {
        throw new IOException("qerberos: batch answered " + status + ": " + sender.body());
      }
    }

    @Override
    public Reply ask(Question question) throws IOException {
      int status = sender.get(path(question));
      if (status != 200) {
        throw new IOException("qerberos: " + question + ": " + status + ": " + sender.body());
      }
      String body = sender.body();
      return () -> answer(question, body);
    }

    @Override
    public void close() throws IOException {
      sender.close();
    }
  }
}
