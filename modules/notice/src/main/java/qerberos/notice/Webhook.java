package qerberos.notice;

import java.net.URI;
import java.util.Locale;

/// Whom we call by HTTP. Immutable; never shows its URL whole, which may be a secret itself.
///
/// @param name by which routes name it
/// @param format what it is sent, and the secret by which it knows us
/// @param privateAllowed whether its host may be one of this machine or network, and plain HTTP
public record Webhook(String name, URI url, WebhookFormat format, boolean privateAllowed) {
  public Webhook {
    check(name, url, privateAllowed);
  }

  /// What the constructor checks, before there is a secret.
  ///
  /// @throws IllegalArgumentException naming the field
  public static void check(String name, URI url, boolean privateAllowed) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")) {
      throw new IllegalArgumentException(
          "name: \"" + name + "\", want 1..64 letters, digits and . _ -");
    }
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    if (url.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
      throw new IllegalArgumentException("url: want https:// and a host");
    }
    if (url.getRawUserInfo() != null || url.getRawFragment() != null) {
      throw new IllegalArgumentException("url: want it without user, password and #");
    }
    if (url.getPort() == 0 || url.getPort() > 65_535) {
      throw new IllegalArgumentException("url: port " + url.getPort() + ", want 1..65535");
    }
    if (scheme.equals("http") && !privateAllowed) {
      throw new IllegalArgumentException(
          "url: plain http, want https, or " + url.getHost() + " among the private hosts");
    }
  }

  /// The host, an IPv6 address without its brackets.
  String host() {
    String host = url.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  boolean isTls() {
    return url.getScheme().equalsIgnoreCase("https");
  }

  int port() {
    return url.getPort() > 0 ? url.getPort() : isTls() ? 443 : 80;
  }

  /// By what a receiver is remembered that wants no more calls: another URL is another receiver.
  String key() {
    return name + ":" + Plain.digest(url.toString()).substring(0, 32);
  }

  @Override
  public String toString() {
    return name + " at " + url.getHost();
  }
}
