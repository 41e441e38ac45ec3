package qerberos.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;
import qerberos.http.ExportFormat;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Hash;

/// Asks the running server. Used by one thread at a time.
final class ServerReads implements Reads {
  private static final int PAGE_MAX = 1000;

  private final Api api;

  ServerReads(Api api) {
    this.api = api;
  }

  @Override
  public Hits search(String rawQuery, int limit) throws Failure {
    List<Reply> events = new ArrayList<>();
    String cursor = "";
    Reply facets = new Reply(Json.NULL);
    Reply page;
    do {
      String path =
          "/audit/search?limit="
              + Math.min(PAGE_MAX, limit - events.size())
              + (rawQuery.isEmpty() ? "" : "&" + rawQuery)
              + (cursor.isEmpty() ? "" : "&cursor=" + Api.encoded(cursor));
      page = api.get(path).at("data");
      facets = cursor.isEmpty() ? page.at("facets") : facets;
      events.addAll(page.at("events").items());
      cursor = page.at("nextCursor").text();
    } while (events.size() < limit && !cursor.isEmpty() && !page.at("events").items().isEmpty());
    return new Hits(events, page.at("totalCount").number(), facets);
  }

  @Override
  public Pinned pinned(String rawQuery, @Nullable Long size, @Nullable Long since) throws Failure {
    String path =
        "/audit/export/manifest?"
            + rawQuery
            + (size == null ? "" : "&size=" + size)
            + (since == null ? "" : "&since=" + since);
    Reply data = api.get(path).at("data");
    Reply log = data.at("log");
    String note = data.at("checkpoint").text();
    try {
      return new Pinned(
          data.at("query").text(),
          data.at("by").text(),
          new Checkpoint(
              log.at("origin").text(),
              log.at("size").number(),
              Hash.fromBase64(log.at("root").text())),
          note.isEmpty() ? null : note,
          data.at("count").number(),
          data.at("consistency").items().stream()
              .map(hash -> Hash.fromBase64(hash.text()))
              .toList());
    } catch (IllegalArgumentException e) {
      throw new Failure(Exit.CANNOT_TELL, "the answer is no manifest: " + e.getMessage());
    }
  }

  @Override
  public void export(
      String rawQuery,
      ExportFormat format,
      Checkpoint log,
      long after,
      OutputStream out,
      Advance advance)
      throws Failure, IOException {
    String path =
        "/audit/export?format="
            + format.text()
            + "&size="
            + log.size()
            + (after < 0 ? "" : "&after=" + after)
            + (rawQuery.isEmpty() ? "" : "&" + rawQuery);
    byte[] piece = new byte[1 << 16];
    try (Api.Opened opened = opened(path)) {
      InputStream body = opened.body();
      for (int read = read(body, piece); read >= 0; read = read(body, piece)) {
        out.write(piece, 0, read);
        advance.at(0, 0);
      }
    }
  }

  private Api.Opened opened(String path) throws Failure, Broken {
    try {
      return api.open(path, null);
    } catch (IOException e) {
      throw new Broken("no answer: " + Reasons.of(e));
    }
  }

  private static int read(InputStream body, byte[] piece) throws Broken {
    try {
      return body.read(piece);
    } catch (IOException e) {
      throw new Broken("the connection is lost: " + Reasons.of(e));
    }
  }

  @Override
  public Reply event(String id) throws Failure {
    return api.get("/audit/" + Api.encoded(id)).at("data");
  }

  @Override
  public byte[] proof(String id, boolean witnessed) throws Failure {
    String path = "/audit/" + Api.encoded(id) + "/proof";
    return api.bytes(witnessed ? path + "?witnessed=true" : path);
  }

  @Override
  public String keys() throws Failure {
    return new String(api.bytes("/log/keys"), StandardCharsets.UTF_8);
  }

  @Override
  public Reply tokens() throws Failure {
    return api.get("/admin/tokens").at("data", "tokens");
  }

  @Override
  public Reply identities() throws Failure {
    return api.get("/admin/identities").at("data", "identities");
  }

  @Override
  public Reply blocks() throws Failure {
    return api.get("/admin/blocks").at("data", "blocks");
  }

  @Override
  public void close() {
    api.close();
  }
}
