package qerberos.state;

import java.time.Clock;
import java.util.concurrent.TimeUnit;
import qerberos.settings.StateSettings;

/// The door to the state: one store for each kind of thing. Safe for concurrent use.
///
/// A state that is missing is made; one that is damaged, unreadable or on a full disk is *down*:
/// each call throws [StateUnavailable], each pause of `reopenAfter` it is tried again, and nothing
/// else of the process is touched. A damaged file of SQLite is never replaced by an empty one on
/// its own, because that would bring revoked tokens and blocked identities back.
public final class State implements AutoCloseable {
  static final String MAINTENANCE = "maintenance";
  static final String EVIDENCE_LOCK = "evidence-lock";

  private final Database database;
  private final Tokens tokens;
  private final ReplayCache replays;
  private final FirstUses firstUses;
  private final BlockedIdentities blocked;
  private final Cursors cursors;
  private final Documents documents;
  private final Outbox outbox;
  private final SavedSearches searches;
  private final Switch maintenance;
  private final Switch evidenceLock;
  private final Notices notices;
  private final SocketTickets socketTickets;

  private State(Database database, Clock clock) {
    this.database = database;
    this.tokens = new Tokens(database);
    this.replays = new ReplayCache(database, clock);
    this.firstUses = new FirstUses(database, clock);
    this.blocked = new BlockedIdentities(database);
    this.cursors = new Cursors(database, clock);
    this.documents = new Documents(database, clock);
    this.outbox = new Outbox(database);
    this.searches = new SavedSearches(database);
    this.maintenance = new Switch(MAINTENANCE, documents, clock);
    this.evidenceLock = new Switch(EVIDENCE_LOCK, documents, clock);
    this.notices = new Notices(database);
    this.socketTickets = new SocketTickets(database, clock);
  }

  /// Begins to open, check and migrate the database, on a thread of its own, so that a start need
  /// not wait for it; whoever asks meanwhile waits. Whether it is up then, [#check] says.
  public static State open(StateSettings settings, Clock clock) {
    var state = new State(new Database(settings, clock), clock);
    Thread ignored = Thread.ofPlatform().daemon().name("state-opening").start(state::check);
    return state;
  }

  /// Asks the database a question that costs next to nothing.
  public StateHealth check() {
    long start = System.nanoTime();
    try {
      int one = database.read(handle -> handle.createQuery("SELECT 1").mapTo(Integer.class).one());
      return one == 1
          ? new StateHealth.Up(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start))
          : new StateHealth.Down("the state answered " + one + " to SELECT 1");
    } catch (StateUnavailable e) {
      return new StateHealth.Down(String.valueOf(e.getMessage()));
    }
  }

  /// What the database's own check finds, one line each; empty when all is well. SQLite's reads
  /// everything.
  public String damage() throws StateUnavailable {
    return database.damage();
  }

  public PoolFigures pool() {
    return database.figures();
  }

  public Tokens tokens() {
    return tokens;
  }

  public ReplayCache replays() {
    return replays;
  }

  public FirstUses firstUses() {
    return firstUses;
  }

  public BlockedIdentities blocked() {
    return blocked;
  }

  public Cursors cursors() {
    return cursors;
  }

  public Documents documents() {
    return documents;
  }

  public Outbox outbox() {
    return outbox;
  }

  public SavedSearches searches() {
    return searches;
  }

  /// While it is on, people wait; what programs record goes on.
  public Switch maintenance() {
    return maintenance;
  }

  /// While it is on, nothing that is evidence, or that decides what becomes of it, is changed.
  public Switch evidenceLock() {
    return evidenceLock;
  }

  public Notices notices() {
    return notices;
  }

  public SocketTickets socketTickets() {
    return socketTickets;
  }

  /// Making it anew from the log.
  public Rebuild rebuild() {
    return new Rebuild(database);
  }

  @Override
  public void close() {
    database.close();
  }
}
