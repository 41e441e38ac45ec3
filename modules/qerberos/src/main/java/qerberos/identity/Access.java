package qerberos.identity;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qerberos.settings.IdentitySettings.SignedForm;
import qerberos.state.ReplayCache;
import qerberos.state.StateUnavailable;

/// Decides whether a request may go on, and as whom. Denied by default. Safe for concurrent use;
/// blocks while sQuid and Qonsent are asked.
///
/// In this order: a bearer token (one of the four files, an issued one, else sQuid's); else the
/// three headers of a signed request; else nobody. Who is known must not be blocked, must not claim
/// a subidentity or DAO that sQuid did not confirm, and needs the permission: from the token
/// itself, or from Qonsent. Each signed request passes once, ever, in all processes.
///
/// A caller who presents a wrong credential counts as a stranger from its address; beyond that
/// limit unknown credentials are not even looked at, so guessing does not load sQuid.
public final class Access {
  private static final int LONGEST_TOKEN = 8192;

  private final ServiceTokens serviceTokens;
  private final TokenIssuer issued;
  private final RememberedSquid squid;
  private final RememberedQonsent qonsent;
  private final Blocks blocks;
  private final ReplayCache replays;
  private final Logins logins;
  private final Refusals refusals;
  private final Limits limits;
  private final SignedForm signedForm;
  private final Clock clock;

  Access(
      ServiceTokens serviceTokens,
      TokenIssuer issued,
      RememberedSquid squid,
      RememberedQonsent qonsent,
      Blocks blocks,
      ReplayCache replays,
      Logins logins,
      Refusals refusals,
      Limits limits,
      SignedForm signedForm,
      Clock clock) {
    this.serviceTokens = serviceTokens;
    this.issued = issued;
    this.squid = squid;
    this.qonsent = qonsent;
    this.blocks = blocks;
    this.replays = replays;
    this.logins = logins;
    this.refusals = refusals;
    this.limits = limits;
    this.signedForm = signedForm;
    this.clock = clock;
  }

  /// Who somebody turned out to be, before it is asked what they may do.
  private sealed interface Who {
    /// A service, with the permissions its token carries.
    record Service(Caller caller, String session, Instant ends) implements Who {}

    /// `replayKey` is present for a signed request, which is claimed when all else is settled.
    record Known(
        SquidIdentity identity,
        String credential,
        String session,
        Instant ends,
        @Nullable String replayKey)
        implements Who {}

    /// `identity` is who it is for certain, `claimed` who it says it is.
    record Refused(
        AccessCode code, String reason, @Nullable String identity, @Nullable String claimed)
        implements Who {}

    record Unavailable(AccessCode code, String reason, Duration retryAfter) implements Who {}

    record TooMany(Allowance.Exceeded allowance) implements Who {}
  }

  /// The decision for one request. Throws IOException only when the body of a signed request cannot
  /// be read.
  ///
  /// @param permission null when it is enough to be known; Qonsent is not asked then, and the scope
  ///     is one's own
  public Decision decide(AccessRequest request, @Nullable Permission permission)
      throws IOException {
    Who who;
    try {
      who = who(request);
      if (who instanceof Who.Known known && blocks.contains(known.identity().squidId())) {
        who = refused(AccessCode.SQUID_IDENTITY_INVALID, "this identity is blocked", known);
      } else if (who instanceof Who.Known known) {
        who = confirmed(request, known);
      }
    } catch (StateUnavailable e) {
      who = unavailable(e);
    }
    return switch (who) {
      case Who.Service service -> service(service, request, permission);
      case Who.Known known -> known(known, request, permission);
      case Who.Refused no -> stranger(no, request, permission);
      case Who.Unavailable none ->
          new Decision.Unavailable(none.code(), none.reason(), none.retryAfter());
      case Who.TooMany many ->
          new Decision.TooMany(
              many.allowance(),
              refusals.note(AccessCode.RATE_LIMIT_EXCEEDED, permission, null, null, request));
    };
  }

  /// Whether somebody who was let in still would be, with the same scope: for answers that last.
  /// Records nothing, counts nothing, and claims no signed request again. False also while nobody
  /// can be asked, once what was answered before is too old to be believed.
  ///
  /// @param permission null when it is enough to be known
  public boolean holds(AccessRequest request, @Nullable Permission permission, Caller as) {
    try {
      SquidIdentity identity = as.identity();
      String authorization = request.headers().value("authorization");
      if (authorization != null) {
        Who who = bearer(authorization, request);
        if (who instanceof Who.Service service) {
          Caller now = service.caller();
          return (permission == null || now.permissions().contains(permission))
              && now.source().equals(as.source())
              && now.scope() == as.scope();
        }
        if (!(who instanceof Who.Known known) || !known.identity().equals(identity)) {
          return false;
        }
      }
      return identity != null
          && (authorization != null
              || (squid.standing(identity.squidId()) instanceof Verification.Verified now
                  && now.identity().equals(identity)))
          && !blocks.contains(identity.squidId())
          && (permission == null
              || (qonsent.check(
                          identity, permission, request.address().getHostAddress(), request.agent())
                      instanceof Consent.Allowed yes
                  && yes.scope() == as.scope()));
    } catch (StateUnavailable e) {
      return false;
    }
  }

