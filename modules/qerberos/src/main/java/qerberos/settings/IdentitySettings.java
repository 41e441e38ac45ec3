package qerberos.settings;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Who answers "who is it" (sQuid) and "may it" (Qonsent), and how they are asked. Immutable.
///
/// - `squidUrl` (`QERBEROS_SQUID_URL`, `http://localhost:3010`) and `qonsentUrl`
///   (`QERBEROS_QONSENT_URL`, `http://localhost:3030`): the two services when they are not bundled.
/// - `verify` (`QERBEROS_SQUID_VERIFY`, `auth`): which family of calls sQuid speaks; `mcp` for an
///   installation that only has `/mcp/squid.verifyIdentity`.
/// - `signedForm` (`QERBEROS_SQUID_SIGNED_FORM`, `canonical`): what a signed request signs; `body`
///   only for an old sQuid, because then method, path and time are not protected.
/// - `timeout` (`QERBEROS_TIMEOUT`, 2 s, 50 ms to 60 s): for one call, connecting included.
/// - `keepAllowed` (60 s, 0 to 1 h) and `keepDenied` (5 s, 0 to 1 min): how long an answer is
///   believed; a positive one never longer than it says itself.
/// - `standaloneSquid`, `standaloneQonsent` (`QERBEROS_MOCK_SQUID`, `QERBEROS_MOCK_QONSENT`; true
///   when the mode is standalone): run the bundled ones in this process.
/// - `squidPort` (`QERBEROS_SQUID_PORT`, 3010) and `qonsentPort` (`QERBEROS_QONSENT_PORT`, 3030):
/// where
///   the bundled ones listen; 0 takes a free port.
/// - `bind` (`127.0.0.1`): their address; anything but a loopback address needs `allowInsecure`
///   (`--allow-insecure`, false), because they speak plain HTTP and hand out tokens.
/// - `identities`, `grants`: `identities.yaml` and `grants.yaml` of the config folder.
/// - `secrets`: the folder of tokens and keys, `DATA/secrets`.
/// - `qonsentKeyFile` (`QERBEROS_API_KEY_FILE`): the bearer token we show to Qonsent; by default
///   `qonsent.token` in `secrets`, made at first start.
/// - `jwt`: whose tokens are taken; present exactly when `verify` is `jwks`.
public record IdentitySettings(
    URI squidUrl,
    URI qonsentUrl,
    SquidVerify verify,
    SignedForm signedForm,
    Duration timeout,
    Duration keepAllowed,
    Duration keepDenied,
    boolean standaloneSquid,
    boolean standaloneQonsent,
    int squidPort,
    int qonsentPort,
    String bind,
    boolean allowInsecure,
    Path identities,
    Path grants,
    Path secrets,
    @Nullable Path qonsentKeyFile,
    @Nullable JwtSettings jwt) {

  /// The family of calls that sQuid answers.
  public enum SquidVerify {
    AUTH,
    MCP,
    /// None: its tokens are verified with the keys it publishes.
    JWKS
  }

  /// What the signature of a signed request covers.
  public enum SignedForm {
    CANONICAL,
    BODY
  }

  public IdentitySettings {
    squidUrl = httpUrl("identity.squidUrl", squidUrl);
    qonsentUrl = httpUrl("identity.qonsentUrl", qonsentUrl);
    Range.check("identity.timeout", timeout, Duration.ofMillis(50), Duration.ofMinutes(1));
    Range.check("identity.keepAllowed", keepAllowed, Duration.ZERO, Duration.ofHours(1));
    Range.check("identity.keepDenied", keepDenied, Duration.ZERO, Duration.ofMinutes(1));
    Range.check("identity.squidPort", squidPort, 0, 65_535);
    Range.check("identity.qonsentPort", qonsentPort, 0, 65_535);
    if ((verify == SquidVerify.JWKS) != (jwt != null)) {
      throw new IllegalArgumentException(
          "squid.issuer: want one exactly when squid.verify is jwks (QERBEROS_JWT_ISSUER)");
    }
    if (bind.isBlank()) {
      throw new IllegalArgumentException("identity.bind: empty, want an address such as 127.0.0.1");
    }
  }

  /// The documented defaults: the bundled pair, with its files in these two folders.
  public static IdentitySettings standalone(Path config, Path secrets) {
    return new IdentitySettings(
        URI.create("http://localhost:3010"),
        URI.create("http://localhost:3030"),
        SquidVerify.AUTH,
        SignedForm.CANONICAL,
        Duration.ofSeconds(2),
        Duration.ofSeconds(60),
        Duration.ofSeconds(5),
        true,
        true,
        3010,
        3030,
        "127.0.0.1",
        false,
        config.resolve("identities.yaml"),
        config.resolve("grants.yaml"),
        secrets,
        null,
        null);
  }

  /// The same with other ports for the bundled pair.
  public IdentitySettings withPorts(int squid, int qonsent) {
    return new IdentitySettings(
        squidUrl,
        qonsentUrl,
        verify,
        signedForm,
        timeout,
        keepAllowed,
        keepDenied,
        standaloneSquid,
        standaloneQonsent,
        squid,
        qonsent,
        bind,
        allowInsecure,
        identities,
        grants,
        secrets,
        qonsentKeyFile,
        jwt);
  }

  private static URI httpUrl(String name, URI url) {
    boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!http || url.getHost() == null || url.getQuery() != null || url.getFragment() != null) {
      throw new IllegalArgumentException(
          name + ": \"" + url + "\", want http://host:port or https://host:port");
    }
    String text = url.toString();
    return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : url;
  }
}
