package qerberos.settings;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qerberos.notice.Webhook;
import qerberos.notice.WebhookFormat;
import qerberos.notice.WebhookSecrets;

/// The webhooks of `notices.yaml`, with the secrets that lie in files of their own. No fault shows
/// a secret, and none a URL that comes from a file. Used by one thread at a time.
final class WebhookList {
  private static final List<String> NAMES =
      List.of("name", "format", "url", "urlFile", "secretFile");
  private static final List<String> FORMATS = List.of("standard", "slack", "teams", "pagerduty");
  private static final String WANT_URL = "want a URL such as https://hooks.example.org/in";

  private final List<String> faults;
  private final YamlForm form;
  private final Path home;
  private final Set<String> privateHosts;
  private final Map<String, String> namedAt = new LinkedHashMap<>();
  private final List<Webhook> all = new ArrayList<>();

  /// A URL, and whence it is.
  private record Address(URI url, String said) {}

  /// @param home from which paths to secrets count
  /// @param privateHosts in lower case
  WebhookList(Path home, Set<String> privateHosts, List<String> faults) {
    this.home = home;
    this.privateHosts = privateHosts;
    this.faults = faults;
    this.form = new YamlForm(faults);
  }

  /// Those without a mistake.
  List<Webhook> all() {
    return all;
  }

  /// Whether one has this name, with mistakes or without.
  boolean isNamed(String name) {
    return namedAt.containsKey(name);
  }

  void read(Yaml item) {
    Map<String, String> texts = new LinkedHashMap<>();
    form.members(item, "webhooks", NAMES)
        .forEach((name, node) -> texts.put(name, form.text(node, "webhooks." + name)));
    String at = item.at() + ": webhooks.";
    String name = texts.getOrDefault("name", "");
    String kind = texts.getOrDefault("format", "standard");
    if (name.isEmpty()) {
      faults.add(at + "name: missing");
    }
    if (!FORMATS.contains(kind)) {
      faults.add(at + "format: \"" + kind + "\", want standard, slack, teams or pagerduty");
      kind = "";
    }
    String url = texts.getOrDefault("url", "");
    String urlFile = texts.getOrDefault("urlFile", "");
    if (url.isEmpty() && urlFile.isEmpty()) {
      if (kind.equals("pagerduty")) {
        url = WebhookFormat.PagerDuty.URL;
      } else {
        faults.add(at + "url: missing");
      }
    }
    String before = namedAt.put(name, item.at());
    if (before != null) {
      faults.add(at + "name: " + name + ": said already at " + before);
    }
    WebhookFormat format = format(kind, texts.getOrDefault("secretFile", ""), at);
    Address address = address(url, urlFile, at);
    if (name.isEmpty() || address == null) {
      return;
    }
    boolean privateAllowed =
        privateHosts.contains(String.valueOf(address.url.getHost()).toLowerCase(Locale.ROOT));
    try {
      Webhook.check(name, address.url, privateAllowed);
      if (format != null) {
        all.add(new Webhook(name, address.url, format, privateAllowed));
      }
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      faults.add(
          at + (message.startsWith("url: ") ? address.said + message.substring(5) : message));
    }
  }

  private @Nullable WebhookFormat format(String kind, String secretFile, String at) {
    if (kind.equals("slack") || kind.equals("teams")) {
      if (!secretFile.isEmpty()) {
        faults.add(at + "secretFile: " + kind + " knows us by the URL alone, want none");
      }
      return kind.equals("slack") ? new WebhookFormat.Slack() : new WebhookFormat.Teams();
    }
    if (secretFile.isEmpty()) {
      if (!kind.isEmpty()) {
        faults.add(at + "secretFile: missing");
      }
      return null;
    }
    String text = content("secretFile", secretFile, at);
    if (text == null || kind.isEmpty()) {
      return null;
    }
    try {
      return kind.equals("pagerduty")
          ? new WebhookFormat.PagerDuty(text.strip())
          : new WebhookFormat.Standard(WebhookSecrets.parse(text));
    } catch (IllegalArgumentException e) {
      faults.add(at + "secretFile: " + home.resolve(secretFile) + ": " + e.getMessage());
      return null;
    }
  }

  private @Nullable Address address(String url, String urlFile, String at) {
    if (!url.isEmpty() && !urlFile.isEmpty()) {
      faults.add(at + "urlFile: there is a url too, want one of them");
      return null;
    }
    String text = urlFile.isEmpty() ? url : content("urlFile", urlFile, at);
    if (text == null || (text.isEmpty() && urlFile.isEmpty())) {
      return null;
    }
    String said = urlFile.isEmpty() ? "url: " : "urlFile: " + home.resolve(urlFile) + ": ";
    try {
      return new Address(new URI(text.strip()), said);
    } catch (URISyntaxException e) {
      // Its message would quote what may be a secret.
      faults.add(at + said + WANT_URL);
      return null;
    }
  }

  /// What a file holds; null, and a mistake, when it cannot be read.
  private @Nullable String content(String name, String path, String at) {
    Path file = home.resolve(path);
    try {
      return Files.readString(file);
    } catch (IOException e) {
      faults.add(at + name + ": " + file + ": cannot be read");
      return null;
    }
  }
}
