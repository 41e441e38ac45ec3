package qerberos.settings;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qerberos.notice.MailServer;
import qerberos.notice.Route;
import qerberos.notice.Routes;
import qerberos.notice.Severity;
import qerberos.notice.Times;
import qerberos.notice.Way;
import qerberos.notice.Webhook;
import qerberos.notice.WebhookSecrets;

/// `notices.yaml`: who hears of what.
///
///     webhooks:
///       - {name: ops, url: https://hooks.example.org/in, secretFile: secrets/ops.webhook}
///     routes:                         # all that fit count
///       - match: {severity: warning, type: auth.*, hours: 08:00-18:00, days: mon-fri}
///         to: {email: [ops@example.org], webhook: [ops], identity: [did:squid:admin456]}
///
/// Without routes the administrator gets a mail of what is critical. Used by one thread at a time.
final class NoticesFile {
  /// Everything that is told is held against every route, so there may not be too many.
  static final int ROUTES_MAX = 500;

  static final int WEBHOOKS_MAX = 100;

  private static final List<String> OF_A_WEBHOOK = List.of("name", "url", "secretFile");
  private static final List<String> OF_A_MATCH =
      List.of("severity", "type", "identity", "hours", "days", "zone");
  private static final List<String> CHANNELS = List.of("email", "webhook", "identity");
  private static final Pattern HOURS =
      Pattern.compile(
          "([01]?[0-9]|2[0-3]):([0-5][0-9])-(?:([01]?[0-9]|2[0-3]):([0-5][0-9])|24:00)");
  private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

  private final List<String> faults;
  private final YamlForm form;
  private final Path home;
  private final Set<String> privateHosts;
  private final Map<String, String> namedAt = new LinkedHashMap<>();
  private final List<Webhook> webhooks = new ArrayList<>();
  private final List<Route> routes = new ArrayList<>();

  private NoticesFile(Path home, Set<String> privateHosts, List<String> faults) {
    this.home = home;
    this.privateHosts = privateHosts;
    this.faults = faults;
    this.form = new YamlForm(faults);
  }

