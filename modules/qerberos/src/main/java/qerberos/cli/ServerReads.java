package qerberos.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import qerberos.event.Json;

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
  public Reply event(String id) throws Failure {
    return api.get("/audit/" + Api.encoded(id)).at("data");
  }

  @Override
  public byte[] proof(String id) throws Failure {
    return api.bytes("/audit/" + Api.encoded(id) + "/proof");
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
