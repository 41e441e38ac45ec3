package qerberos.trail;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qerberos.event.EventDraft;
import qerberos.event.SealBroken;
import qerberos.event.Sealer;
import qerberos.ledger.Appended;
import qerberos.state.Outbox;
import qerberos.state.Outgoing;
import qerberos.state.StateUnavailable;
import qerberos.state.Telling;

/// Records what is done to the service itself and changes the state database, so that there is no
/// act without its event and no event without its act.
///
/// The event is made ready while the act's transaction is open, and is committed with it, into the
/// [Outbox]; then it is appended and forced, then the outbox forgets it, then the administrator is
/// answered. What a crash leaves behind:
///
///     1  the subject's key is forced     nothing was done
///     2  act and event are committed     the next start appends what the outbox holds
///     3  the event is in the ledger      the next start appends it again, under the same id: the
///                                        ledger keeps the first
///     4  the outbox forgets it           all is done
///
/// While the ledger takes nothing, the event waits in the outbox; the administrator is answered
/// after [OwnEvents#NOW_AT_MOST], because both are on disk. What is there is what the ledger's
/// files would hold: personal fields stand in it sealed.
///
/// Whoever owns the state database can take an event out of it between 2 and 3; they can as well
/// change it without us.
///
/// Safe for concurrent use.
public final class OwnActs {
  private static final System.Logger LOG = System.getLogger(OwnActs.class.getName());

  private final OwnEvents own;
  private final OwnEvents.Appender appender;
  private final SubjectKeyFiles keys;
  private final Sealer sealer;
  private final Outbox outbox;

  OwnActs(
      OwnEvents own,
      OwnEvents.Appender appender,
      SubjectKeyFiles keys,
      Sealer sealer,
      Outbox outbox) {
    this.own = own;
    this.appender = appender;
    this.keys = keys;
    this.sealer = sealer;
    this.outbox = outbox;
  }

  /// What to give to the write that is the act, once.
  ///
  /// @param event what is recorded, by whether the write changed anything; empty for nothing
  public Telling of(Function<Boolean, Optional<EventDraft>> event) {
    return new Act(event);
  }

  /// Used by one thread at a time.
  private final class Act implements Telling {
    private final Function<Boolean, Optional<EventDraft>> event;
    private @Nullable Prepared prepared;

    Act(Function<Boolean, Optional<EventDraft>> event) {
      this.event = event;
    }

    @Override
    public @Nullable Outgoing about(boolean changed) {
      Optional<EventDraft> draft = event.apply(changed);
      if (draft.isEmpty()) {
        return null;
      }
      Prepared made = appender.prepare(draft.get());
      try {
        keys.makeDurable();
      } catch (IOException e) {
        throw new UncheckedIOException("nothing was done: " + e.getMessage(), e);
      }
      prepared = made;
      return new Outgoing(made.event().id(), text(made));
    }

    @Override
    public void committed() {
      Prepared made = prepared;
      if (made != null) {
        own.recordNow(
            made,
            recorded -> {
              if (recorded) {
                forget(made.event().id());
              }
            });
      }
    }
  }

  /// Appends what the outbox still holds: what a crash left there, or a ledger that took nothing.
  /// What is on its way meanwhile may be among it, and is in the ledger once nevertheless.
  public void appendLeft() {
    try {
      List<Prepared> left = left();
      if (left.isEmpty()) {
        return;
      }
      List<Appended> answers = appender.append(left);
      for (int i = 0; i < left.size(); i++) {
        String id = left.get(i).event().id();
        switch (answers.get(i)) {
          case Appended.At _, Appended.Already _ -> forget(id);
          case Appended.Conflict(var index) -> {
            LOG.log(ERROR, "an act's event has the id of entry " + index + ": " + id);
            forget(id);
          }
          case Appended.Busy _, Appended.Failed _ ->
              LOG.log(WARNING, "an act's event waits for the ledger: " + id);
        }
      }
    } catch (StateUnavailable e) {
      LOG.log(WARNING, "acts without their events may wait in the state: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Prepared> left() throws StateUnavailable {
    List<Prepared> left = new ArrayList<>();
    for (Outgoing one : outbox.all()) {
      try {
        left.add(prepared(one.body()));
      } catch (IllegalArgumentException | SealBroken e) {
        LOG.log(ERROR, "an act's event cannot be read and stays where it is: " + one.id(), e);
      }
    }
    return left;
  }

  private void forget(String id) {
    try {
      boolean ignored = outbox.remove(id);
    } catch (StateUnavailable e) {
      LOG.log(DEBUG, "an act's event is told again later, and kept once: " + id, e);
    }
  }

  private static String text(Prepared event) {
    Base64.Encoder encoder = Base64.getEncoder();
    return encoder.encodeToString(event.submission().leaf())
        + "."
        + encoder.encodeToString(event.submission().attachment());
  }

  private Prepared prepared(String text) throws SealBroken {
    int dot = text.indexOf('.');
    if (dot < 0) {
      throw new IllegalArgumentException("outbox: want two parts");
    }
    byte[] leaf = Base64.getDecoder().decode(text.substring(0, dot));
    byte[] beside = Base64.getDecoder().decode(text.substring(dot + 1));
    return new Prepared(sealer.open(leaf, beside), leaf, beside);
  }
}
