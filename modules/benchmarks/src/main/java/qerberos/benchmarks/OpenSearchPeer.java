package qerberos.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import qerberos.event.Json;

/// One node of OpenSearch in a JVM of its own, over its HTTP interface.
///
/// The mapping finds what our index finds and nothing more: no positions and no scores for words,
/// no columns for what is never counted. Acknowledged is durable (`translog.durability=request`),
/// and events are found after a second, as with us.
final class OpenSearchPeer implements Peer {
  private static final String HEAP = "1g";
  private static final long START_SECONDS = 120;
  private static final Pattern PORT = Pattern.compile("HTTP Port:\\s+(\\d+)");
  private static final Pattern VERSION = Pattern.compile("\"number\" *: *\"([^\"]+)\"");

  private static final String NODE =
      """
      discovery.type: single-node
      network.host: 127.0.0.1
      cluster.routing.allocation.disk.threshold_enabled: false
      """;

  private static final String INDEX =
      """
      {
        "settings": {
          "number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "1s",
          "translog.durability": "request", "codec": "best_compression"
        },
        "mappings": {
          "dynamic_templates": [
            {"texts": {"path_match": "details.*", "match_mapping_type": "string",
              "mapping": {"type": "keyword", "doc_values": false, "copy_to": "words"}}},
            {"numbers": {"path_match": "details.*", "match_mapping_type": "long",
              "mapping": {"type": "long", "doc_values": false}}},
            {"context": {"path_match": "context.*", "match_mapping_type": "string",
              "mapping": {"type": "keyword", "doc_values": false}}}
          ],
          "properties": {
            "id": {"type": "keyword", "index": false, "doc_values": false},
            "timestamp": {"type": "date"},
            "type": {"type": "keyword"}, "ref": {"type": "keyword"},
            "layer": {"type": "keyword"}, "verdict": {"type": "keyword"},
            "actor": {"properties": {
              "squidId": {"type": "keyword"}, "subId": {"type": "keyword"},
              "daoId": {"type": "keyword"}}},
            "details": {"properties": {"ip": {"type": "ip", "doc_values": false}}},
            "words": {"type": "text", "norms": false, "index_options": "docs"}
          }
        }
      }
      """;

  private final Process process;
  private final Path folder;
  private final int port;
  private final String version;

  private OpenSearchPeer(Process process, Path folder, int port, String version) {
    this.process = process;
    this.folder = folder;
    this.port = port;
    this.version = version;
  }

