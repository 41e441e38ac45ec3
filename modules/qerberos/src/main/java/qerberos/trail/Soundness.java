package qerberos.trail;

import java.io.IOException;
import java.util.Optional;
import qerberos.ledger.Verification;
import qerberos.settings.TrailSettings;
import qerberos.state.Document;
import qerberos.state.Documents;

/// Whether anything about the log is known not to be right. Then it gets no new key: that must not
/// be what hides it.
public final class Soundness {
  private Soundness() {}

  /// What is wrong with a log that is open, in one sentence; empty when nothing is known.
  ///
  /// @param last how its last verification ended
  public static Optional<String> fault(Trail trail, Optional<SelfCheck.Result> last) {
    String stopped = trail.ledger().status().stopped();
    if (stopped != null) {
      return Optional.of("the log takes nothing: " + stopped);
    }
    Optional<String> broken = broken(last);
    return broken.isPresent() ? broken : trail.anchorFailure();
  }

  /// The same of a log that nobody serves, before it is opened. Opening it holds it against the
  /// checkpoints that are kept elsewhere; so the settings must name the place where the last server
  /// kept them, or an older copy would not be known for one.
  ///
  /// @throws IOException the state database does not say
  public static Optional<String> faultOfFolder(TrailSettings settings, Documents documents)
      throws IOException {
    Optional<String> broken = broken(LastCheck.in(documents));
    if (broken.isPresent()) {
      return broken;
    }
    String named = Anchor.place(settings.anchorFile());
    return documents
        .get(Anchor.PLACE)
        .map(Document::body)
        .filter(place -> !place.isEmpty() && !place.equals(named))
        .map(
            place ->
                "the last server here kept the newest checkpoint in "
                    + place
                    + " (ledger.anchorFile), which these settings do not name; give its"
                    + " configuration with --config DIR");
  }

  private static Optional<String> broken(Optional<SelfCheck.Result> last) {
    return last.isPresent() && last.get().verification() instanceof Verification.Broken broken
        ? Optional.of(
            "the last verification found "
                + broken.damages().getFirst().where()
                + ": "
                + broken.damages().getFirst().what())
        : Optional.empty();
  }
}
