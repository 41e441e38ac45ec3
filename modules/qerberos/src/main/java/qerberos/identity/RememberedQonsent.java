package qerberos.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import qerberos.identity.Consent.Allowed;
import qerberos.identity.Consent.Denied;
import qerberos.identity.Consent.Unavailable;

/// Remembers what Qonsent said. Safe for concurrent use.
///
/// A yes is believed for `keepAllowed` and never beyond its own end, a no for `keepDenied`. When
/// Qonsent gives no answer and none is remembered, there is no consent.
final class RememberedQonsent implements ConsentProvider {
  private final ConsentProvider qonsent;
  private final Duration keepAllowed;
  private final Duration keepDenied;
  private final Clock clock;
  private final Cache<Question, Heard> answers = Caffeine.newBuilder().maximumSize(50_000).build();

  private record Question(SquidIdentity identity, Permission permission) {}

  private record Heard(Consent answer, Instant believeUntil) {}

  RememberedQonsent(
      ConsentProvider qonsent, Duration keepAllowed, Duration keepDenied, Clock clock) {
    this.qonsent = qonsent;
    this.keepAllowed = keepAllowed;
    this.keepDenied = keepDenied;
    this.clock = clock;
  }

  @Override
  public Consent check(
      SquidIdentity identity, Permission permission, String address, String agent) {
    var question = new Question(identity, permission);
    Heard heard = answers.getIfPresent(question);
    Instant now = clock.instant();
    if (heard != null && now.isBefore(heard.believeUntil())) {
      return heard.answer();
    }
    Consent fresh = qonsent.check(identity, permission, address, agent);
    return switch (fresh) {
      case Allowed yes -> {
        Instant until = now.plus(keepAllowed);
        Instant end = yes.expiresAt();
        if (end != null && !now.isBefore(end)) {
          yield new Denied("the grant ended at " + end);
        }
        answers.put(question, new Heard(yes, end != null && end.isBefore(until) ? end : until));
        yield yes;
      }
      case Denied no -> {
        answers.put(question, new Heard(no, now.plus(keepDenied)));
        yield no;
      }
      case Unavailable none -> none;
    };
  }

  @Override
  public UpstreamHealth health() {
    return qonsent.health();
  }

  /// Forgets everything, when grants are known to have changed.
  void forget() {
    answers.invalidateAll();
  }
}
