package qerberos.http;

import java.util.HashMap;
import java.util.Map;

/// How many long answers of one kind may be open at once, in all and for each caller.
///
/// Safe for concurrent use.
final class Seats {
  private final String what;
  private final int most;
  private final int each;
  private final Map<String, Integer> taken = new HashMap<>();
  private int all;
  private volatile boolean closed;

  /// @param what such as `streams`
  Seats(String what, int most, int each) {
    this.what = what;
    this.most = most;
    this.each = each;
  }

  /// One of them, to be given back by closing it, once.
  final class Seat {
    private final String who;
    private boolean free;

    private Seat(String who) {
      this.who = who;
    }

    void close() {
      synchronized (taken) {
        if (!free) {
          free = true;
          all--;
          taken.merge(who, -1, (had, less) -> had + less == 0 ? null : had + less);
        }
      }
    }
  }

  /// @throws Refused 429 when this caller has all it may have, 503 when all are taken or the
  ///     service stops
  Seat take(String who) {
    synchronized (taken) {
      if (closed) {
        throw Refused.unavailable(Code.SERVICE_UNAVAILABLE, "the service is stopping", 2);
      }
      if (taken.getOrDefault(who, 0) >= each) {
        throw Refused.because(
            Code.RATE_LIMIT_EXCEEDED,
            "more than " + each + " " + what + " at once for one identity; close one first",
            Map.of("Retry-After", "15"));
      }
      if (all >= most) {
        throw Refused.unavailable(
            Code.SERVICE_UNAVAILABLE, "all " + most + " " + what + " are taken", 15);
      }
      all++;
      taken.merge(who, 1, Integer::sum);
      return new Seat(who);
    }
  }

  int open() {
    synchronized (taken) {
      return all;
    }
  }

  /// No more are given, and whoever holds one sees it.
  void close() {
    closed = true;
  }

  boolean closed() {
    return closed;
  }
}
