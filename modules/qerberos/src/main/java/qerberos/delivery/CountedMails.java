package qerberos.delivery;

import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import qerberos.notice.SentMails;
import qerberos.state.Document;
import qerberos.state.Documents;
import qerberos.state.StateUnavailable;

/// The mails of the last hour, in the state database: an address a line, and behind it when mails
/// went, in milliseconds since 1970. Used by one thread at a time.
final class CountedMails implements SentMails {
  private static final String NAME = "mails-sent";

  private final Documents documents;

  CountedMails(Documents documents) {
    this.documents = documents;
  }

  @Override
  public Map<String, List<Instant>> kept() throws StateUnavailable {
    Map<String, List<Instant>> kept = new HashMap<>();
    String body = documents.get(NAME).map(Document::body).orElse("");
    for (String line : body.lines().toList()) {
      String[] words = line.split(" ", -1);
      kept.put(
          words[0],
          Arrays.stream(words)
              .skip(1)
              .map(millis -> Instant.ofEpochMilli(Long.parseLong(millis)))
              .toList());
    }
    return kept;
  }

  @Override
  public void keep(Map<String, List<Instant>> sent) throws StateUnavailable {
    String body =
        sent.entrySet().stream()
            .map(
                one ->
                    one.getKey()
                        + one.getValue().stream()
                            .map(at -> " " + at.toEpochMilli())
                            .collect(Collectors.joining()))
            .sorted()
            .collect(Collectors.joining("\n"));
    documents.put(NAME, body);
  }
}