  /// With which scope somebody who was let in has another permission; empty when they do not, or
  /// nobody can be asked. Records nothing and counts nothing.
  public Optional<Scope> scope(AccessRequest request, Permission permission, Caller as) {
    SquidIdentity identity = as.identity();
    if (identity == null) {
      return as.permissions().contains(permission) ? Optional.of(as.scope()) : Optional.empty();
    }
    return qonsent.check(identity, permission, request.address().getHostAddress(), request.agent())
            instanceof Consent.Allowed yes
        ? Optional.of(yes.scope())
        : Optional.empty();
  }

  /// The refusal for somebody who was let in, and asks for what is another's, which only this
  /// permission would give.
  public Decision.Denied refuse(
      AccessRequest request, Permission permission, Caller caller, String reason) {
    return denied(permission, caller.principal(), reason, request);
  }

  /// The event about this first use is in the ledger.
  public void recorded(Login login) {
    logins.recorded(login);
  }

  /// It is not; the next request of the session brings it again.
  public void notRecorded(Login login) {
    logins.notRecorded(login);
  }

  /// Forgets every remembered consent, when grants are known to have changed.
  public void forgetConsents() {
    qonsent.forget();
  }

  private Who who(AccessRequest request) throws IOException {
    String authorization = request.headers().value("authorization");
    if (authorization != null) {
      return bearer(authorization, request);
    }
    if (SignedHeaders.present(request.headers())) {
      return signed(request);
    }
    return new Who.Refused(
        AccessCode.SQUID_IDENTITY_MISSING,
        "want Authorization: Bearer, or x-squid-id with x-sig and x-ts",
        null,
        null);
  }

  private Who bearer(String authorization, AccessRequest request) throws StateUnavailable {
    if (!authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return new Who.Refused(AccessCode.INVALID_TOKEN, "Authorization: want Bearer", null, null);
    }
    String token = authorization.substring(7).strip();
    if (token.length() > LONGEST_TOKEN || !token.matches("[!-~]+")) {
      return new Who.Refused(
          AccessCode.INVALID_TOKEN,
          "token: want 1.." + LONGEST_TOKEN + " printable characters",
          null,
          null);
    }
    Optional<Caller> ours = serviceTokens.find(token);
    if (ours.isPresent()) {
      return new Who.Service(ours.get(), "service " + TokenIssuer.hashOf(token), never());
    }
    String session = "bearer " + TokenIssuer.hashOf(token);
    if (token.startsWith(TokenText.PREFIX)) {
      return switch (issued.find(token)) {
        case TokenIssuer.Found.Good good ->
            new Who.Service(
                good.caller(), session, good.expiresAt() == null ? never() : good.expiresAt());
        case TokenIssuer.Found.Bad bad -> new Who.Refused(bad.code(), bad.reason(), null, null);
      };
    }
    if (!squid.knows(token)
        && limits.strangerWould(request.address()) instanceof Allowance.Exceeded exceeded) {
      return new Who.TooMany(exceeded);
    }
    return switch (squid.verifyToken(token)) {
      case Verification.Verified yes ->
          new Who.Known(
              yes.identity(),
              TokenIssuer.hashOf(token).substring(0, 12),
              session,
              yes.expiresAt(),
              null);
      case Verification.Refused no -> new Who.Refused(no.code(), no.reason(), null, null);
      case Verification.Unavailable none -> squidDown(none);
    };
  }

  private Who signed(AccessRequest request) throws IOException {
    SignedHeaders headers;
    try {
      headers = SignedHeaders.of(request, signedForm, clock.instant());
    } catch (SignedHeaders.Unusable e) {
      return new Who.Refused(
          e.code(), String.valueOf(e.getMessage()), null, request.headers().value("x-squid-id"));
    }
    String id = headers.request().squidId();
    if (limits.strangerWould(request.address()) instanceof Allowance.Exceeded exceeded) {
      return new Who.TooMany(exceeded);
    }
    Verification verdict = squid.verifySignature(headers.request());
    if (verdict instanceof Verification.Verified) {
      verdict = squid.standing(id);
    }
    return switch (verdict) {
      case Verification.Unavailable none -> squidDown(none);
      case Verification.Refused no -> new Who.Refused(no.code(), no.reason(), null, id);
      case Verification.Verified yes -> {
        String session =
            String.join(
                " ",
                "signed",
                id,
                CidrBlock.around(request.address()).toString(),
                LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toString());
        yield new Who.Known(
            yes.identity(),
            Digest.of(session).substring(0, 12),
            session,
            endOfDay(),
            headers.replayKey());
      }
    };
  }