  /// @param folder is there and empty
  static OpenSearchPeer start(Path folder) throws Exception {
    Fetched libraries = Fetched.of("opensearch");
    Path config = Files.createDirectory(folder.resolve("config"));
    Path ignored = Files.writeString(config.resolve("opensearch.yml"), NODE);
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms" + HEAP,
                "-Xmx" + HEAP,
                "-XX:+UseG1GC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                libraries.classPath(),
                "org.codelibs.opensearch.runner.OpenSearchRunner",
                "-basePath",
                folder.toString(),
                "-confPath",
                config.toString(),
                "-clusterName",
                "peers",
                "-numOfNode",
                "1")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (process.isAlive() && System.nanoTime() < end) {
      Matcher port = PORT.matcher(Files.readString(output));
      if (port.find()) {
        Matcher version = VERSION.matcher(greeting(Integer.parseInt(port.group(1))));
        if (version.find()) {
          int at = Integer.parseInt(port.group(1));
          var peer = new OpenSearchPeer(process, folder, at, version.group(1));
          peer.request("PUT", "/events", INDEX);
          return peer;
        }
      }
      Thread.sleep(100);
    }
    process.destroyForcibly();
    throw new IOException("opensearch did not start: " + Files.readString(output));
  }

  private static String greeting(int port) {
    try (var sender = new HttpSender(port, "none")) {
      return sender.get("/") == 200 ? sender.body() : "";
    } catch (IOException _) {
      return "";
    }
  }

  @Override
  public String name() {
    return "opensearch";
  }

  @Override
  public List<String> settings() {
    return List.of(
        "OpenSearch " + version + ", one node, heap " + HEAP + ", G1",
        "_bulk with create and our id; 1 shard, 0 replicas, translog.durability=request,"
            + " refresh_interval=1s, codec=best_compression",
        "keyword for every text, ip, date, long; words as text without positions and norms; columns"
            + " only for type, ref, layer, verdict, actor and time");
  }

  @Override
  public String character() {
    return """
    has: any field without a schema, ranking by relevance, aggregations of every kind, many \
    machines and replicas, unique ids; users, scopes and an audit log of its own with the \
    security plugin, which does not run here. has not: joins, transactions, sealed fields, proof \
    that nothing was changed: who can write can update and delete.\
    """;
  }

  @Override
  public ProcessTree processes() {
    return new ProcessTree(process.pid());
  }

  @Override
  public Client connect() throws IOException {
    return new Http(new HttpSender(port, "none"));
  }

  @Override
  public void rest() throws IOException {
    request("POST", "/events/_refresh", "");
    request("POST", "/events/_flush", "");
  }

  @Override
  public String tidy() throws IOException {
    request("POST", "/events/_forcemerge?max_num_segments=1", "");
    request("POST", "/events/_refresh", "");
    return "force merge to one segment";
  }

  @Override
  public long storedBytes() throws IOException {
    return DiskUse.of(folder.resolve("node_1/data"));
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void request(String method, String path, String body) throws IOException {
    try (var sender = new HttpSender(port, "none")) {
      byte[] content = body.getBytes(StandardCharsets.UTF_8);
      int status = sender.send(method, path, "application/json", content);
      if (status != 200) {
        throw new IOException("opensearch: " + path + ": " + status + ": " + sender.body());
      }
    }
  }

  private static String search(Question question) {
    return switch (question) {
      case Question.Actor(var actor) -> newest(term("actor.squidId", actor));
      case Question.Outcome(var type, var verdict) ->
          newest(term("type", type) + "," + term("verdict", verdict));
      case Question.Words(var words, var type, var verdict) ->
          newest(
              """
              {"match":{"words":{"query":"%s","operator":"and"}}},%s,%s\
              """
                  .formatted(words, term("type", type), term("verdict", verdict)));
      case Question.Network network -> newest(term("details.ip", network.cidr()));
      case Question.Histogram(var from, var to) ->
          """
          {"size":0,"query":{"range":{"timestamp":{"gte":"%s","lte":"%s"}}},
           "aggs":{"hours":{
             "date_histogram":{"field":"timestamp","fixed_interval":"1h","min_doc_count":1},
             "aggs":{"types":{"terms":{"field":"type","size":50}}}}}}
          """
              .formatted(from, to);
    };
  }

  private static String newest(String filters) {
    return """
    {"size":%d,"track_total_hits":true,"sort":[{"timestamp":"desc"}],
     "query":{"bool":{"filter":[%s]}}}
    """
        .formatted(Question.HITS, filters);
  }

  private static String term(String field, String value) {
    return "{\"term\":{\"" + field + "\":\"" + value + "\"}}";
  }

  private static Question.Answer answer(Question question, String body) {
    Json.Obj answer = JsonReply.object(body);
    return switch (question) {
      case Question.Histogram _ -> bars(answer.object("aggregations").object("hours"));
      case Question.Actor _, Question.Outcome _, Question.Words _, Question.Network _ -> {
        Json.Obj hits = answer.object("hits");
        yield new Question.Answer(
            JsonReply.whole(hits.object("total").get("value")),
            JsonReply.items(hits.get("hits")).size());
      }
    };
  }

  private static Question.Answer bars(Json.Obj hours) {
    long total = 0;
    long shown = 0;
    for (Json hour : JsonReply.items(hours.get("buckets"))) {
      Json.Obj types = JsonReply.member(hour).object("types");
      for (Json type : JsonReply.items(types.get("buckets"))) {
        total += JsonReply.whole(JsonReply.member(type).get("doc_count"));
        shown++;
      }
    }
    return new Question.Answer(total, shown);
  }

  private record Http(HttpSender sender) implements Client {
    private static final byte[] BEFORE_ID = "{\"id\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CREATE =
        "{\"create\":{\"_id\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\"}}\n".getBytes(StandardCharsets.US_ASCII);

    @Override
    public void send(byte[] ndjson) throws IOException {
      int status =
          sender.post("/events/_bulk?filter_path=errors", "application/x-ndjson", bulk(ndjson));
      if (status != 200 || !sender.body().contains("\"errors\":false")) {
        throw new IOException("opensearch: bulk answered " + status + ": " + sender.body());
      }
    }

    /// The events, each behind a line with its id, which an event of [SyntheticEvents] begins with.
    private static byte[] bulk(byte[] ndjson) {
      var bulk = new ByteArrayOutputStream(ndjson.length + ndjson.length / 8);
      for (int from = 0; from < ndjson.length; ) {
        int id = from + BEFORE_ID.length;
        int idEnd = next(ndjson, id, '"');
        int to = next(ndjson, idEnd, '\n') + 1;
        bulk.writeBytes(CREATE);
        bulk.write(ndjson, id, idEnd - id);
        bulk.writeBytes(END);
        bulk.write(ndjson, from, to - from);
        from = to;
      }
      return bulk.toByteArray();
    }

    private static int next(byte[] bytes, int from, char wanted) {
      int at = from;
      while (bytes[at] != wanted) {
        at++;
      }
      return at;
    }

    /// Answers are not kept from one asking to the next: `request_cache=false`.
    @Override
    public Reply ask(Question question) throws IOException {
      byte[] search = search(question).getBytes(StandardCharsets.UTF_8);
      int status = sender.post("/events/_search?request_cache=false", "application/json", search);
      if (status != 200) {
        throw new IOException("opensearch: " + question + ": " + status + ": " + sender.body());
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
