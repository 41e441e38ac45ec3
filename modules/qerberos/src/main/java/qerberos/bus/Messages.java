package qerberos.bus;

import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import qerberos.event.Actor;
import qerberos.event.AuditEvent;
import qerberos.event.JsonBytes;
import qerberos.ledger.Hash;
import qerberos.trail.LedgerEvents;
import qerberos.trail.OwnEvents;

/// Makes messages out of entries of the log: the same bytes for the same entry, whenever it is
/// asked.
///
/// Every entry is an `audit.logged`; some of our own are a second message beside it ([Payloads]).
/// An entry whose details do not fit the schema of its topic is not sent there; the first of each
/// topic is said in the log of the process. It is an `audit.logged` all the same.
///
/// `audit.logged` is written for every event, so without a tree and straight from what the event
/// is; none of what it takes can be sealed. What the others take is read back from the ledger
/// without what is sealed.
///
/// Safe for concurrent use.
final class Messages {
  private static final System.Logger LOG = System.getLogger(Messages.class.getName());
  private static final int USUAL_BYTES = 768;

  private final String origin;
  private final LedgerEvents withoutSealed;
  private final Set<Topic> unfit = ConcurrentHashMap.newKeySet();

  /// @param origin the name of the log
  Messages(String origin, LedgerEvents withoutSealed) {
    this.origin = origin;
    this.withoutSealed = withoutSealed;
  }

  /// That this entry was recorded.
  Message logged(long leafIndex, AuditEvent event, Hash leafHash) {
    var json = new JsonBytes(USUAL_BYTES);
    String id = begin(json, Topic.AUDIT_LOGGED, leafIndex);
    Actor actor = event.actor();
    json.name("eventId").value(id).name("timestamp").value(event.time().toString());
    json.name("auditEventId").value(event.id()).name("type").value(event.type());
    json.name("actor").object().name("squidId").value(actor.squidId());
    optional(json, "subId", actor.subId());
    optional(json, "daoId", actor.daoId());
    json.end().name("layer").value(event.layer()).name("verdict").value(event.verdict().name());
    end(json, leafIndex, event, leafHash, null);
    return new Message(Topic.AUDIT_LOGGED, leafIndex, json.bytes());
  }

  /// What it says beside that; empty for nearly every entry.
  ///
  /// @throws IOException the entry cannot be read back
  Optional<Message> beside(long leafIndex, AuditEvent event, Hash leafHash) throws IOException {
    if (!event.source().equals(OwnEvents.SOURCE) || !Payloads.sayMore(event.type())) {
      return Optional.empty();
    }
    Optional<Payloads.Payload> said = Payloads.of(withoutSealed.read(leafIndex).event());
    if (said.isEmpty()) {
      return Optional.empty();
    }
    Payloads.Payload payload = said.get();
    Topic topic = payload.topic();
    Shape shape = Payloads.shape(topic);
    Optional<String> fault = shape.fault(payload.members());
    if (fault.isPresent()) {
      if (unfit.add(topic)) {
        LOG.log(
            WARNING,
            "entry "
                + leafIndex
                + " is not told on "
                + topic.text()
                + ", nor are others like it: "
                + fault.get());
      }
      return Optional.empty();
    }
    var json = new JsonBytes(2 * USUAL_BYTES);
    String id = begin(json, topic, leafIndex);
    if (topic == Topic.ALERT_CREATED || topic == Topic.ALERT_UPDATED) {
      json.name("eventId").value(id).name("timestamp").value(event.time().toString());
    }
    shape.write(json, payload.members());
    end(json, leafIndex, event, leafHash, payload.correlationId().orElse(null));
    return Optional.of(new Message(topic, leafIndex, json.bytes()));
  }

  /// Up to and into the payload; returns the message's id.
  private static String begin(JsonBytes json, Topic topic, long leafIndex) {
    String id = topic.text() + ':' + leafIndex;
    json.object().name("id").value(id).name("topic").value(topic.text());
    json.name("payload").object();
    return id;
  }

  /// What a proof needs, and what stands behind every payload.
  private void end(
      JsonBytes json,
      long leafIndex,
      AuditEvent event,
      Hash leafHash,
      @Nullable String correlationId) {
    json.name("log").object().name("origin").value(origin).name("leafIndex").value(leafIndex);
    json.name("leafHash").value(leafHash.base64()).end().end();
    json.name("timestamp").value(event.receivedAt().toString());
    json.name("source").value("qerberos").name("version").value("1");
    optional(json, "correlationId", correlationId);
    json.end();
  }

  private static void optional(JsonBytes json, String name, @Nullable String value) {
    if (value != null) {
      json.name(name).value(value);
    }
  }
}
