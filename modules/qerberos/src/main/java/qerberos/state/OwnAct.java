package qerberos.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.event.Json;

/// An event of our own, read for what it did to the state. Immutable.
///
/// What was done stands in `details.what`. An event is *incomplete* when it is from a time at which
/// it did not say all that the state keeps; what was destroyed with its subject's key is told apart
/// from that.
record OwnAct(AuditEvent event) {
  /// Stands where a text was erased.
  static final String ERASED = "(erased)";

  /// Stands where the event, of an earlier version, did not have the text.
  static final String MISSING = "(not in the log)";

  /// How an event was taken over.
  enum Taken {
    /// It changes nothing that is projected.
    NOTHING,
    WHOLE,
    INCOMPLETE,
    /// All but what its subject had erased.
    ERASED
  }

  /// Who did it: the principal, since an identity acts under its own name and a token under its
  /// source.
  String by() {
    return event.actor().squidId();
  }

  Instant at() {
    return event.time();
  }

  /// What it was done to, behind this prefix.
  ///
  /// @throws IllegalArgumentException when it is about something else
  String about(String prefix) {
    if (!event.ref().startsWith(prefix)) {
      throw new IllegalArgumentException("ref: " + event.ref() + ", want " + prefix + "...");
    }
    return event.ref().substring(prefix.length());
  }

  Json.Obj what() {
    return event.details().object("what");
  }

  @Nullable String text(String name) {
    return what().text(name);
  }

  /// @throws IllegalArgumentException when it is not there
  String required(String name) {
    String text = text(name);
    if (text == null) {
      throw new IllegalArgumentException("what." + name + ": missing");
    }
    return text;
  }

  /// A whole number that is there.
  @Nullable Long number(String name) {
    return what().get(name) instanceof Json.Num(var value) ? Long.valueOf((long) value) : null;
  }

  boolean wasErased(String name) {
    return event.erased().contains("/details/what/" + name);
  }

  /// A personal text, or what stands for it.
  String personal(String name) {
    String text = text(name);
    return text != null ? text : wasErased(name) ? ERASED : MISSING;
  }
}
