package qerberos.service;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;
import qerberos.event.Verdict;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.Progress;
import qerberos.service.StartRefused.Reason;
import qerberos.settings.Settings;
import qerberos.settings.StatePlace;
import qerberos.state.Rebuild;
import qerberos.state.State;
import qerberos.state.StateHealth;
import qerberos.state.WholeFile;
import qerberos.trail.AllLogs;
import qerberos.trail.OwnEvents;
import qerberos.trail.Soundness;
import qerberos.trail.Trail;

/// Makes a state that was lost anew from the log, on a folder that nobody serves.
///
///     1  every log here is verified from its bytes, the present one against what witnesses have
///        cosigned too                    a crash here or before: nothing happened
///     2  a state that holds something is copied aside; an SQLite file that cannot be read is moved
///        aside, and an empty one made    the next attempt begins at 1
///     3  the trail is opened as at a start, held against every checkpoint that is kept elsewhere,
///        and closed: what a crash left to be recorded is, the end is signed, an event says what is
///        going on                        the same
///     4  one transaction clears what is projected, and fills it from the events
///
/// Whoever can make the state anew can do it from an older copy of the log, and what was done
/// since, a revocation above all, is then undone. The checkpoint in the state exists against that,
/// and it is lost too; so what is left is the anchor file and the witnesses. Where there is
/// neither, that is said.
public final class StateRebuild {
  private final Settings settings;
  private final Clock clock;
  private final Progress progress;
  private final Path data;

  /// What came of it.
  ///
  /// @param checked what was verified, and what could not be, a sentence each
  /// @param aside where what was there before lies now
  public record Done(Rebuild.Rebuilt rebuilt, List<String> checked, Optional<Path> aside) {}

  /// @param progress is told how far it has come
  public StateRebuild(Settings settings, Clock clock, Progress progress) {
    this.settings = settings;
    this.clock = clock;
    this.progress = progress;
    this.data = settings.folders().data();
  }

  /// @param force whether a state that holds something may be replaced
  /// @throws StartRefused it may not, or the log is not to be believed, or something cannot be read
  ///     or written; the state is as it was, or empty where it could not be read
  public Done run(boolean force) throws StartRefused {
    try {
      DataFolder.requireNobodyThere(data);
      List<String> checked = new LogCheck(settings, progress).run();
      DataFolder.prepare(data);
      @Nullable Path unreadable = putAsideWhatCannotBeRead(force);
      try (State state = State.open(settings.state(), clock)) {
        if (state.check() instanceof StateHealth.Down(var reason)) {
          throw new StartRefused(Reason.CANNOT_WRITE, reason);
        }
        @Nullable Path aside = unreadable == null ? putAside(state, force) : unreadable;
        if (!keptElsewhere(state)) {
          checked.add(
              "no checkpoint is kept outside of the state (ledger.anchorFile, ledger.witnesses), so"
                  + " nobody can see whether this is an older copy of the log");
        }
        settle(state, aside);
        return new Done(projected(state, checked), checked, Optional.ofNullable(aside));
      }
    } catch (IOException e) {
      throw Obstacle.of(e, data);
    }
  }

  /// Where it was put; null when there is nothing, or it can be read.
  private @Nullable Path putAsideWhatCannotBeRead(boolean force) throws IOException, StartRefused {
    if (!(settings.state().place() instanceof StatePlace.SqliteFile(Path file))
        || !Files.exists(file)) {
      return null;
    }
    String reason;
    try (State state = State.open(settings.state(), clock)) {
      if (!(state.check() instanceof StateHealth.Down(var why))) {
        return null;
      }
      reason = why;
    }
    if (!force) {
      throw new StartRefused(
          Reason.KEPT, reason + "; or with --force, which moves it aside and makes it anew");
    }
    Path aside = free(file);
    for (String ending : List.of("", "-wal", "-shm")) {
      Path part = file.resolveSibling(file.getFileName() + ending);
      if (Files.exists(part)) {
        Path ignored =
            Files.move(
                part,
                aside.resolveSibling(aside.getFileName() + ending),
                StandardCopyOption.ATOMIC_MOVE);
      }
    }
    WholeFile.forceFolder(folderOf(file));
    return aside;
  }

  /// A state that holds something; null when it does not.
  private @Nullable Path putAside(State state, boolean force) throws IOException, StartRefused {
    Map<String, Long> present = state.rebuild().present();
    if (present.isEmpty()) {
      return null;
    }
    String holds =
        present.entrySet().stream()
            .map(one -> one.getValue() + " " + one.getKey())
            .collect(Collectors.joining(", "));
    if (!force) {
      throw new StartRefused(
          Reason.KEPT,
          "the state in "
              + settings.state().place()
              + " is not lost: it holds "
              + holds
              + "; replace all of that by what the log says with --force");
    }
    if (settings.http().evidenceLock() || state.evidenceLock().isOn()) {
      throw new StartRefused(
          Reason.CONFIGURATION,
          "the state is left as it is: the evidence lock is on; take it off first: qerberos"
              + " evidence-lock off");
    }
    Optional<String> fault = Soundness.faultOfFolder(settings.trail(), state.documents());
    if (fault.isPresent()) {
      throw new StartRefused(Reason.DAMAGED, "the state is left as it is: " + fault.get());
    }
    if (!(settings.state().place() instanceof StatePlace.SqliteFile(Path file))) {
      return null;
    }
    Path aside = free(file);
    state.rebuild().copyTo(aside);
    WholeFile.forceFolder(folderOf(file));
    return aside;
  }

  private static Path folderOf(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder == null ? Path.of(".").toAbsolutePath() : folder;
  }

  private static Path free(Path file) {
    int number = 1;
    Path aside;
    do {
      aside = file.resolveSibling(file.getFileName() + ".before-" + number++);
    } while (Files.exists(aside));
    return aside;
  }

  private boolean keptElsewhere(State state) throws IOException {
    return settings.trail().anchorFile().isPresent()
        || !settings.trail().witnesses().witnesses().isEmpty()
        || Trail.isKnownIn(state.documents());
  }

  /// Opens the trail as a start does, and closes it.
  private void settle(State state, @Nullable Path aside) throws IOException {
    Json.Obj details =
        aside == null ? Json.EMPTY : Json.EMPTY.with("before", Json.of(aside.toString()));
    try (Trail trail = AtRest.trail(settings, state, clock)) {
      trail
          .own()
          .recordNow(OwnEvents.bySelf(Rebuild.EVENT, "qerberos:state", Verdict.ALLOW, details));
    }
  }

  /// While it lasts nobody else opens the ledger.
  private Rebuild.Rebuilt projected(State state, List<String> checked) throws IOException {
    Closeable lock = new FolderStorage(data.resolve("ledger")).lock();
    try (AllLogs logs = AllLogs.open(data)) {
      logs.lost()
          .ifPresent(
              origin ->
                  checked.add(
                      "the log '"
                          + origin
                          + "' before these does not lie here; what was done in it does not come"
                          + " back"));
      return state.rebuild().from(each -> logs.show(each, progress), OwnEvents.SOURCE, logs.size());
    } finally {
      lock.close();
    }
  }
}
