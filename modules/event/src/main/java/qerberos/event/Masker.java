package qerberos.event;

import java.util.ArrayList;
import java.util.List;

/// Gives a tree with its secrets replaced by `***`; the same tree when it has none. Used by one
/// thread at a time. It follows the same judgements as `Sealing`, on trees instead of bytes.
final class Masker {
  private static final Json MASKED = Json.of("***");

  private final Treatments treatments;
  private final InnerSecrets inner;
  private final Treatments.Path[] rules;
  private final String[] where = new String[Canonical.DEPTH_MAX];

  Masker(Treatments treatments, InnerSecrets inner, String type) {
    this.treatments = treatments;
    this.inner = inner;
    this.rules = treatments.rulesFor(type);
  }

  Json.Obj mask(String path, Json.Obj tree) {
    where[0] = path;
    return object(tree, 1);
  }

  private Json.Obj object(Json.Obj obj, int depth) {
    Members members = obj.sorted();
    var builder = new ObjBuilder();
    for (int i = 0; i < members.names.length; i++) {
      where[depth] = members.names[i];
      Json value = members.values[i];
      builder.add(
          members.names[i],
          switch (Treatments.of(treatments, rules, where, members, i, depth)) {
            case KEEP, SEAL -> inside(value, depth + 1);
            case MASK -> value instanceof Json.Bool || value instanceof Json.Null ? value : MASKED;
            case MASK_TEXT -> text(value, depth + 1);
          });
    }
    return builder.build();
  }

  private Json inside(Json value, int depth) {
    return switch (value) {
      case Json.Obj obj -> object(obj, depth);
      case Json.Arr(List<Json> items) -> {
        List<Json> masked = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
          where[depth] = Integer.toString(i);
          masked.add(inside(items.get(i), depth + 1));
        }
        yield new Json.Arr(masked);
      }
      case Json.Str(String text) -> Json.of(inner.mask(text));
      case Json.Num _, Json.Bool _, Json.Null _ -> value;
    };
  }

  private Json text(Json value, int depth) {
    return switch (value) {
      case Json.Str _ -> MASKED;
      case Json.Arr(List<Json> items) -> {
        List<Json> masked = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
          where[depth] = Integer.toString(i);
          masked.add(text(items.get(i), depth + 1));
        }
        yield new Json.Arr(masked);
      }
      case Json.Obj obj -> object(obj, depth);
      case Json.Num _, Json.Bool _, Json.Null _ -> value;
    };
  }
}
