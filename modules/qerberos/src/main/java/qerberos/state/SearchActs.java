package qerberos.state;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;

/// What events say about searches that were kept and deleted, and back.
public final class SearchActs {
  public static final String SAVE = "search.save";
  public static final String DELETE = "search.delete";
  private static final String REF = "qerberos:search:";

  private SearchActs() {}

  public static String ref(String name) {
    return REF + name;
  }

  /// @param query how we understood what was written
  public static Json.Obj saved(SavedSearch search, String query, boolean replaced) {
    return Json.EMPTY
        .with("query", Json.of(query))
        .with("q", Json.of(search.query()))
        .with("order", Json.of(search.order()))
        .with("shared", Json.of(search.shared()))
        .with("replaced", Json.of(replaced));
  }

  /// An event of before says how the query was understood, which finds the same.
  static OwnAct.Taken projectSaved(Handle handle, OwnAct act) {
    @Nullable String q = act.text("q");
    SavedSearches.put(
        handle,
        new SavedSearch(
            act.by(),
            act.about(REF),
            act.event().actor().daoId(),
            q == null ? act.required("query") : q,
            act.required("order"),
            Json.of(true).equals(act.what().get("shared")),
            act.at(),
            act.at()));
    return OwnAct.Taken.WHOLE;
  }

  static OwnAct.Taken projectDeleted(Handle handle, OwnAct act) {
    boolean ignored = SavedSearches.remove(handle, act.by(), act.about(REF));
    return OwnAct.Taken.WHOLE;
  }

  /// Whose search of which name.
  static String key(OwnAct act) {
    return act.by() + "\n" + act.about(REF);
  }
}
