package qerberos.identity;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import java.util.Optional;
import qerberos.state.Document;
import qerberos.state.Documents;
import qerberos.state.StateUnavailable;
import qerberos.state.Telling;

/// Has it recorded when another directory counts than the one that was seen last, in this life or
/// an earlier one. Used by one thread at a time.
///
/// What was seen lies in the state database, and is exchanged together with what is to be recorded.
/// So a change is recorded once, also when the process is killed after it began to count, or when
/// the files were changed while nobody looked. The very first directory is no change; nor is one
/// behind a lost state database.
final class SeenDirectory {
  /// The document of the state database; holds some 20,000 ids.
  static final String DOCUMENT = "identity.directory";

  private static final System.Logger LOG = System.getLogger(SeenDirectory.class.getName());

  private final Documents documents;
  private final DirectoryRecord record;

  SeenDirectory(Documents documents, DirectoryRecord record) {
    this.documents = documents;
    this.record = record;
  }

  /// This one counts now. False when that cannot be recorded yet.
  boolean counts(Directory directory) {
    DirectoryPrint now = DirectoryPrint.of(directory);
    String text = now.text();
    try {
      Optional<Document> before = documents.get(DOCUMENT);
      if (before.isEmpty()) {
        documents.put(DOCUMENT, text, Telling.NOTHING);
      } else if (!before.get().body().equals(text)) {
        DirectoryChange change = now.since(DirectoryPrint.parse(before.get().body()));
        documents.put(DOCUMENT, text, record.of(change));
      }
      return true;
    } catch (StateUnavailable e) {
      LOG.log(WARNING, "whether identities changed is recorded later: " + e.getMessage());
      return false;
    } catch (IllegalArgumentException e) {
      LOG.log(ERROR, "that identities changed cannot be recorded: " + e.getMessage());
      return true;
    }
  }
}
