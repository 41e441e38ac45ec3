package qerberos.notice;

import java.util.List;

/// Some of the tickets that were asked for, and how many there are. Immutable.
public record TicketPage(List<Ticket> tickets, long total) {
  public TicketPage {
    tickets = List.copyOf(tickets);
  }
}
