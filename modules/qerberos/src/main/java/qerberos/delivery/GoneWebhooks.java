package qerberos.delivery;

import static java.lang.System.Logger.Level.WARNING;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import qerberos.notice.Unwanted;
import qerberos.state.Document;
import qerberos.state.Documents;
import qerberos.state.StateUnavailable;

/// Which webhooks answered 410, in the state database: one key a line. While that cannot be asked,
/// none counts as gone. Safe for concurrent use.
final class GoneWebhooks implements Unwanted {
  private static final System.Logger LOG = System.getLogger(GoneWebhooks.class.getName());
  private static final String NAME = "webhooks-gone";

  private final Documents documents;

  GoneWebhooks(Documents documents) {
    this.documents = documents;
  }

  @Override
  public boolean contains(String key) {
    return keys().contains(key);
  }

  @Override
  public synchronized void add(String key) {
    List<String> keys = new ArrayList<>(keys());
    if (keys.contains(key)) {
      return;
    }
    keys.add(key);
    try {
      documents.put(NAME, String.join("\n", keys));
    } catch (StateUnavailable e) {
      LOG.log(WARNING, "a webhook that is gone will be called once more: " + e.getMessage());
    }
  }

  private List<String> keys() {
    try {
      Optional<String> body = documents.get(NAME).map(Document::body);
      return body.isEmpty() ? List.of() : body.get().lines().toList();
    } catch (StateUnavailable e) {
      LOG.log(WARNING, "which webhooks are gone cannot be read: " + e.getMessage());
      return List.of();
    }
  }
}
