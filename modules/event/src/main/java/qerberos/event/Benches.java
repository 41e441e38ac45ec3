package qerberos.event;

import java.util.concurrent.atomic.AtomicReferenceArray;

/// A few workbenches to share. Safe for concurrent use.
///
/// Ciphers, digests and buffers are dear to make. Keeping them per thread would keep one set for
/// each of thousands of virtual threads; here there are at most as many as can work at the same
/// time. A thread that finds none makes its own and, when all places are taken again, drops it.
final class Benches {
  private static final int PLACES = 32;

  private final Treatments treatments;
  private final InnerSecrets inner;
  private final AtomicReferenceArray<Sealing> places = new AtomicReferenceArray<>(PLACES);

  Benches(Treatments treatments, InnerSecrets inner) {
    this.treatments = treatments;
    this.inner = inner;
  }

  Sealing take() {
    int start = start();
    for (int i = 0; i < PLACES; i++) {
      int at = (start + i) % PLACES;
      if (places.getPlain(at) != null) {
        Sealing bench = places.getAndSet(at, null);
        if (bench != null) {
          return bench;
        }
      }
    }
    return new Sealing(treatments, inner);
  }

  void give(Sealing bench) {
    int start = start();
    for (int i = 0; i < PLACES; i++) {
      int at = (start + i) % PLACES;
      if (places.getPlain(at) == null && places.compareAndSet(at, null, bench)) {
        return;
      }
    }
  }

  private static int start() {
    return (int) (Thread.currentThread().threadId() & (PLACES - 1));
  }
}
