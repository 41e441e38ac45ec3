package qerberos.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The four tokens that lie as files in the secrets folder and need no database: `admin.token` (all
/// permissions, scope all), `metrics.token`, `alerts.token`, `health.token`. Safe for concurrent
/// use.
///
/// The files are read again within a second after they change, so replacing one rotates it. Whoever
/// rotates moves the old one to `<name>.token.previous` first: that is accepted for 24 hours after
/// it was last changed, so that nobody who still holds it fails meanwhile.
public final class ServiceTokens {
  private static final Duration REREAD = Duration.ofMillis(500);
  private static final Duration PREVIOUS_HOLDS = Duration.ofHours(24);
  private static final List<Kind> KINDS =
      List.of(
          new Kind("admin", EnumSet.allOf(Permission.class), Scope.ALL),
          new Kind("metrics", Set.of(Permission.METRICS), Scope.OWN),
          new Kind("alerts", Set.of(Permission.ADMIN_ALERT), Scope.OWN),
          new Kind("health", Set.of(Permission.HEALTH), Scope.OWN));

  private final Path folder;
  private final SecretFiles files;
  private final SecureRandom random;
  private final Clock clock;
  private volatile Instant readAt = Instant.MIN;
  private volatile List<Held> held = List.of();

  private record Kind(String name, Set<Permission> permissions, Scope scope) {
    Caller caller(String credential) {
      return new Caller("token:" + name, null, permissions, scope, credential);
    }
  }

  private record Held(String hash, Caller caller) {}

  public ServiceTokens(Path secrets, SecureRandom random, Clock clock) {
    this.folder = secrets;
    this.files = new SecretFiles(secrets);
    this.random = random;
    this.clock = clock;
  }

  /// Makes the tokens that are missing.
  public void start() throws IOException {
    for (Kind kind : KINDS) {
      String ignored = files.once(kind.name() + ".token", () -> TokenText.make(random));
    }
    read();
  }

  /// Where the administrator's token lies.
  public Path adminFile() {
    return files.path("admin.token");
  }

  static boolean reserved(String name) {
    return KINDS.stream().anyMatch(kind -> kind.name().equals(name));
  }

  /// Who holds this token, if it is one of the four. Every one is compared, each in constant time.
  Optional<Caller> find(String token) {
    if (clock.instant().isAfter(readAt.plus(REREAD)) || clock.instant().isBefore(readAt)) {
      try {
        read();
      } catch (IOException e) {
        // unreadable for a moment: what was read last holds
        readAt = clock.instant();
      }
    }
    byte[] hash = ascii(TokenIssuer.hashOf(token));
    Optional<Caller> found = Optional.empty();
    for (Held one : held) {
      if (MessageDigest.isEqual(ascii(one.hash()), hash)) {
        found = Optional.of(one.caller());
      }
    }
    return found;
  }

  private synchronized void read() throws IOException {
    List<Held> all = new ArrayList<>();
    for (Kind kind : KINDS) {
      String name = kind.name() + ".token";
      files.read(name).ifPresent(text -> all.add(held(kind, text)));
      Path previous = folder.resolve(name + ".previous");
      if (Files.exists(previous)
          && Files.getLastModifiedTime(previous)
              .toInstant()
              .isAfter(clock.instant().minus(PREVIOUS_HOLDS))) {
        files.read(name + ".previous").ifPresent(text -> all.add(held(kind, text)));
      }
    }
    held = List.copyOf(all);
    readAt = clock.instant();
  }

  private static Held held(Kind kind, String text) {
    String hash = TokenIssuer.hashOf(text);
    return new Held(hash, kind.caller(kind.name() + "-" + hash.substring(0, 12)));
  }

  private static byte[] ascii(String hex) {
    return hex.getBytes(StandardCharsets.US_ASCII);
  }
}
