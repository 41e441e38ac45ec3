package qerberos.identity;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import qerberos.settings.IdentitySettings;
import qerberos.state.State;

/// Everything about who may enter, wired: the bundled sQuid and Qonsent when they are wanted, the
/// adapters, the tokens, and [Access] in front. Safe for concurrent use.
///
/// [#open] makes the secrets that are missing and starts the bundled pair; it throws
/// IllegalArgumentException for bad files (all mistakes, one a line) and IOException when a port or
/// a secret cannot be had, and leaves nothing running then.
public final class Gate implements AutoCloseable {
  private final Access access;
  private final TokenIssuer tokens;
  private final ServiceTokens serviceTokens;
  private final SocketTicketOffice socketTickets;
  private final Blocks blocks;
  private final Refusals refusals;
  private final Limits limits;
  private final RememberedSquid squid;
  private final RememberedQonsent qonsent;
  private final State state;
  private final SeenDirectory seen;
  private final @Nullable DirectoryWatch directory;
  private final @Nullable StandaloneSquid ownSquid;
  private final @Nullable StandaloneQonsent ownQonsent;
  private final Deque<AutoCloseable> open;

  private Gate(
      IdentitySettings settings,
      State state,
      Limits limits,
      SecureRandom random,
      Clock clock,
      DirectoryRecord changes,
      Deque<AutoCloseable> open)
      throws IOException {
    this.state = state;
    this.limits = limits;
    this.open = open;
    this.seen = new SeenDirectory(state.documents(), changes);
    serviceTokens = new ServiceTokens(settings.secrets(), random, clock);
    serviceTokens.start();
    String credential = credential(settings, random);
    directory =
        settings.standaloneSquid() || settings.standaloneQonsent()
            ? DirectoryWatch.of(settings.identities(), settings.grants(), new Adopting())
            : null;
    URI squidUrl = settings.squidUrl();
    if (directory != null && settings.standaloneSquid()) {
      ownSquid =
          new StandaloneSquid(
              settings, directory.directory(), state.replays(), limits, random, clock);
      open.push(ownSquid);
      ownSquid.start();
      squidUrl = local(settings.bind(), ownSquid.port());
    } else {
      ownSquid = null;
    }
    URI qonsentUrl = settings.qonsentUrl();
    if (directory != null && settings.standaloneQonsent()) {
      ownQonsent = new StandaloneQonsent(settings, directory.directory(), credential, clock);
      open.push(ownQonsent);
      ownQonsent.start();
      qonsentUrl = local(settings.bind(), ownQonsent.port());
    } else {
      ownQonsent = null;
    }
    IdentityProvider provider = squid(settings, squidUrl, clock, open);
    var toQonsent = new Upstream("Qonsent", qonsentUrl, settings.timeout(), clock);
    open.push(toQonsent);
    squid = new RememberedSquid(provider, settings.keepAllowed(), settings.keepDenied(), clock);
    qonsent =
        new RememberedQonsent(
            new QonsentOverHttp(toQonsent, credential, clock),
            settings.keepAllowed(),
            settings.keepDenied(),
            clock);
    tokens = new TokenIssuer(state, random, clock);
    socketTickets = new SocketTicketOffice(state.socketTickets(), random, clock);
    blocks = new Blocks(state, clock);
    refusals = new Refusals(clock);
    access =
        new Access(
            serviceTokens,
            tokens,
            squid,
            qonsent,
            blocks,
            state.replays(),
            new Logins(state, clock),
            refusals,
            limits,
            settings.signedForm(),
            clock);
    if (directory != null) {
      open.push(directory);
      directory.start();
    }
  }

  /// Another directory counts for the bundled pair, and what it answered before for nobody.
  private final class Adopting implements DirectoryWatch.Adopter {
    @Override
    public void adopt(Directory fresh) throws IOException {
      if (ownSquid != null) {
        ownSquid.adopt(fresh);
      }
      if (ownQonsent != null) {
        ownQonsent.adopt(fresh);
      }
    }

    @Override
    public void forget() {
      squid.forget();
      qonsent.forget();
    }

    @Override
    public boolean record(Directory directory) {
      return seen.counts(directory);
    }
  }

  /// @param changes who records that the lists of the bundled pair changed
  public static Gate open(
      IdentitySettings settings,
      State state,
      Limits limits,
      SecureRandom random,
      Clock clock,
      DirectoryRecord changes)
      throws IOException {
    Deque<AutoCloseable> open = new ArrayDeque<>();
    try {
      return new Gate(settings, state, limits, random, clock, changes, open);
    } catch (IOException | RuntimeException e) {
      closeAll(open);
      throw e;
    }
  }

  public Access access() {
    return access;
  }

  public TokenIssuer tokens() {
    return tokens;
  }

  public SocketTicketOffice socketTickets() {
    return socketTickets;
  }

  public Blocks blocks() {
    return blocks;
  }

  public Refusals refusals() {
    return refusals;
  }

  public Limits limits() {
    return limits;
  }

  /// Where the administrator's token lies.
  public Path adminToken() {
    return serviceTokens.adminFile();
  }

  public UpstreamHealth squidHealth() {
    return squid.health();
  }

  public UpstreamHealth qonsentHealth() {
    return qonsent.health();
  }

  /// The identities of the bundled sQuid; empty when it is not used.
  public List<ListedIdentity> identities() {
    return directory == null || ownSquid == null ? List.of() : directory.directory().identities();
  }

  /// Where the bundled sQuid listens; empty when it is not used.
  public OptionalInt squidPort() {
    return ownSquid == null ? OptionalInt.empty() : OptionalInt.of(ownSquid.port());
  }

  /// Where the bundled Qonsent listens; empty when it is not used.
  public OptionalInt qonsentPort() {
    return ownQonsent == null ? OptionalInt.empty() : OptionalInt.of(ownQonsent.port());
  }

  /// Forgets what the state need not remember any longer; to be called every few minutes. Returns
  /// how many entries went, 0 while the state is down.
  public int prune() {
    try {
      return state.replays().prune() + state.firstUses().prune() + state.socketTickets().prune();
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public void close() {
    closeAll(open);
  }

  /// Whoever says who somebody is: a sQuid that is asked, or an issuer whose keys are fetched.
  private static IdentityProvider squid(
      IdentitySettings settings, URI url, Clock clock, Deque<AutoCloseable> open) {
    if (settings.jwt() != null) {
      var keys = new IssuerKeys(settings.jwt(), settings.timeout(), clock);
      var byKeys = new SquidByKeys(settings.jwt(), keys, clock);
      open.push(byKeys);
      return byKeys;
    }
    var toSquid = new Upstream("sQuid", url, settings.timeout(), clock);
    open.push(toSquid);
    return new SquidOverHttp(toSquid, settings, clock);
  }

  private static String credential(IdentitySettings settings, SecureRandom random)
      throws IOException {
    Path file = settings.qonsentKeyFile();
    if (file != null) {
      return Files.readString(file).strip();
    }
    return new SecretFiles(settings.secrets()).once("qonsent.token", () -> TokenText.make(random));
  }

  private static URI local(String bind, int port) {
    String host = bind.equals("0.0.0.0") ? "127.0.0.1" : bind.equals("::") ? "::1" : bind;
    return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
  }

  private static void closeAll(Deque<AutoCloseable> open) {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        // closing goes on: none of these holds anything that must be saved
      }
    }
  }
}
