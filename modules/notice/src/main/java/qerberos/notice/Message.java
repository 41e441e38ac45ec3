package qerberos.notice;

import java.time.Instant;
import java.util.Map;

/// One thing to say to one recipient. Immutable.
///
/// @param id the same at every attempt, so that who gets it twice can tell
/// @param recipient as the channel addresses people: a mailbox, an identity, a name of a webhook
/// @param text as it was given: each channel escapes for its own kind of output
/// @param at when there was something to say
/// @param fields what a machine may want to know, by name
public record Message(
    String id,
    String recipient,
    Severity severity,
    String subject,
    String text,
    Instant at,
    Map<String, String> fields) {
  public Message {
    if (id.isEmpty()) {
      throw new IllegalArgumentException("message: id is empty, want one");
    }
    if (recipient.isEmpty()) {
      throw new IllegalArgumentException("message " + id + ": recipient is empty, want one");
    }
    fields = Map.copyOf(fields);
  }
}
