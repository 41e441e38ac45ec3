package qerberos.notice;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Keeps alerts, tickets, notices, and what is still to be delivered. Safe for concurrent use, also
/// by several processes.
///
/// Each method happens as a whole or not at all; when it returns, it is on disk. It throws an
/// IOException when the store cannot be asked: a read told nothing; a write was not made or nobody
/// knows, and may be tried again.
///
/// @param <T> what has to be told about a change, in the store's own terms: committed with it
public interface NoticeStore<T> {
  /// An alert was told.
  ///
  /// @param notices what somebody has to hear, by what is new about it
  AlertSeen seen(
      Alert alert,
      Instant now,
      Function<AlertSeen, List<Notice>> notices,
      Function<AlertSeen, T> told)
      throws IOException;

  /// Somebody says that they look after an alert; empty when there is none of this id. Of two at
  /// once the second learns who the first was. Its escalations that wait are taken back with it, as
  /// they are when it is resolved; when it fires again, another one is needed.
  Optional<Acknowledged> acknowledge(
      String id, Acknowledgement given, Function<Acknowledged.Now, T> told) throws IOException;

  /// The alerts that were told last, newest first.
  ///
  /// @param status null for all
  List<KnownAlert> alerts(@Nullable AlertStatus status, int limit) throws IOException;

  /// Keeps what somebody has to hear.
  void keep(List<Notice> notices, T told) throws IOException;

  /// Keeps a new ticket.
  void open(Ticket ticket, List<Notice> notices, T told) throws IOException;

  /// A ticket with its history; empty when there is none of this id among those.
  Optional<Ticket> ticket(String id, Whose whose) throws IOException;

  /// The newest first, with their histories.
  ///
  /// @param status null for all
  TicketPage tickets(Whose whose, @Nullable TicketStatus status, int limit, long offset)
      throws IOException;

  /// Changes a ticket; empty when there is none of this id among those. Of two at once each sees
  /// what the other did.
  Optional<Changed> change(
      String id,
      Whose whose,
      Function<Ticket, Changed> change,
      Function<Changed.To, List<Notice>> notices,
      Function<Changed.To, T> told)
      throws IOException;

  /// The notices to any of these recipients that stand behind a place, oldest first, as one reader
  /// finds them: those to their names, and those that go out to them by [Way#ws]. What stands
  /// behind a place once does so for ever, and nothing comes before it.
  List<KeptNotice> notices(Set<String> recipients, String reader, long after, int limit)
      throws IOException;

  /// The place of the newest notice to anybody; 0 when there is none.
  long lastPlace() throws IOException;

  /// This reader has read a notice to one of these recipients; false when there is none. The first
  /// time stays.
  boolean read(String id, Set<String> recipients, String reader, Instant at) throws IOException;

  /// Forgets notices of before that time of which nothing waits to be delivered, and which went out
  /// about no alert that still fires; a critical one that nobody has read, only when it is from
  /// before the other.
  ///
  /// @return how many
  int forget(Instant before, Instant criticalBefore) throws IOException;

  /// What a channel has to deliver now, the longest due first. Of what goes to one webhook about
  /// one alert only the first that still waits, so that nobody hears that it is over before it
  /// began.
  List<Due> due(String channel, Instant now, int limit) throws IOException;

  /// Takes a message to deliver it: nobody else does until then. False when somebody else did.
  boolean take(Due due, Instant until) throws IOException;

  /// How the attempt ended, for a message that was taken. False when it is settled already; what is
  /// delivered is, also when it was taken back meanwhile. What is delivered late by WebSocket is
  /// kept to be read as a notice of its own, of the message's id.
  ///
  /// @param told by whether it was not
  boolean settle(Due due, Settled settled, T told) throws IOException;

  /// How many messages wait to be delivered, by channel.
  Map<String, Long> waiting() throws IOException;

  /// How many tickets there are, by status.
  Map<TicketStatus, Long> tickets() throws IOException;
}
