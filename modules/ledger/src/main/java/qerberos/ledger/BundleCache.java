package qerberos.ledger;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The bundles used last, within a bound of bytes. Safe for concurrent use.
final class BundleCache {
  private final long most;
  private final Map<Long, Bundle> byNumber = new LinkedHashMap<>(64, 0.75f, true);
  private long weight;

  /// @param most bytes it may hold
  BundleCache(long most) {
    this.most = most;
  }

  synchronized @Nullable Bundle get(long number) {
    return byNumber.get(number);
  }

  synchronized void put(Bundle bundle) {
    Bundle before = byNumber.put(bundle.number(), bundle);
    weight += bundle.weight() - (before == null ? 0 : before.weight());
    Iterator<Bundle> eldest = byNumber.values().iterator();
    while (weight > most && byNumber.size() > 1) {
      weight -= eldest.next().weight();
      eldest.remove();
    }
  }
}
