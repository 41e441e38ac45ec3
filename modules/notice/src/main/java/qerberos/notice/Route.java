package qerberos.notice;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What must hold for something to go out by certain ways. Immutable.
///
/// @param atLeast the least severity
/// @param type of what it is about: whole, or its beginning and `*`
/// @param identity whom it is about, in the same way; only `*` also fits what is about nobody
/// @param times when
/// @param to at least one
/// @param quiet when these are not to be disturbed; null for never
/// @param escalation who hears of an alert that nobody acknowledges; null for nobody
public record Route(
    Severity atLeast,
    String type,
    String identity,
    Times times,
    List<Way> to,
    @Nullable Quiet quiet,
    @Nullable Escalation escalation) {
  /// Without quiet hours and escalation.
  public Route(Severity atLeast, String type, String identity, Times times, List<Way> to) {
    this(atLeast, type, identity, times, to, null, null);
  }

  public Route {
    checkPattern("type", type);
    checkPattern("identity", identity);
    to = List.copyOf(to);
    if (to.isEmpty()) {
      throw new IllegalArgumentException("to: nobody, want one at least");
    }
  }

  private static void checkPattern(String name, String pattern) {
    int star = pattern.indexOf('*');
    if (pattern.isEmpty() || pattern.length() > 256 || (star >= 0 && star < pattern.length() - 1)) {
      throw new IllegalArgumentException(
          name + ": \"" + pattern + "\", want the whole text, or its beginning and *");
    }
  }

  /// Its ways for what is said then.
  Stream<Way> ways(Severity severity, Instant at) {
    Instant due = due(severity, at);
    return to.stream().map(way -> due.isAfter(at) ? way.held(due) : way);
  }

  /// By which ways it goes further when nobody acknowledges it, counted from when it goes out;
  /// their quiet hours are this route's.
  Stream<Way> escalations(Severity severity, Instant at) {
    if (escalation == null) {
      return Stream.empty();
    }
    Instant due = due(severity, due(severity, at).plus(escalation.after()));
    return escalation.to().stream().map(way -> way.held(due));
  }

  private Instant due(Severity severity, Instant at) {
    return quiet == null ? at : quiet.after(severity, at);
  }

  boolean matches(Severity severity, String itsType, @Nullable String itsIdentity, Instant at) {
    return severity.compareTo(atLeast) >= 0
        && fits(type, itsType)
        && (identity.equals("*") || (itsIdentity != null && fits(identity, itsIdentity)))
        && times.contains(at);
  }

  private static boolean fits(String pattern, String text) {
    return pattern.endsWith("*")
        ? text.startsWith(pattern.substring(0, pattern.length() - 1))
        : text.equals(pattern);
  }
}
