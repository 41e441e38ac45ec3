package qerberos.http;

import java.util.List;
import java.util.Optional;
import qerberos.identity.SocketTicketOffice;
import qerberos.state.StateUnavailable;

/// Lets in whom another admission lets in, and reads where whoever opens a WebSocket says who they
/// are: beside the usual header in the protocols, or in a ticket. A token never comes in the
/// address, which is written down in many places; a ticket may, since it is used up by then.
///
/// Safe for concurrent use.
final class SocketAdmission implements Admission {
  private final Admission next;
  private final SocketTicketOffice tickets;

  SocketAdmission(Admission next, SocketTicketOffice tickets) {
    this.next = next;
    this.tickets = tickets;
  }

  @Override
  public void admit(Exchange exchange, Route route) throws Exception {
    if (!route.traits().contains(Route.Trait.OPENED_BY_PAGES)) {
      next.admit(exchange, route);
      return;
    }
    Optional<String> token = Handshake.credential(exchange, Handshake.BEARER);
    Optional<String> ticket = ticket(exchange);
    long ways =
        List.of(token, ticket, exchange.onlyHeader("Authorization")).stream()
            .filter(Optional::isPresent)
            .count();
    if (ways > 1) {
      throw Refused.field("Authorization", "given in " + ways + " ways, want one");
    }
    token.ifPresent(text -> exchange.present("Bearer " + text));
    if (ticket.isEmpty()) {
      next.admit(exchange, route);
    } else {
      admit(exchange, route, taken(ticket.get()));
    }
  }

  /// One that opens nothing counts as a wrong token: it is recorded, and guessing is limited.
  private void admit(Exchange exchange, Route route, Optional<String> authorization)
      throws Exception {
    exchange.present(authorization.orElse(SocketTicketOffice.NOTHING));
    try {
      next.admit(exchange, route);
    } catch (Refused e) {
      throw authorization.isEmpty() && e.code() == Code.INVALID_TOKEN
          ? Refused.because(
              e.code(),
              "ticket: unknown, used, or older than " + SocketTicketOffice.HOLDS.toSeconds() + " s",
              e.headers())
          : e;
    }
  }

  private static Optional<String> ticket(Exchange exchange) {
    Optional<String> inProtocols = Handshake.credential(exchange, Handshake.TICKET);
    Optional<String> inAddress = exchange.params(SocketRoutes.PARAMETERS).text(Handshake.TICKET);
    if (inProtocols.isPresent() && inAddress.isPresent()) {
      throw Refused.field("ticket", "given twice, want once");
    }
    return inProtocols.or(() -> inAddress);
  }

  private Optional<String> taken(String ticket) {
    try {
      return tickets.take(ticket);
    } catch (StateUnavailable e) {
      throw Stored.unavailable(e);
    }
  }
}