  /// What the caller adds about itself must be what sQuid said.
  private static Who confirmed(AccessRequest request, Who.Known known) {
    SquidIdentity identity = known.identity();
    String id = request.headers().value("x-squid-id");
    String sub = request.headers().value("x-subid");
    String dao = request.headers().value("x-dao-id");
    if (id != null && !same(id, identity.squidId())) {
      return refused(
          AccessCode.SQUID_IDENTITY_INVALID, "x-squid-id: is not the token's identity", known);
    }
    if (sub != null && !sub.equals(identity.subId())) {
      return refused(AccessCode.SQUID_IDENTITY_INVALID, "x-subid: not confirmed by sQuid", known);
    }
    if (dao != null && !dao.equals(identity.daoId())) {
      return refused(AccessCode.SQUID_IDENTITY_INVALID, "x-dao-id: not confirmed by sQuid", known);
    }
    return known;
  }

  private Decision service(
      Who.Service service, AccessRequest request, @Nullable Permission permission) {
    Caller caller = service.caller();
    if (permission != null && !caller.permissions().contains(permission)) {
      return denied(permission, caller.source(), "the token does not carry it", request);
    }
    return new Decision.Granted(
        caller, logins.firstUse(service.session(), service.ends(), caller, request));
  }

  private Decision known(Who.Known known, AccessRequest request, @Nullable Permission permission) {
    SquidIdentity identity = known.identity();
    if (permission == null) {
      var caller =
          new Caller(identity.squidId(), identity, Set.of(), Scope.OWN, known.credential());
      return once(known, caller, request, null);
    }
    Consent consent =
        qonsent.check(identity, permission, request.address().getHostAddress(), request.agent());
    return switch (consent) {
      case Consent.Unavailable none ->
          new Decision.Unavailable(
              AccessCode.QONSENT_UNAVAILABLE,
              "Qonsent cannot be asked for " + permission + ": " + none.reason(),
              none.retryAfter());
      case Consent.Denied no -> denied(permission, identity.squidId(), no.reason(), request);
      case Consent.Allowed yes -> {
        var caller =
            new Caller(
                identity.squidId(), identity, Set.of(permission), yes.scope(), known.credential());
        yield once(known, caller, request, permission);
      }
    };
  }

  /// Last of all, so that a caller who was told to come back may send the same request again.
  private Decision once(
      Who.Known known, Caller caller, AccessRequest request, @Nullable Permission permission) {
    String key = known.replayKey();
    try {
      if (key != null && !replays.claim(key, clock.instant().plus(SignedHeaders.REMEMBER))) {
        String id = known.identity().squidId();
        return stranger(
            new Who.Refused(
                AccessCode.SIGNATURE_INVALID,
                "x-sig: this signed request was used before",
                null,
                id),
            request,
            permission);
      }
    } catch (StateUnavailable e) {
      return new Decision.Unavailable(
          AccessCode.SERVICE_UNAVAILABLE,
          "signed requests cannot be told from replayed ones while the state database is down",
          e.retryAfter());
    }
    return new Decision.Granted(
        caller, logins.firstUse(known.session(), known.ends(), caller, request));
  }

  private Decision.Denied denied(
      Permission permission, String identity, String reason, AccessRequest request) {
    return new Decision.Denied(
        AccessCode.QONSENT_DENIED,
        "permission " + permission + " denied: " + reason,
        refusals.note(AccessCode.QONSENT_DENIED, permission, identity, null, request));
  }

  private Decision stranger(
      Who.Refused no, AccessRequest request, @Nullable Permission permission) {
    Allowance counted = limits.stranger(request.address());
    Optional<Refusal> record =
        refusals.note(no.code(), permission, no.identity(), no.claimed(), request);
    return switch (counted) {
      case Allowance.Exceeded exceeded -> new Decision.TooMany(exceeded, record);
      case Allowance.Within _ -> new Decision.Denied(no.code(), no.reason(), record);
    };
  }

  /// For a token without an end.
  private Instant never() {
    return clock.instant().plus(Duration.ofDays(3650));
  }

  private Instant endOfDay() {
    return clock.instant().plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.DAYS);
  }

  private static boolean same(String claimed, String squidId) {
    try {
      return SquidIdentity.normal(claimed.strip()).equals(squidId);
    } catch (IllegalArgumentException e) {
      return claimed.toLowerCase(Locale.ROOT).equals(squidId);
    }
  }

  private static Who refused(AccessCode code, String reason, Who.Known known) {
    return new Who.Refused(code, reason, known.identity().squidId(), null);
  }

  private static Who squidDown(Verification.Unavailable none) {
    return new Who.Unavailable(
        AccessCode.SQUID_UNAVAILABLE, "sQuid cannot be asked: " + none.reason(), none.retryAfter());
  }

  private static Who unavailable(StateUnavailable e) {
    return new Who.Unavailable(
        AccessCode.SERVICE_UNAVAILABLE,
        "the state database cannot be asked, and this credential is not remembered",
        e.retryAfter());
  }
}
