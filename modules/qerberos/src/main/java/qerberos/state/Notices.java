package qerberos.state;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qerberos.notice.Acknowledged;
import qerberos.notice.Acknowledgement;
import qerberos.notice.Alert;
import qerberos.notice.AlertSeen;
import qerberos.notice.AlertStatus;
import qerberos.notice.Changed;
import qerberos.notice.Due;
import qerberos.notice.KeptNotice;
import qerberos.notice.KnownAlert;
import qerberos.notice.News;
import qerberos.notice.Notice;
import qerberos.notice.NoticeStore;
import qerberos.notice.Settled;
import qerberos.notice.Ticket;
import qerberos.notice.TicketPage;
import qerberos.notice.TicketStatus;
import qerberos.notice.Way;
import qerberos.notice.Whose;

/// Alerts, tickets and notices in the state database. Safe for concurrent use.
public final class Notices implements NoticeStore<Telling> {
  private final Database database;
  private final List<News> listeners = new CopyOnWriteArrayList<>();

  Notices(Database database) {
    this.database = database;
  }

  /// Tells of whatever is kept through this object from now on, when it is on disk.
  public void tell(News news) {
    boolean ignored = listeners.add(news);
  }

  private void tell(List<Notice> kept) {
    if (!kept.isEmpty()) {
      Set<String> readers =
          kept.stream().flatMap(one -> one.readers().stream()).collect(Collectors.toSet());
      listeners.forEach(one -> one.kept(readers));
    }
  }

  @Override
  public AlertSeen seen(
      Alert alert,
      Instant now,
      Function<AlertSeen, List<Notice>> notices,
      Function<AlertSeen, Telling> told)
      throws StateUnavailable {
    List<Notice> kept = new ArrayList<>();
    AlertSeen seen =
        database.writeTold(
            handle -> {
              AlertSeen one = AlertRows.seen(handle, alert, now);
              kept.addAll(notices.apply(one));
              NoticeRows.add(handle, kept);
              return one;
            },
            told);
    tell(kept);
    return seen;
  }

  @Override
  public Optional<Acknowledged> acknowledge(
      String id, Acknowledgement given, Function<Acknowledged.Now, Telling> told)
      throws StateUnavailable {
    return database.writeTold(
        handle -> AlertRows.acknowledge(handle, id, given),
        outcome ->
            outcome.orElse(null) instanceof Acknowledged.Now now
                ? told.apply(now)
                : Telling.NOTHING);
  }

  @Override
  public List<KnownAlert> alerts(@Nullable AlertStatus status, int limit) throws StateUnavailable {
    return database.read(handle -> AlertRows.last(handle, status, limit));
  }

  @Override
  public void keep(List<Notice> notices, Telling told) throws StateUnavailable {
    boolean ignored =
        database.write(
            handle -> {
              NoticeRows.add(handle, notices);
              return true;
            },
            told);
    tell(notices);
  }

  @Override
  public void open(Ticket ticket, List<Notice> notices, Telling told) throws StateUnavailable {
    boolean ignored =
        database.write(
            handle -> {
              TicketRows.add(handle, ticket);
              NoticeRows.add(handle, notices);
              return true;
            },
            told);
    tell(notices);
  }

  @Override
  public Optional<Ticket> ticket(String id, Whose whose) throws StateUnavailable {
    return database.read(handle -> TicketRows.one(handle, id, whose));
  }

  @Override
  public TicketPage tickets(Whose whose, @Nullable TicketStatus status, int limit, long offset)
      throws StateUnavailable {
    return database.read(handle -> TicketRows.page(handle, whose, status, limit, offset));
  }

  @Override
  public Optional<Changed> change(
      String id,
      Whose whose,
      Function<Ticket, Changed> change,
      Function<Changed.To, List<Notice>> notices,
      Function<Changed.To, Telling> told)
      throws StateUnavailable {
    List<Notice> kept = new ArrayList<>();
    Optional<Changed> changed =
        database.writeTold(
            handle -> {
              Optional<Changed> one = TicketRows.taken(handle, id, whose).map(change);
              if (one.orElse(null) instanceof Changed.To to) {
                TicketRows.change(handle, to.ticket());
                kept.addAll(notices.apply(to));
                NoticeRows.add(handle, kept);
              }
              return one;
            },
            one -> one.orElse(null) instanceof Changed.To to ? told.apply(to) : Telling.NOTHING);
    tell(kept);
    return changed;
  }

  @Override
  public List<KeptNotice> notices(Set<String> recipients, String reader, long after, int limit)
      throws StateUnavailable {
    return database.read(handle -> NoticeRows.behind(handle, recipients, reader, after, limit));
  }

  @Override
  public long lastPlace() throws StateUnavailable {
    return database.read(NoticeRows::lastPlace);
  }

  @Override
  public boolean read(String id, Set<String> recipients, String reader, Instant at)
      throws StateUnavailable {
    return database.write(handle -> NoticeRows.read(handle, id, recipients, reader, at));
  }

  @Override
  public int forget(Instant before, Instant criticalBefore) throws StateUnavailable {
    return database.write(handle -> NoticeRows.forget(handle, before, criticalBefore));
  }

  @Override
  public List<Due> due(String channel, Instant now, int limit) throws StateUnavailable {
    return database.read(handle -> NoticeRows.due(handle, channel, now, limit));
  }

  @Override
  public boolean take(Due due, Instant until) throws StateUnavailable {
    return database.write(handle -> NoticeRows.take(handle, due, until));
  }

  @Override
  public boolean settle(Due due, Settled settled, Telling told) throws StateUnavailable {
    List<Notice> kept = new ArrayList<>();
    boolean done =
        database.write(
            handle -> {
              kept.clear();
              boolean now = NoticeRows.settle(handle, due, settled);
              if (now
                  && due.isLate()
                  && due.channel().equals(Way.WS)
                  && settled instanceof Settled.Delivered(var at, _)) {
                kept.add(NoticeRows.toldLate(handle, due, at));
              }
              return now;
            },
            told);
    tell(kept);
    return done;
  }

  @Override
  public Map<String, Long> waiting() throws StateUnavailable {
    return database.read(NoticeRows::waiting);
  }

  @Override
  public Map<TicketStatus, Long> tickets() throws StateUnavailable {
    return database.read(TicketRows::counts);
  }
}
