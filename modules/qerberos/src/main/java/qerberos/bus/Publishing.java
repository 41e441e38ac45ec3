package qerberos.bus;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.event.Json;
import qerberos.intake.AnyJson;
import qerberos.ledger.Hash;
import qerberos.ledger.Ledger;
import qerberos.state.Cursors;
import qerberos.trail.Follower;

/// Puts every entry of the log on its topics, for consumers outside of the process, each once.
///
/// **Once.** Two places know how far we are: a cursor in the state database, moved after what it
/// counts was taken, and the carrier itself, whose last `audit.logged` says it exactly, because
/// every entry is one and it is carried behind all else that its entry says. So a start, and every
/// new connection, goes on behind that. What a crash leaves behind:
///
///     1  a lot is on its way       the carrier took it or did not; the next begin reads which, and
///                                  goes on there. A message that is carried again is refused
///     2  the lot is taken          the next begin finds it there
///     3  the cursor is moved       all is done
///
/// **Lost and found.** A carrier that has less than the cursor says came back empty, or older than
/// it was. It gets again what it would have kept, and all that came since: from its own last
/// message on, but at most [Carrier#keeps] entries before the cursor. The first time, the cursor
/// counts as being at the end of the log, so a long history is not carried whole.
///
/// **Another log.** A carrier that knows more than this log has, or whose last message is of
/// another log, was filled by somebody else, or by this log before it was ended. Messages of two
/// logs in one row would have the same names, so nothing is carried until an operator has put the
/// old rows aside.
///
/// Messages are not signed. What is signed is the head of the tree, which covers them all: a
/// signature for each would cost a millisecond, some hundred times the rest, and prove less. A
/// message names its log, its leaf and the leaf's hash; `GET /audit/{id}/proof` or the log's public
/// tiles prove with these that it is true.
///
/// Not trusted: whoever owns the carrier or the cursor can hide, repeat or forge messages. Who must
/// be sure asks for the proof.
final class Publishing implements Follower.Sink {
  private static final System.Logger LOG = System.getLogger(Publishing.class.getName());

  private final Ledger ledger;
  private final Messages messages;
  private final Cursors cursors;
  private final Carrier carrier;

  /// One cursor for each log: another log begins anew.
  private final String cursor;

  private long next;

  Publishing(Ledger ledger, Messages messages, Cursors cursors, Carrier carrier) {
    this.ledger = ledger;
    this.messages = messages;
    this.cursors = cursors;
    this.carrier = carrier;
    this.cursor = "bus " + ledger.origin();
  }

  @Override
  public long next() throws IOException {
    long size = ledger.size();
    OptionalLong stored = cursors.next(cursor);
    Optional<Carrier.Last> last = carrier.begin();
    long end = last.map(Carrier.Last::leafIndex).orElse(-1L) + 1;
    if (end > size) {
      throw new IOException(
          "the streams know " + end + " entries, the log has " + size + "; put them aside");
    }
    Optional<byte[]> message = last.flatMap(Carrier.Last::json);
    if (message.isPresent()) {
      requireOurs(message.get());
    }
    long known = Math.min(size, stored.orElse(size));
    next = Math.max(end, known - carrier.keeps());
    if (next > end && stored.isPresent()) {
      LOG.log(WARNING, "the streams begin at entry " + next + ": they lost more than they keep");
    } else if (next < known) {
      LOG.log(INFO, "the streams get entries " + next + " to " + (known - 1) + " again");
    }
    return next;
  }

  private void requireOurs(byte[] message) throws IOException {
    String origin;
    try {
      Json.Obj payload = ((Json.Obj) AnyJson.read(message)).object("payload");
      origin = String.valueOf(payload.object("log").text("origin"));
    } catch (IllegalArgumentException | ClassCastException e) {
      throw new IOException("the streams hold what is no message; put them aside", e);
    }
    if (!origin.equals(ledger.origin())) {
      throw new IOException("the streams are of another log, " + origin + "; put them aside");
    }
  }

  @Override
  public void add(long firstIndex, List<@Nullable AuditEvent> events) throws IOException {
    byte[] hashes = ledger.leafHashes(firstIndex, firstIndex + events.size());
    List<Message> lot = new ArrayList<>(events.size());
    for (int i = 0; i < events.size(); i++) {
      AuditEvent event = events.get(i);
      if (event != null) {
        Hash leafHash = Hash.at(hashes, i * Hash.BYTES);
        messages.beside(firstIndex + i, event, leafHash).ifPresent(lot::add);
        lot.add(messages.logged(firstIndex + i, event, leafHash));
      }
    }
    carrier.carry(lot);
    next = firstIndex + events.size();
  }

  @Override
  public void commit() throws IOException {
    cursors.move(cursor, next);
  }
}
