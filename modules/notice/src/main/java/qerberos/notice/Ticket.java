package qerberos.notice;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What somebody asks the people behind the service, and what became of it. Immutable.
///
/// @param owner the principal who asks; `subId` and `daoId` as whom
/// @param subject 1 to 120 characters, kept as they came
/// @param message 1 to 5,000 characters, kept as they came
/// @param assignee the principal who looks after it; null for nobody
/// @param history oldest first; the first entry is its making
public record Ticket(
    String id,
    String owner,
    @Nullable String subId,
    @Nullable String daoId,
    String subject,
    String message,
    TicketStatus status,
    @Nullable String assignee,
    Instant createdAt,
    Instant changedAt,
    List<TicketEntry> history) {
  /// Characters of a subject.
  public static final int SUBJECT_MAX = 120;

  /// Characters of a message, and of a note.
  public static final int MESSAGE_MAX = 5_000;

  /// @throws IllegalArgumentException naming the field
  public Ticket {
    subject = Wording.required("subject", subject, SUBJECT_MAX);
    message = Wording.required("message", message, MESSAGE_MAX);
    history = List.copyOf(history);
  }

  /// A new one.
  ///
  /// @throws IllegalArgumentException naming the field
  public static Ticket opened(
      String id,
      String owner,
      @Nullable String subId,
      @Nullable String daoId,
      String subject,
      String message,
      Instant at) {
    var made = new TicketEntry(at, owner, TicketStatus.OPEN, null, null);
    return new Ticket(
        id, owner, subId, daoId, subject, message, TicketStatus.OPEN, null, at, at, List.of(made));
  }

  /// What operators read of a new one.
  public Notice toOperators(String noticeId) {
    return new Notice(
        noticeId,
        Notice.OPERATORS,
        "ticket",
        Severity.INFO,
        subject,
        message,
        createdAt,
        Map.of("ticket", id, "owner", owner, "status", TicketStatus.OPEN.text()),
        List.of());
  }

  /// What its owner reads of a line of its history.
  public Notice toOwner(String noticeId, TicketEntry line) {
    return new Notice(
        noticeId,
        owner,
        "ticket",
        Severity.INFO,
        subject,
        line.note() == null ? "" : line.note(),
        line.at(),
        Map.of("ticket", id, "status", status.text()),
        List.of());
  }

  /// This ticket after somebody changed it.
  public Changed changed(TicketChange change, String by, Instant at) {
    TicketStatus wanted = change.status() == status ? null : change.status();
    if (wanted != null && !status.next().contains(wanted)) {
      String possible =
          status.next().stream().map(TicketStatus::text).collect(Collectors.joining(", "));
      return new Changed.NotFrom(
          this,
          "status: " + status.text() + " cannot become " + wanted.text() + ", want " + possible);
    }
    String given = change.assignee();
    if (given != null && given.equals(assignee == null ? "" : assignee)) {
      given = null;
    }
    if (wanted == null && given == null && change.note() == null) {
      return new Changed.Already(this);
    }
    var entry = new TicketEntry(at, by, wanted, given, change.note());
    List<TicketEntry> longer = new ArrayList<>(history);
    boolean ignored = longer.add(entry);
    String now = given == null ? assignee : given.isEmpty() ? null : given;
    var next =
        new Ticket(
            id,
            owner,
            subId,
            daoId,
            subject,
            message,
            wanted == null ? status : wanted,
            now,
            createdAt,
            at,
            longer);
    return new Changed.To(this, next, entry);
  }
}
