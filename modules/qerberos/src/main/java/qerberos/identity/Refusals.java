package qerberos.identity;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Merges refusals, so that a stranger can be seen but cannot fill the ledger. Safe for concurrent
/// use.
///
/// Refusals with the same code, permission, verified identity and network are one kind. The first
/// of a kind is to be recorded at once; those of the following minute are counted and come out as
/// one, and so on each minute until one passes quietly. What a stranger merely claims to be is not
/// part of the kind. At most 300 new kinds a minute come from strangers; what is beyond counts as
/// network
/// `*`.
public final class Refusals {
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int NEW_KINDS_A_MINUTE = 300;
  private static final String ANYWHERE = "*";

  private final Clock clock;
  private final Map<Kind, Window> windows = new HashMap<>();
  private final Budget strangers = new Budget();
  private final Budget known = new Budget();

  private record Kind(
      AccessCode code,
      @Nullable Permission permission,
      @Nullable String identity,
      String network) {}

  /// What came since the last report.
  private static final class Window {
    private Instant reported;
    private long count;
    private Refusal last;
    private Instant first;

    Window(Refusal refusal) {
      reported = refusal.last();
      first = refusal.last();
      last = refusal;
    }
  }

  /// How many new kinds came within the minute.
  private static final class Budget {
    private Instant from = Instant.EPOCH;
    private int newKinds;

    boolean spent(Instant now) {
      if (!now.isBefore(from.plus(WINDOW)) || now.isBefore(from)) {
        from = now;
        newKinds = 0;
      }
      return ++newKinds > NEW_KINDS_A_MINUTE;
    }
  }

  public Refusals(Clock clock) {
    this.clock = clock;
  }

  /// Counts one refused request; returns what is to be recorded at once, if anything.
  synchronized Optional<Refusal> note(
      AccessCode code,
      @Nullable Permission permission,
      @Nullable String identity,
      @Nullable String claimed,
      AccessRequest request) {
    Instant now = clock.instant();
    String network = CidrBlock.around(request.address()).toString();
    var kind = new Kind(code, permission, identity, network);
    if (!windows.containsKey(kind) && (identity == null ? strangers : known).spent(now)) {
      kind = new Kind(code, null, identity, ANYWHERE);
    }
    var refusal =
        new Refusal(
            code,
            kind.permission(),
            identity,
            cut(claimed),
            kind.network(),
            request.address().getHostAddress(),
            String.valueOf(cut(request.agent())),
            1,
            now,
            now);
    Window window = windows.get(kind);
    if (window == null) {
      windows.put(kind, new Window(refusal));
      return Optional.of(refusal);
    }
    if (window.count == 0) {
      window.first = now;
    }
    window.count++;
    window.last = refusal;
    return Optional.empty();
  }

  /// What is to be recorded now: the kinds whose minute is over. To be called every few seconds.
  public synchronized List<Refusal> due() {
    return collect(clock.instant().minus(WINDOW));
  }

  /// Everything counted so far, for a shutdown.
  public synchronized List<Refusal> rest() {
    return collect(Instant.MAX);
  }

  private List<Refusal> collect(Instant reportedBefore) {
    List<Refusal> due = new ArrayList<>();
    for (Iterator<Window> all = windows.values().iterator(); all.hasNext(); ) {
      Window window = all.next();
      if (window.reported.isAfter(reportedBefore)) {
        continue;
      }
      if (window.count == 0) {
        all.remove();
        continue;
      }
      Refusal last = window.last;
      due.add(
          new Refusal(
              last.code(),
              last.permission(),
              last.identity(),
              last.claimed(),
              last.network(),
              last.address(),
              last.agent(),
              window.count,
              window.first,
              last.last()));
      window.count = 0;
      window.reported = clock.instant();
    }
    return due;
  }

  private static @Nullable String cut(@Nullable String text) {
    return text == null || text.length() <= 256 ? text : text.substring(0, 256);
  }
}
