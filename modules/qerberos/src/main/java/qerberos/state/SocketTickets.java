package qerberos.state;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/// One-use tickets by their hashes, for all processes that share this state. Safe for concurrent
/// use.
public final class SocketTickets {
  private final Database database;
  private final Clock clock;

  SocketTickets(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /// Keeps what a ticket opens, sealed, until then.
  public void put(String ticketHash, String sealed, Instant expiresAt) throws StateUnavailable {
    int ignored =
        database.write(
            handle ->
                handle
                    .createUpdate(
                        "INSERT INTO ws_ticket (ticket_hash, sealed, expires_at)"
                            + " VALUES (:hash, :sealed, :expiresAt)")
                    .bind("hash", ticketHash)
                    .bind("sealed", sealed)
                    .bind("expiresAt", expiresAt.toEpochMilli())
                    .execute());
  }

  /// Takes it out; of all that ever ask for one, only the first gets it, and only in time.
  public Optional<String> take(String ticketHash) throws StateUnavailable {
    return database.write(
        handle -> {
          Optional<String> sealed =
              handle
                  .createQuery(
                      "SELECT sealed FROM ws_ticket WHERE ticket_hash = :hash"
                          + " AND expires_at > :now")
                  .bind("hash", ticketHash)
                  .bind("now", clock.millis())
                  .mapTo(String.class)
                  .findOne();
          int gone =
              handle
                  .createUpdate("DELETE FROM ws_ticket WHERE ticket_hash = :hash")
                  .bind("hash", ticketHash)
                  .execute();
          return gone == 1 ? sealed : Optional.empty();
        });
  }

  /// Forgets those whose time is over and says how many that were.
  public int prune() throws StateUnavailable {
    return database.write(
        handle ->
            handle
                .createUpdate("DELETE FROM ws_ticket WHERE expires_at <= :now")
                .bind("now", clock.millis())
                .execute());
  }
}
