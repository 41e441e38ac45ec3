package qerberos.event;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes an event out of a leaf, and takes sealed values back in. Used by one thread at a time.
///
/// Strict: a member that the format does not know, or one that is missing, makes it no leaf of
/// ours.
final class LeafReader {
  private static final Set<String> KNOWN =
      Set.of(
          "actor",
          "context",
          "details",
          "id",
          "layer",
          "receivedAt",
          "ref",
          "sealed",
          "severity",
          "source",
          "subtype",
          "timestamp",
          "type",
          "v",
          "verdict");

  private final Json.Obj leaf;
  private Json.Obj trees;
  private @Nullable String original;

  private LeafReader(Json.Obj leaf) {
    this.leaf = leaf;
    var builder = new ObjBuilder();
    builder.add("context", leaf.object("context"));
    builder.add("details", leaf.object("details"));
    trees = builder.build();
  }

  static LeafReader read(byte[] bytes) {
    Json json;
    try {
      json = Canonical.read(bytes);
    } catch (IllegalArgumentException e) {
      throw new SealBroken("leaf: " + e.getMessage(), e);
    }
    if (!(json instanceof Json.Obj leaf)) {
      throw new SealBroken("leaf: not an object");
    }
    for (String name : leaf.members().keySet()) {
      if (!KNOWN.contains(name)) {
        throw new SealBroken("leaf: member '" + name + "' is unknown in version 1");
      }
    }
    if (!Json.of(1).equals(leaf.get("v"))) {
      throw new SealBroken("leaf: version " + leaf.get("v") + ", want 1");
    }
    return new LeafReader(leaf);
  }

  String id() {
    return text(leaf, "id");
  }

  String source() {
    return text(leaf, "source");
  }

  String squidId() {
    return text(leaf.object("actor"), "squidId");
  }

  Map<String, Json> commitments() {
    return leaf.object("sealed").members();
  }

  byte[] commitment(String path) {
    try {
      return Sealer.decode(text(leaf.object("sealed"), path));
    } catch (IllegalArgumentException e) {
      throw new SealBroken("leaf: commitment of " + path + " is not base64url", e);
    }
  }

  void original(byte[] utf8) {
    try {
      original = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new SealBroken("/original: not UTF-8", e);
    }
  }

  /// Puts a value where its path says.
  void put(String path, Json value) {
    String[] names = path.substring(1).split("/", -1);
    for (int i = 0; i < names.length; i++) {
      if (names[i].indexOf('~') >= 0) {
        names[i] = names[i].replace("~1", "/").replace("~0", "~");
      }
    }
    if (names.length < 2 || trees.get(names[0]) == null) {
      throw new SealBroken(path + ": no place in context or details");
    }
    trees = (Json.Obj) put(trees, names, 0, value, path);
  }

  private static Json put(Json into, String[] names, int at, Json value, String path) {
    return switch (into) {
      case Json.Obj obj -> {
        Json child = obj.get(names[at]);
        if (at == names.length - 1) {
          if (child != null) {
            throw new SealBroken(path + ": both sealed and in clear");
          }
          yield obj.with(names[at], value);
        }
        if (child == null) {
          throw new SealBroken(path + ": nothing at " + names[at]);
        }
        yield obj.with(names[at], put(child, names, at + 1, value, path));
      }
      case Json.Arr(List<Json> items) -> {
        int index = index(names[at], items.size(), path);
        if (at == names.length - 1) {
          throw new SealBroken(path + ": an item of an array cannot be sealed");
        }
        List<Json> more = new ArrayList<>(items);
        more.set(index, put(items.get(index), names, at + 1, value, path));
        yield new Json.Arr(more);
      }
      case Json.Str _, Json.Num _, Json.Bool _, Json.Null _ ->
          throw new SealBroken(path + ": no object or array at " + names[at]);
    };
  }

  private static int index(String name, int size, String path) {
    int index = -1;
    try {
      index = Integer.parseInt(name);
    } catch (NumberFormatException e) {
      // judged below
    }
    if (index < 0 || index >= size) {
      throw new SealBroken(path + ": no item " + name);
    }
    return index;
  }

  AuditEvent event(List<String> erased) {
    try {
      Json.Obj actor = leaf.object("actor");
      var sent =
          new EventDraft(
              id(),
              text(leaf, "type"),
              leaf.text("subtype"),
              leaf.text("severity"),
              text(leaf, "ref"),
              new Actor(squidId(), actor.text("subId"), actor.text("daoId")),
              text(leaf, "layer"),
              Verdict.valueOf(text(leaf, "verdict")),
              trees.object("details"),
              trees.object("context"),
              original,
              leaf.get("timestamp") == null ? null : time("timestamp"));
      return new AuditEvent(id(), source(), time("receivedAt"), sent, erased);
    } catch (SealBroken e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new SealBroken("leaf: " + e.getMessage(), e);
    }
  }

  private Instant time(String name) {
    try {
      return Rfc3339.read(text(leaf, name));
    } catch (DateTimeException e) {
      throw new SealBroken("leaf: " + name + ": " + e.getMessage(), e);
    }
  }

  private static String text(Json.Obj obj, String name) {
    String text = obj.text(name);
    if (text == null) {
      throw new SealBroken("leaf: " + name + " missing");
    }
    return text;
  }
}
