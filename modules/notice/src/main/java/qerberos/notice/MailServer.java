package qerberos.notice;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Where mail goes out, and as whom. Immutable; never shows the password.
///
/// @param login user and password; never sent without TLS, except to this machine
/// @param from the address that mail comes from
/// @param timeout for connecting, and for each answer of the server
public record MailServer(
    String host,
    int port,
    Security security,
    Optional<Login> login,
    String from,
    Duration timeout) {
  private static final Pattern ADDRESS =
      Pattern.compile(
          "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
              + "@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");
  private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

  /// How the connection is kept from others. Immutable.
  public enum Security {
    /// Not at all.
    NONE,
    /// Begins in the clear and must become TLS (STARTTLS) before anything else is said.
    STARTTLS,
    /// TLS from the first byte, as on port 465.
    IMPLICIT
  }

  /// As whom we log in. Immutable; never shows the password.
  public record Login(String user, String password) {
    @Override
    public String toString() {
      return user + ":***";
    }
  }

  public MailServer {
    if (login.isPresent() && security == Security.NONE && !THIS_MACHINE.contains(host)) {
      throw new IllegalArgumentException(
          "mail server "
              + host
              + ": a password without TLS, want TLS, no password, or a server on this machine");
    }
    if (!isAddress(from)) {
      throw new IllegalArgumentException(
          "mail server " + host + ": from \"" + from + "\", want an address such as a@example.org");
    }
  }

  /// Whether mail can be addressed to it: one plain address, in ASCII, without a name before it.
  public static boolean isAddress(String text) {
    return text.length() <= 254 && text.indexOf('@') <= 64 && ADDRESS.matcher(text).matches();
  }

  /// What stands behind the `@` of our own address.
  String domain() {
    return from.substring(from.indexOf('@') + 1);
  }
}
