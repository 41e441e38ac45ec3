package qerberos.notice;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What one principal says to somebody through us. It always tells who says it, in the field
/// `from`, and never looks like something that we say ourselves. Makes notices; has no state.
public final class Posting {
  /// Characters of a kind.
  public static final int KIND_MAX = 64;

  /// Characters of a mail's subject.
  public static final int SUBJECT_MAX = 128;

  /// Characters of what is said.
  public static final int TEXT_MAX = 10_000;

  private static final int RECIPIENT_MAX = 256;

  /// What we say ourselves, as a notice or over a WebSocket.
  private static final Set<String> OURS =
      Set.of("alert", "ticket", "email", "hello", "read", "error");

  private Posting() {}

  /// To a principal: kept for them to read, and told to them at once when they are connected.
  ///
  /// @throws IllegalArgumentException naming the field
  public static Notice toPrincipal(
      String id, String from, String recipient, String kind, String text, Instant at) {
    String to = Wording.required("user_id", recipient, RECIPIENT_MAX);
    String folded = to.toLowerCase(Locale.ROOT);
    if (folded.startsWith("group:") || folded.startsWith("system:")) {
      throw new IllegalArgumentException("user_id: a group or a system, want one identity");
    }
    if (!to.matches("[!-~]+")) {
      throw new IllegalArgumentException(
          "user_id: holds a character that is not visible ASCII, want one identity");
    }
    String named = Wording.required("type", kind, KIND_MAX);
    if (!named.matches("[a-z0-9][a-z0-9._-]*")) {
      throw new IllegalArgumentException("type: want small letters, digits and . _ -");
    }
    if (OURS.contains(named)) {
      throw new IllegalArgumentException("type: " + named + " is ours, want another");
    }
    return new Notice(
        id,
        to,
        named,
        Severity.INFO,
        "",
        Wording.required("content", text, TEXT_MAX),
        at,
        Map.of("from", from),
        List.of(Way.ws(to)));
  }

  /// To a mailbox. It is kept under a name that no principal has, so nobody finds it to read.
  ///
  /// @param sent whether it goes out; else it is only kept
  /// @throws IllegalArgumentException naming the field
  public static Notice toMailbox(
      String id,
      String from,
      String address,
      String subject,
      String text,
      Instant at,
      boolean sent) {
    if (!MailServer.isAddress(address)) {
      throw new IllegalArgumentException("to: want an address such as a@example.org");
    }
    return new Notice(
        id,
        "mailto:" + address,
        "email",
        Severity.INFO,
        Wording.required("subject", subject, SUBJECT_MAX),
        Wording.required("body", text, TEXT_MAX),
        at,
        Map.of("from", from),
        sent ? List.of(Way.email(address)) : List.of());
  }
}
