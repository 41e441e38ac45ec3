package qerberos.http;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qerberos.event.Fault;
import qerberos.event.Json;
import qerberos.event.JsonBytes;
import qerberos.identity.Caller;
import qerberos.identity.Permission;
import qerberos.identity.SquidIdentity;
import qerberos.identity.View;
import qerberos.query.Query;
import qerberos.state.SavedSearch;
import qerberos.state.SavedSearches;
import qerberos.state.SearchActs;
import qerberos.state.StateUnavailable;
import qerberos.state.Telling;

/// Saved searches: `/audit/searches`, and `search=name` wherever events are searched for.
///
/// They belong to whoever made them. A shared one can be used by those of the owner's organisation,
/// by everybody when the owner has none; it finds what they may see, never what its owner may.
/// One's own name comes before another's; when several others share one name, `searchOwner` says
/// whose is meant. Keeping and deleting one is an event.
///
/// Safe for concurrent use.
final class SearchRoutes {
  private static final int NAME_MAX = 100;
  private static final Set<String> MEMBERS = new LinkedHashSet<>(List.of("q", "order", "shared"));
  private static final Set<String> ONE = Set.of("owner");

  private final SavedSearches searches;
  private final Records records;

  SearchRoutes(SavedSearches searches, Records records) {
    this.searches = searches;
    this.records = records;
  }

  List<Route> routes() {
    return List.of(
        read("GET", "/audit/searches", this::all),
        read("GET", "/audit/searches/{name}", this::one),
        read("PUT", "/audit/searches/{name}", this::save),
        read("DELETE", "/audit/searches/{name}", this::delete));
  }

  private static Route read(String method, String pattern, Route.Handler handler) {
    return Route.guarded(method, pattern, Permission.AUDIT_READ, Stored.orUnavailable(handler));
  }

  /// What was asked for, of that which the saved search named by `search` finds.
  Asked within(Exchange exchange, Params params, Asked asked) {
    @Nullable SavedSearch search = named(exchange, params);
    return search == null ? asked : asked.within(search, params.has("order"));
  }

  Query within(Exchange exchange, Params params, Query query) {
    @Nullable SavedSearch search = named(exchange, params);
    return search == null ? query : Asked.within(search, query);
  }

  private @Nullable SavedSearch named(Exchange exchange, Params params) {
    Optional<String> name = params.text("search");
    Optional<String> owner = params.text("searchOwner");
    if (name.isEmpty()) {
      if (owner.isPresent()) {
        throw Refused.field("searchOwner", "whose search, want search too");
      }
      return null;
    }
    try {
      return found(exchange.caller(), "search", "searchOwner", name.get(), owner.orElse(null))
          .orElseThrow(Asked::noSearch);
    } catch (StateUnavailable e) {
      throw Stored.unavailable(e);
    }
  }

  private Optional<SavedSearch> found(
      Caller caller, String field, String ownerField, String name, @Nullable String owner)
      throws StateUnavailable {
    checkName(field, name);
    List<SavedSearch> seen =
        searches.seenBy(viewer(caller), name).stream()
            .filter(one -> owner == null || owner.equals(one.owner()))
            .toList();
    if (seen.size() < 2 || seen.getFirst().owner().equals(caller.principal())) {
      return seen.stream().findFirst();
    }
    List<String> owners = seen.stream().map(SavedSearch::owner).limit(10).toList();
    throw Refused.field(
        field,
        "several share one of this name, want "
            + ownerField
            + ", one of "
            + String.join(", ", owners));
  }

  private static void checkName(String field, String name) {
    int length = name.codePointCount(0, name.length());
    if (length < 1 || length > NAME_MAX) {
      throw Refused.field(field, "length " + length + ", want 1.." + NAME_MAX);
    }
    if (name.codePoints().anyMatch(c -> Character.isISOControl(c) || c == 0xfffd)) {
      throw Refused.field(field, "holds a control character, want letters, digits and signs");
    }
  }

