package qerberos.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TicketTest {
  private static final Instant AT = Instant.parse("2026-11-24T10:00:00Z");

  private static Ticket ticket() {
    return Ticket.opened("t1", "did:squid:alice", null, "dao:red", "Help", "It <b>hurts</b>", AT);
  }

  private static Ticket in(TicketStatus status) {
    return status == TicketStatus.OPEN ? ticket() : to(ticket(), status);
  }

  private static Ticket to(Ticket ticket, TicketStatus status) {
    Changed changed = ticket.changed(new TicketChange(status, null, null), "bob", AT);
    return ((Changed.To) changed).ticket();
  }

  @ParameterizedTest
  @CsvSource({
    "OPEN,IN_PROGRESS", "OPEN,RESOLVED", "OPEN,CLOSED", "IN_PROGRESS,OPEN", "IN_PROGRESS,RESOLVED",
    "IN_PROGRESS,CLOSED", "RESOLVED,OPEN", "RESOLVED,IN_PROGRESS", "RESOLVED,CLOSED", "CLOSED,OPEN"
  })
  void goesFromEachStatusToThoseThatMayFollow(TicketStatus from, TicketStatus to) {
    assertThat(to(in(from), to).status()).isEqualTo(to);
  }

  @ParameterizedTest
  @CsvSource({"IN_PROGRESS", "RESOLVED"})
  void whatIsClosed_hasToBeOpenedFirst(TicketStatus wanted) {
    Ticket closed = in(TicketStatus.CLOSED);
    Changed changed = closed.changed(new TicketChange(wanted, "note", null), "bob", AT);
    assertThat(changed)
        .isEqualTo(
            new Changed.NotFrom(
                closed, "status: closed cannot become " + wanted.text() + ", want open"));
  }

  @Test
  void eachChangeIsALineOfTheHistory_withWhoAndWhen() {
    Ticket first = ticket();
    Changed changed =
        first.changed(
            new TicketChange(TicketStatus.IN_PROGRESS, "I look", "did:squid:bob"),
            "did:squid:bob",
            AT.plusSeconds(5));
    assertThat(changed).isInstanceOf(Changed.To.class);
    Ticket now = ((Changed.To) changed).ticket();
    assertThat(now.assignee()).isEqualTo("did:squid:bob");
    assertThat(now.changedAt()).isEqualTo(AT.plusSeconds(5));
    assertThat(now.history())
        .containsExactly(
            new TicketEntry(AT, "did:squid:alice", TicketStatus.OPEN, null, null),
            new TicketEntry(
                AT.plusSeconds(5),
                "did:squid:bob",
                TicketStatus.IN_PROGRESS,
                "did:squid:bob",
                "I look"));
    assertThat(first.history()).hasSize(1);
  }

  @Test
  void whatItIsAlready_changesNothing_butANoteIsAlwaysOne() {
    assertThat(ticket().changed(new TicketChange(TicketStatus.OPEN, null, ""), "bob", AT))
        .isEqualTo(new Changed.Already(ticket()));
    assertThat(ticket().changed(new TicketChange(TicketStatus.OPEN, "n", null), "bob", AT))
        .isInstanceOf(Changed.To.class);
  }

  @Test
  void anEmptyAssignee_isNobody() {
    Changed given = ticket().changed(new TicketChange(null, null, "bob"), "bob", AT);
    Changed taken =
        ((Changed.To) given).ticket().changed(new TicketChange(null, null, ""), "bob", AT);
    assertThat(((Changed.To) taken).ticket().assignee()).isNull();
  }

  @Test
  void whatAPersonWrites_isRefusedWithTheField_neverShortened() {
    for (var wrong :
        java.util.Map.of(
                "",
                "subject: length 0, want 1..120",
                "  ",
                "subject: blank, want 1..120",
                "x".repeat(121),
                "subject: length 121, want 1..120",
                "a\u0000b",
                "subject: holds the character U+0000, want text")
            .entrySet()) {
      assertThatThrownBy(() -> Ticket.opened("t", "a", null, null, wrong.getKey(), "message", AT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(wrong.getValue());
    }
    assertThatThrownBy(() -> new TicketChange(null, null, null))
        .hasMessage("body: nothing to change, want status, note or assignee");
    assertThatThrownBy(() -> new TicketChange(null, "x".repeat(5_001), null))
        .hasMessage("note: length 5001, want 1..5000");
  }

  @Test
  void lengthsAreCountedInCharacters() {
    assertThat(Ticket.opened("t", "a", null, null, "😀".repeat(120), "m", AT).subject())
        .isEqualTo("😀".repeat(120));
  }
}