  /// What the file says. Every mistake is added to `faults`, with file and line.
  ///
  /// @param home from which paths to secrets count
  static NoticeSettings read(Path file, Path home, Values values, List<String> faults) {
    Set<String> hosts =
        values.get(Catalog.WEBHOOK_PRIVATE_HOSTS).stream()
            .map(host -> host.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    var reader = new NoticesFile(home, hosts, faults);
    Yaml routes = null;
    if (Files.isRegularFile(file)) {
      try {
        routes = reader.file(Yaml.read(file));
      } catch (SettingsFaults e) {
        faults.addAll(e.faults());
      } catch (IOException e) {
        faults.add(file.getFileName() + ": cannot be read: " + e.getMessage());
      }
    }
    if (routes == null) {
      reader.routes.add(
          new Route(
              Severity.CRITICAL,
              "*",
              "*",
              Times.always(),
              List.of(Way.email(values.get(Catalog.ADMIN_EMAIL)))));
    }
    return new NoticeSettings(
        new Routes(reader.routes),
        reader.webhooks,
        values.get(Catalog.WEBHOOK_TIMEOUT),
        Duration.ofDays(values.get(Catalog.ALERT_RETENTION_DAYS)));
  }

  /// The list of routes, when there is one; webhooks are read before it, wherever they stand.
  private @Nullable Yaml file(Yaml root) {
    Map<String, Yaml> parts = form.members(root, "", List.of("webhooks", "routes"));
    Yaml hooks = parts.get("webhooks");
    if (hooks != null) {
      bounded(hooks, "webhooks", WEBHOOKS_MAX).forEach(this::webhook);
    }
    Yaml all = parts.get("routes");
    if (all != null) {
      bounded(all, "routes", ROUTES_MAX).forEach(this::route);
    }
    return all instanceof Yaml.Scalar(_, var text) && text.isEmpty() ? null : all;
  }

  private List<Yaml> bounded(Yaml node, String key, int most) {
    List<Yaml> items = form.items(node, key);
    if (items.size() > most) {
      faults.add(node.at() + ": " + key + ": " + items.size() + " of them, want at most " + most);
      return List.of();
    }
    return items;
  }

  private void webhook(Yaml item) {
    Map<String, String> texts = new LinkedHashMap<>();
    form.members(item, "webhooks", OF_A_WEBHOOK)
        .forEach((name, node) -> texts.put(name, form.text(node, "webhooks." + name)));
    String at = item.at() + ": webhooks.";
    for (String name : OF_A_WEBHOOK) {
      if (texts.getOrDefault(name, "").isEmpty()) {
        faults.add(at + name + ": missing");
      }
    }
    String name = texts.getOrDefault("name", "");
    String before = namedAt.put(name, item.at());
    if (before != null) {
      faults.add(at + "name: " + name + ": said already at " + before);
    }
    WebhookSecrets secrets = secrets(texts.getOrDefault("secretFile", ""), at);
    String url = texts.getOrDefault("url", "");
    if (name.isEmpty() || url.isEmpty()) {
      return;
    }
    URI address;
    try {
      address = URI.create(url);
    } catch (IllegalArgumentException e) {
      faults.add(at + "url: want a URL such as https://hooks.example.org/in");
      return;
    }
    boolean privateAllowed =
        privateHosts.contains(String.valueOf(address.getHost()).toLowerCase(Locale.ROOT));
    try {
      Webhook.check(name, address, privateAllowed);
      if (secrets != null) {
        webhooks.add(new Webhook(name, address, secrets, privateAllowed));
      }
    } catch (IllegalArgumentException e) {
      faults.add(at + e.getMessage());
    }
  }

  private @Nullable WebhookSecrets secrets(String path, String at) {
    if (path.isEmpty()) {
      return null;
    }
    Path file = home.resolve(path);
    try {
      return WebhookSecrets.parse(Files.readString(file));
    } catch (IOException e) {
      faults.add(at + "secretFile: " + file + ": cannot be read");
    } catch (IllegalArgumentException e) {
      faults.add(at + "secretFile: " + file + ": " + e.getMessage());
    }
    return null;
  }

  private void route(Yaml item) {
    int before = faults.size();
    Map<String, Yaml> parts = form.members(item, "routes", List.of("match", "to"));
    Map<String, Yaml> match = new LinkedHashMap<>();
    Yaml conditions = parts.get("match");
    if (conditions != null) {
      match.putAll(form.members(conditions, "routes.match", OF_A_MATCH));
    }
    Severity severity = severity(match.get("severity"));
    String type = pattern(match.get("type"), "type");
    String identity = pattern(match.get("identity"), "identity");
    Times times = times(match);
    Yaml recipients = parts.get("to");
    List<Way> ways = recipients == null ? List.of() : ways(recipients);
    if (faults.size() > before) {
      return;
    }
    try {
      routes.add(new Route(severity, type, identity, times, ways));
    } catch (IllegalArgumentException e) {
      faults.add(item.at() + ": routes." + e.getMessage());
    }
  }

  private Severity severity(@Nullable Yaml node) {
    if (node == null) {
      return Severity.INFO;
    }
    String text = form.text(node, "routes.match.severity");
    for (Severity each : Severity.values()) {
      if (each.name().equals(text.toUpperCase(Locale.ROOT))) {
        return each;
      }
    }
    faults.add(
        node.at() + ": routes.match.severity: \"" + text + "\", want info, warning or critical");
    return Severity.INFO;
  }

  private String pattern(@Nullable Yaml node, String name) {
    return node == null ? "*" : form.text(node, "routes.match." + name);
  }

  private Times times(Map<String, Yaml> match) {
    Times always = Times.always();
    int from = always.fromMinute();
    int until = always.untilMinute();
    Yaml hours = match.get("hours");
    if (hours != null) {
      String text = form.text(hours, "routes.match.hours");
      Matcher parts = HOURS.matcher(text);
      boolean right = parts.matches();
      int first = right ? minutes(parts.group(1), parts.group(2)) : from;
      int last = right ? minutes(parts.group(3), parts.group(4)) : from;
      if (first == last || last == 0) {
        faults.add(
            hours.at() + ": routes.match.hours: \"" + text + "\", want hours such as 08:00-18:00");
      } else {
        from = first;
        until = last;
      }
    }
    Yaml days = match.get("days");
    Yaml zone = match.get("zone");
    return new Times(
        from,
        until,
        days == null ? always.days() : days(days),
        zone == null ? always.zone() : zone(zone));
  }

  private static int minutes(@Nullable String hour, @Nullable String minute) {
    return hour == null || minute == null
        ? 24 * 60
        : Integer.parseInt(hour) * 60 + Integer.parseInt(minute);
  }

  /// `mon-fri, sun`, or such parts as a list.
  private Set<DayOfWeek> days(Yaml node) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (String part : texts(node, "routes.match.days")) {
      String[] ends = part.toLowerCase(Locale.ROOT).split("\\s*-\\s*", -1);
      int first = DAYS.indexOf(ends[0]);
      int last = DAYS.indexOf(ends[ends.length - 1]);
      if (first < 0 || last < 0 || ends.length > 2) {
        faults.add(
            node.at() + ": routes.match.days: \"" + part + "\", want days such as mon-fri, sun");
      } else {
        for (int day = first; day != last; day = (day + 1) % 7) {
          days.add(DayOfWeek.of(day + 1));
        }
        days.add(DayOfWeek.of(last + 1));
      }
    }
    if (days.isEmpty()) {
      days.addAll(EnumSet.allOf(DayOfWeek.class));
    }
    return days;
  }

  private ZoneId zone(Yaml node) {
    String text = form.text(node, "routes.match.zone");
    try {
      return ZoneId.of(text);
    } catch (DateTimeException e) {
      faults.add(
          node.at()
              + ": routes.match.zone: \""
              + text
              + "\", want a time zone such as Europe/Berlin or UTC");
      return Times.always().zone();
    }
  }

  private List<Way> ways(Yaml node) {
    List<Way> ways = new ArrayList<>();
    form.members(node, "routes.to", CHANNELS)
        .forEach(
            (channel, list) -> {
              for (String address : texts(list, "routes.to." + channel)) {
                String at = list.at() + ": routes.to." + channel + ": \"" + address + "\", want ";
                switch (channel) {
                  case "email" -> {
                    if (!MailServer.isAddress(address)) {
                      faults.add(at + "an address such as a@example.org");
                    }
                    ways.add(Way.email(address));
                  }
                  case "webhook" -> {
                    if (!namedAt.containsKey(address)) {
                      faults.add(at + "the name of a webhook in this file");
                    }
                    ways.add(Way.webhook(address));
                  }
                  default -> ways.add(Way.ws(address));
                }
              }
            });
    return ways;
  }

  /// Some texts: a list of them, or one with commas between.
  private List<String> texts(Yaml node, String key) {
    List<String> texts = new ArrayList<>();
    if (node instanceof Yaml.Scalar(_, var text)) {
      texts.addAll(List.of(text.split(",")));
    } else {
      form.items(node, key).forEach(item -> texts.add(form.text(item, key)));
    }
    return texts.stream().map(String::strip).filter(text -> !text.isEmpty()).toList();
  }
}
