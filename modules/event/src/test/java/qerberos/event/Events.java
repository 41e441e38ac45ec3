package qerberos.event;

import java.time.Instant;

/// Events for tests.
final class Events {
  static final Instant RECEIVED = Instant.parse("2026-11-21T10:00:00.123456789Z");
  static final Instant HAPPENED = Instant.parse("2026-11-21T09:59:58Z");

  private Events() {}

  /// What is needed and nothing else.
  static DraftBuilder least() {
    return EventDraft.builder()
        .type("auth.login")
        .ref("app:portal")
        .actor("did:squid:alice", null, null)
        .layer("web")
        .verdict(Verdict.ALLOW);
  }

  /// Every field, about 600 bytes of JSON, with an address and an agent.
  static DraftBuilder usual() {
    return least()
        .id("3f2b8a52-7b1e-4a57-9d6c-0b7f4f1f9a11")
        .subtype("password")
        .severity("low")
        .actor("did:squid:alice", "alice-work", "dao:acme")
        .details(
            new ObjBuilder()
                .add("ip", "203.0.113.7")
                .add("userAgent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101")
                .add("method", "password")
                .add("attempt", Json.of(1))
                .add("mfa", Json.of(true))
                .add("region", "eu-central-1")
                .add(
                    "session",
                    new ObjBuilder().add("length", Json.of(3600)).add("kind", "browser").build())
                .build())
        .context(
            new ObjBuilder()
                .add("request_id", "req-6f1d2c3b4a59")
                .add("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736")
                .build())
        .timestamp(HAPPENED);
  }

  static AuditEvent recorded(EventDraft draft) {
    String id = draft.id();
    return new AuditEvent(id == null ? "made-by-us" : id, "portal", RECEIVED, draft);
  }
}
