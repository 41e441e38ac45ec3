package qerberos.event;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes one event as a leaf in a single pass, setting aside what is sealed. Used by one thread
/// at a time, and again for the next event.
///
/// The pass goes through `details` and `context` in the order of the leaf. A field that is sealed
/// is left out and its canonical value goes to a second buffer, with its path; a secret is written
/// as `***`. Then come the commitments, in the order of their paths, and the rest of the leaf.
final class Sealing {
  private static final byte[] MASKED = ascii("\"***\"");
  private static final byte[] ACTOR = ascii("{\"actor\":{");
  private static final byte[] DAO_ID = ascii("\"daoId\":");
  private static final byte[] SQUID_ID = ascii("\"squidId\":");
  private static final byte[] SUB_ID = ascii(",\"subId\":");
  private static final byte[] CONTEXT = ascii(",\"context\":");
  private static final byte[] DETAILS = ascii(",\"details\":");
  private static final byte[] ID = ascii(",\"id\":");
  private static final byte[] LAYER = ascii(",\"layer\":");
  private static final byte[] RECEIVED_AT = ascii(",\"receivedAt\":\"");
  private static final byte[] REF = ascii("\",\"ref\":");
  private static final byte[] SEALED = ascii(",\"sealed\":{");
  private static final byte[] SEVERITY = ascii(",\"severity\":");
  private static final byte[] SOURCE = ascii(",\"source\":");
  private static final byte[] SUBTYPE = ascii(",\"subtype\":");
  private static final byte[] TIMESTAMP = ascii(",\"timestamp\":\"");
  private static final byte[] TYPE = ascii(",\"type\":");
  private static final byte[] QUOTE_TYPE = ascii("\",\"type\":");
  private static final byte[] VERDICT = ascii(",\"v\":1,\"verdict\":\"");
  private static final byte[] END = ascii("\"}");
  private static final byte[] ALLOW = ascii("ALLOW");
  private static final byte[] DENY = ascii("DENY");
  private static final byte[] WARN = ascii("WARN");
  private static final byte[] COMMA = ascii(",");
  private static final byte[] COLON_QUOTE = ascii(":\"");

  final Crypto crypto = new Crypto();
  final CanonicalWriter leaf = new CanonicalWriter(1_024);
  final CanonicalWriter values = new CanonicalWriter(512);

  /// True when a secret was met, so that the event that readers see differs from the one that came.
  boolean masked;

  int sealedCount;
  String[] sealedPaths = new String[8];
  int[] sealedFrom = new int[8];
  int[] sealedTo = new int[8];

  private final byte[] commitment = new byte[Crypto.HASH_BYTES];
  private byte[][] salts = new byte[8][Crypto.HASH_BYTES];
  private final String[] where = new String[Canonical.DEPTH_MAX];
  private final Treatments treatments;
  private final InnerSecrets inner;
  private Treatments.Path[] rules = {};