  private static SavedSearches.Viewer viewer(Caller caller) {
    return new SavedSearches.Viewer(
        caller.principal(), daoId(caller), caller.view() instanceof View.Everything);
  }

  private static @Nullable String daoId(Caller caller) {
    SquidIdentity identity = caller.identity();
    return identity == null ? null : identity.daoId();
  }

  private Answer all(Exchange exchange) throws StateUnavailable {
    List<SavedSearch> seen = searches.seenBy(viewer(exchange.caller()));
    return exchange.ok(
        json -> {
          json.object().name("searches").array();
          seen.forEach(one -> write(json, one));
          json.end().end();
        });
  }

  private Answer one(Exchange exchange) throws StateUnavailable {
    @Nullable String owner = exchange.params(ONE).text("owner").orElse(null);
    SavedSearch search =
        found(exchange.caller(), "name", "owner", exchange.variable(0), owner)
            .orElseThrow(() -> Refused.notFound("no saved search has this name"));
    return exchange.ok(json -> write(json, search));
  }

  private Answer save(Exchange exchange) throws IOException {
    String name = exchange.variable(0);
    checkName("name", name);
    Json.Obj body = Body.members(exchange, MEMBERS);
    List<Fault> faults = new ArrayList<>();
    String q = text(body, "q", "", faults);
    String order = text(body, "order", "newest", faults);
    boolean shared = truth(body, "shared", faults);
    if (body.get("q") == null) {
      faults.add(new Fault("q", "missing, want a query"));
    }
    if (!faults.isEmpty()) {
      throw Refused.fields(faults);
    }
    Query query = Asked.parsed(q);
    var ignored = Asked.order(order);
    Caller caller = exchange.caller();
    Instant now = exchange.receivedAt();
    var search =
        new SavedSearch(
            caller.principal(), name, daoId(caller), q.strip(), order, shared, now, now);
    Telling telling =
        records.doing(
            exchange,
            SearchActs.SAVE,
            SearchActs.ref(name),
            created -> Optional.of(SearchActs.saved(search, query.toString(), !created)));
    boolean created;
    try {
      created = searches.save(search, telling);
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, "name");
    }
    return exchange.ok(
        created ? 201 : 200,
        created ? "CREATED" : "OK",
        created ? "kept" : "kept in place of the one before",
        json -> write(json, search));
  }

  private Answer delete(Exchange exchange) throws IOException {
    String name = exchange.variable(0);
    checkName("name", name);
    Telling telling =
        records.doing(
            exchange,
            SearchActs.DELETE,
            SearchActs.ref(name),
            changed -> changed ? Optional.of(Json.EMPTY) : Optional.empty());
    if (!searches.remove(exchange.caller().principal(), name, telling)) {
      throw Refused.notFound("no saved search of yours has this name");
    }
    return exchange.ok(200, "OK", "deleted", json -> json.object().name("name").value(name).end());
  }

  private static String text(Json.Obj body, String name, String otherwise, List<Fault> faults) {
    return switch (body.get(name)) {
      case null -> otherwise;
      case Json.Str(var value) -> value;
      default -> {
        faults.add(new Fault(name, "want a text"));
        yield otherwise;
      }
    };
  }

  private static boolean truth(Json.Obj body, String name, List<Fault> faults) {
    return switch (body.get(name)) {
      case null -> false;
      case Json.Bool(var value) -> value;
      default -> {
        faults.add(new Fault(name, "want true or false"));
        yield false;
      }
    };
  }

  private static void write(JsonBytes json, SavedSearch search) {
    json.object().name("name").value(search.name()).name("q").value(search.query());
    json.name("order").value(search.order()).name("shared").value(search.shared());
    json.name("owner").value(search.owner());
    json.name("createdAt").value(search.createdAt().toString());
    json.name("changedAt").value(search.changedAt().toString()).end();
  }
}
