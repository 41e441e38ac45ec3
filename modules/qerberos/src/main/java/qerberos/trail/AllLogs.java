package qerberos.trail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.event.Json;
import qerberos.ledger.LedgerDamaged;
import qerberos.ledger.Progress;
import qerberos.query.Query;

/// The logs of a data folder one after the other: the present one, and before it those that have
/// ended ([Epoch]), each as far as the first entry of the next one names it. No server may run on
/// the folder.
///
/// Used by one thread at a time.
public final class AllLogs implements AutoCloseable {
  private record One(TrailReader reader, long size) {}

  private final Deque<One> logs = new ArrayDeque<>();
  private @Nullable String lost;

  private AllLogs() {}

  /// @throws LedgerDamaged a log that has ended is not what its successor says it was
  /// @throws IOException one of them cannot be read
  public static AllLogs open(Path data) throws IOException {
    var all = new AllLogs();
    try {
      all.follow(data);
      return all;
    } catch (IOException | RuntimeException e) {
      try {
        all.close();
      } catch (IOException more) {
        e.addSuppressed(more);
      }
      throw e;
    }
  }

  private void follow(Path data) throws IOException {
    TrailReader reader = TrailReader.open(data);
    logs.push(new One(reader, reader.ledger().size()));
    Set<String> seen = new HashSet<>(Set.of(reader.ledger().origin()));
    Json.@Nullable Obj previous = previous(reader);
    while (previous != null) {
      String origin = String.valueOf(previous.text("origin"));
      if (!seen.add(origin) || !Files.exists(data.resolve(Epoch.folderOf(origin)))) {
        lost = origin;
        return;
      }
      TrailReader before = TrailReader.open(data, origin);
      long size = previous.get("size") instanceof Json.Num(var value) ? (long) value : 0;
      logs.push(new One(before, size));
      if (size > before.ledger().size()
          || !before.ledger().root(size).base64().equals(previous.text("root"))) {
        throw new LedgerDamaged(
            data.resolve(Epoch.folderOf(origin)).toString(),
            "not the log of " + size + " entries that the next one names");
      }
      previous = previous(before);
    }
  }

  /// What the first entry says about the log before.
  private static Json.@Nullable Obj previous(TrailReader reader) throws IOException {
    if (reader.ledger().size() == 0) {
      return null;
    }
    AuditEvent first = reader.read(0).event();
    return first.source().equals(OwnEvents.SOURCE) && first.type().equals(Epoch.TYPE)
        ? first.details().object("previous")
        : null;
  }

  /// The name of a log that is named by the one after it and does not lie here, nor any before it.
  public Optional<String> lost() {
    return Optional.ofNullable(lost);
  }

  /// How many entries all of them have.
  public long size() {
    return logs.stream().mapToLong(One::size).sum();
  }

  /// Shows every event, from the first of the oldest log to the newest.
  public void show(Consumer<AuditEvent> each, Progress progress) throws IOException {
    long total = size();
    long before = 0;
    for (One log : logs) {
      long base = before;
      log.reader()
          .extract(
              new Query.All(),
              -1,
              log.size(),
              shown -> each.accept(shown.event()),
              (stage, done, _) -> progress.at(stage, base + done, total));
      before += log.size();
    }
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    while (!logs.isEmpty()) {
      try {
        logs.pop().reader().close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