  Sealing(Treatments treatments, InnerSecrets inner) {
    this.treatments = treatments;
    this.inner = inner;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  void clear() {
    leaf.clear();
    values.clear();
    Arrays.fill(sealedPaths, 0, sealedCount, null);
    sealedCount = 0;
    masked = false;
  }

  /// Writes the leaf; `original` is the event's original with its secrets masked already. Returns
  /// the key under which its values are sealed, null when there are none.
  @Nullable SubjectKey write(AuditEvent event, String original, SubjectKeys keys) {
    EventDraft sent = event.sent();
    rules = treatments.rulesFor(sent.type());
    Actor actor = sent.actor();
    leaf.raw(ACTOR);
    if (actor.daoId() != null) {
      leaf.raw(DAO_ID);
      leaf.string(actor.daoId());
      leaf.raw(',');
    }
    leaf.raw(SQUID_ID);
    leaf.string(actor.squidId());
    if (actor.subId() != null) {
      leaf.raw(SUB_ID);
      leaf.string(actor.subId());
    }
    leaf.raw('}');
    tree(CONTEXT, "context", sent.context());
    tree(DETAILS, "details", sent.details());
    leaf.raw(ID);
    leaf.string(event.id());
    leaf.raw(LAYER);
    leaf.string(sent.layer());
    leaf.raw(RECEIVED_AT);
    time(event.receivedAt());
    leaf.raw(REF);
    String ref = ref(sent.ref(), inner);
    masked |= !ref.equals(sent.ref());
    leaf.string(ref);
    if (!original.isEmpty()) {
      int from = values.size;
      values.utf8(original);
      sealed("/original", from);
    }
    SubjectKey key = null;
    if (sealedCount > 0) {
      key = keys.keyFor(actor.squidId());
      commitments(event, key);
    }
    if (sent.severity() != null) {
      leaf.raw(SEVERITY);
      leaf.string(sent.severity());
    }
    leaf.raw(SOURCE);
    leaf.string(event.source());
    if (sent.subtype() != null) {
      leaf.raw(SUBTYPE);
      leaf.string(sent.subtype());
    }
    if (sent.timestamp() != null) {
      leaf.raw(TIMESTAMP);
      time(sent.timestamp());
      leaf.raw(QUOTE_TYPE);
    } else {
      leaf.raw(TYPE);
    }
    leaf.string(sent.type());
    leaf.raw(VERDICT);
    leaf.raw(
        switch (sent.verdict()) {
          case ALLOW -> ALLOW;
          case DENY -> DENY;
          case WARN -> WARN;
        });
    leaf.raw(END);
    return key;
  }

  /// The ref without secrets; one that would thereby be too long is a secret as a whole.
  static String ref(String ref, InnerSecrets inner) {
    String clean = inner.mask(ref);
    return clean.length() > EventDraft.REF_MAX ? "***" : clean;
  }

  private void time(Instant time) {
    leaf.ensure(Rfc3339.LENGTH);
    Rfc3339.write(time, leaf.buffer, leaf.size);
    leaf.size += Rfc3339.LENGTH;
  }

  /// An object at the top of the leaf; one that has nothing left in it is left out.
  private void tree(byte[] name, String path, Json.Obj tree) {
    if (tree.isEmpty()) {
      return;
    }
    int before = leaf.size;
    leaf.raw(name);
    where[0] = path;
    int empty = leaf.size + 2;
    object(tree.sorted(), 1);
    if (leaf.size == empty) {
      leaf.size = before;
    }
  }

  private void object(Members members, int depth) {
    leaf.raw('{');
    boolean first = true;
    for (int i = 0; i < members.names.length; i++) {
      String name = members.names[i];
      Json value = members.values[i];
      where[depth] = name;
      Treatment treatment = treatment(members, i, depth);
      if (treatment == Treatment.SEAL && !(value instanceof Json.Null)) {
        int from = values.size;
        masking(value, depth + 1, values);
        sealed(pointer(depth), from);
        continue;
      }
      leaf.name(name, first);
      first = false;
      switch (treatment) {
        case KEEP, SEAL -> kept(value, depth + 1);
        case MASK -> mask(value, leaf);
        case MASK_TEXT -> maskText(value, depth + 1, leaf);
      }
    }
    leaf.raw('}');
  }

  private void kept(Json value, int depth) {
    switch (value) {
      case Json.Obj obj -> object(obj.sorted(), depth);
      case Json.Arr(List<Json> items) -> {
        leaf.raw('[');
        for (int i = 0; i < items.size(); i++) {
          if (i > 0) {
            leaf.raw(',');
          }
          Json item = items.get(i);
          if (item instanceof Json.Obj || item instanceof Json.Arr) {
            where[depth] = Integer.toString(i);
            kept(item, depth + 1);
          } else {
            scalar(item, depth, leaf);
          }
        }
        leaf.raw(']');
      }
      case Json.Str _, Json.Num _, Json.Bool _, Json.Null _ -> scalar(value, depth, leaf);
    }
  }

  /// A value that is sealed or masked as a whole: inside it only secrets matter.
  private void masking(Json value, int depth, CanonicalWriter out) {
    switch (value) {
      case Json.Obj obj -> {
        Members members = obj.sorted();
        out.raw('{');
        for (int i = 0; i < members.names.length; i++) {
          where[depth] = members.names[i];
          out.name(members.names[i], i == 0);
          Json child = members.values[i];
          switch (treatment(members, i, depth)) {
            case KEEP, SEAL -> masking(child, depth + 1, out);
            case MASK -> mask(child, out);
            case MASK_TEXT -> maskText(child, depth + 1, out);
          }
        }
        out.raw('}');
      }
      case Json.Arr(List<Json> items) -> {
        out.raw('[');
        for (int i = 0; i < items.size(); i++) {
          if (i > 0) {
            out.raw(',');
          }
          where[depth] = Integer.toString(i);
          masking(items.get(i), depth + 1, out);
        }
        out.raw(']');
      }
      case Json.Str _, Json.Num _, Json.Bool _, Json.Null _ -> scalar(value, depth, out);
    }
  }

  /// A value that stays, but for secrets that stand inside a text.
  private void scalar(Json value, int depth, CanonicalWriter out) {
    if (value instanceof Json.Str(String text)) {
      String clean = inner.mask(text);
      masked |= !clean.equals(text);
      out.string(clean);
    } else {
      out.value(value, depth);
    }
  }

  private void mask(Json value, CanonicalWriter out) {
    switch (value) {
      case Json.Bool _, Json.Null _ -> out.value(value, 0);
      case Json.Str _, Json.Num _, Json.Obj _, Json.Arr _ -> masked(out);
    }
  }

  private void maskText(Json value, int depth, CanonicalWriter out) {
    switch (value) {
      case Json.Str _ -> masked(out);
      case Json.Arr(List<Json> items) -> {
        out.raw('[');
        for (int i = 0; i < items.size(); i++) {
          if (i > 0) {
            out.raw(',');
          }
          where[depth] = Integer.toString(i);
          maskText(items.get(i), depth + 1, out);
        }
        out.raw(']');
      }
      case Json.Obj _ -> {
        if (out == leaf) {
          kept(value, depth);
        } else {
          masking(value, depth, out);
        }
      }
      case Json.Num _, Json.Bool _, Json.Null _ -> out.value(value, depth);
    }
  }

  private void masked(CanonicalWriter out) {
    out.raw(MASKED);
    masked = true;
  }

  /// The treatment of member `at`, whose path is `where` up to `depth`.
  private Treatment treatment(Members members, int at, int depth) {
    return Treatments.of(treatments, rules, where, members, at, depth);
  }

  /// The path as an RFC 6901 pointer.
  private String pointer(int depth) {
    String pointer = "";
    for (int i = 0; i <= depth; i++) {
      String name = where[i];
      if (name.indexOf('~') >= 0 || name.indexOf('/') >= 0) {
        name = name.replace("~", "~0").replace("/", "~1");
      }
      pointer = pointer + '/' + name;
    }
    return pointer;
  }

  /// Takes down that the values from `from` on are those of `path`, in the place where it sorts.
  private void sealed(String path, int from) {
    if (sealedCount == sealedPaths.length) {
      sealedPaths = Arrays.copyOf(sealedPaths, sealedCount * 2);
      sealedFrom = Arrays.copyOf(sealedFrom, sealedCount * 2);
      sealedTo = Arrays.copyOf(sealedTo, sealedCount * 2);
    }
    int at = sealedCount++;
    while (at > 0 && sealedPaths[at - 1].compareTo(path) > 0) {
      sealedPaths[at] = sealedPaths[at - 1];
      sealedFrom[at] = sealedFrom[at - 1];
      sealedTo[at] = sealedTo[at - 1];
      at--;
    }
    sealedPaths[at] = path;
    sealedFrom[at] = from;
    sealedTo[at] = values.size;
  }

  /// The commitments. Salts and commitments share one buffer of parts, so the salts come first.
  private void commitments(AuditEvent event, SubjectKey key) {
    if (salts.length < sealedCount) {
      salts = new byte[sealedPaths.length][Crypto.HASH_BYTES];
    }
    int begin = key.saltBegin(crypto, event.source(), event.id());
    for (int i = 0; i < sealedCount; i++) {
      key.salt(crypto, begin, sealedPaths[i], salts[i]);
    }
    for (int i = 0; i < sealedCount; i++) {
      int from = sealedFrom[i];
      SubjectKey.commitment(
          crypto, salts[i], sealedPaths[i], values.buffer, from, sealedTo[i] - from, commitment);
      leaf.raw(i == 0 ? SEALED : COMMA);
      leaf.string(sealedPaths[i]);
      leaf.raw(COLON_QUOTE);
      leaf.base64(commitment);
      leaf.raw('"');
    }
    leaf.raw('}');
  }
}
