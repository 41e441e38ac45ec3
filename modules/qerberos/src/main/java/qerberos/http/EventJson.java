package qerberos.http;

import java.util.Base64;
import org.jspecify.annotations.Nullable;
import qerberos.event.Actor;
import qerberos.event.AuditEvent;
import qerberos.event.JsonBytes;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.TlogProof;
import qerberos.trail.Shown;

/// Writes an event as readers of the API see it. Immutable.
public final class EventJson {
  private EventJson() {}

  /// @param checkpoint the last published one; it becomes the event's signature when it covers it
  static void write(JsonBytes json, Shown shown, Checkpoint checkpoint) {
    write(json, shown, checkpoint, null);
  }

  /// @param proof that the event is in the log, shown with it, or null
  static void write(JsonBytes json, Shown shown, Checkpoint checkpoint, @Nullable TlogProof proof) {
    members(json.object(), shown, checkpoint);
    if (proof != null) {
      proof(json.name("proof"), proof);
    }
    json.end();
  }

  private static void members(JsonBytes json, Shown shown, Checkpoint checkpoint) {
    AuditEvent event = shown.event();
    json.name("id").value(event.id()).name("type").value(event.type());
    optional(json, "subtype", event.subtype());
    json.name("action").value(event.type());
    json.name("ref").value(event.ref()).name("target").value(event.ref());
    Actor actor = event.actor();
    json.name("actor").object().name("squidId").value(actor.squidId());
    optional(json, "subId", actor.subId());
    optional(json, "daoId", actor.daoId());
    json.end();
    json.name("layer").value(event.layer()).name("verdict").value(event.verdict().name());
    optional(json, "severity", event.severity());
    json.name("details").value(event.details());
    json.name("context").value(event.context());
    optional(json, "original", event.original());
    json.name("source").value(event.source());
    json.name("timestamp").value(event.time().toString());
    json.name("receivedAt").value(event.receivedAt().toString());
    json.name("seq").value(shown.index());
    json.name("cid").value(shown.cid());
    signature(json.name("signature"), shown.index(), checkpoint);
    if (!event.erased().isEmpty()) {
      json.name("erased").array();
      event.erased().forEach(json::value);
      json.end();
    }
  }

  /// What a proof has for itself: with the checkpoint that all of a page have in common, these are
  /// the lines of a `c2sp.org/tlog-proof@v1` file.
  private static void proof(JsonBytes json, TlogProof proof) {
    json.object();
    proof
        .extra()
        .ifPresent(leaf -> json.name("extra").value(Base64.getEncoder().encodeToString(leaf)));
    json.name("index").value(proof.index()).name("hashes").array();
    proof.path().forEach(hash -> json.value(hash.base64()));
    json.end().end();
  }

  /// The event as the API answers it, for whoever reads it without a server.
  public static byte[] bytes(Shown shown, Checkpoint checkpoint) {
    var json = new JsonBytes();
    write(json, shown, checkpoint);
    return json.bytes();
  }

  /// The same with its leaf hash, by which a line that was taken away is found in the tree again.
  static byte[] line(Shown shown, Checkpoint checkpoint) {
    var json = new JsonBytes();
    members(json.object(), shown, checkpoint);
    return json.name("leafHash").value(ExportFormat.leafHash(shown)).end().bytes();
  }

  /// Which signed checkpoint covers the entry, or null while none does.
  static void signature(JsonBytes json, long index, Checkpoint checkpoint) {
    if (index >= checkpoint.size()) {
      json.value((String) null);
      return;
    }
    json.object()
        .name("origin")
        .value(checkpoint.origin())
        .name("size")
        .value(checkpoint.size())
        .name("leafIndex")
        .value(index)
        .end();
  }

  private static void optional(JsonBytes json, String name, @Nullable String value) {
    if (value != null) {
      json.name(name).value(value);
    }
  }
}
