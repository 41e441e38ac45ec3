package qerberos.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qerberos.notice.Escalation;
import qerberos.notice.MailServer;
import qerberos.notice.Notice;
import qerberos.notice.Quiet;
import qerberos.notice.Route;
import qerberos.notice.Routes;
import qerberos.notice.Severity;
import qerberos.notice.Times;
import qerberos.notice.Way;

/// `notices.yaml`: who hears of what.
///
///     webhooks:
///       - {name: ops, url: https://hooks.example.org/in, secretFile: secrets/ops.webhook}
///       - {name: team, format: slack, urlFile: secrets/team.slack}
///     routes:                         # all that fit count
///       - match: {severity: warning, type: auth.*, hours: 08:00-18:00, days: mon-fri}
///         to: {email: [ops@example.org], webhook: [ops], identity: [did:squid:admin456]}
///         quiet: {hours: 22:00-07:00, zone: Europe/Berlin, unless: critical}
///         escalate: {after: 15m, to: {email: [lead@example.org]}}
///
/// Without routes the administrator gets a mail of what is critical, and operators who are
/// connected are told. Used by one thread at a time.
final class NoticesFile {
  /// Everything that is told is held against every route, so there may not be too many.
  static final int ROUTES_MAX = 500;

  static final int WEBHOOKS_MAX = 100;

  private static final List<String> OF_A_ROUTE = List.of("match", "to", "quiet", "escalate");
  private static final List<String> OF_A_MATCH =
      List.of("severity", "type", "identity", "hours", "days", "zone");
  private static final List<String> OF_QUIET = List.of("hours", "days", "zone", "unless");
  private static final List<String> OF_AN_ESCALATION = List.of("after", "to");
  private static final Kind<Duration> AFTER =
      Kind.duration("m", Escalation.SHORTEST, Escalation.LONGEST);
  private static final List<String> CHANNELS = List.of("email", "webhook", "identity");
  private final List<String> faults;
  private final YamlForm form;
  private final WebhookList webhooks;
  private final List<Route> routes = new ArrayList<>();

  private NoticesFile(Path home, Set<String> privateHosts, List<String> faults) {
    this.faults = faults;
    this.form = new YamlForm(faults);
    this.webhooks = new WebhookList(home, privateHosts, faults);
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
              List.of(Way.email(values.get(Catalog.ADMIN_EMAIL)), Way.ws(Notice.OPERATORS))));
    }
    return new NoticeSettings(
        new Routes(reader.routes),
        reader.webhooks.all(),
        values.get(Catalog.WEBHOOK_TIMEOUT),
        Duration.ofDays(values.get(Catalog.ALERT_RETENTION_DAYS)));
  }

  /// The list of routes, when there is one; webhooks are read before it, wherever they stand.
  private @Nullable Yaml file(Yaml root) {
    Map<String, Yaml> parts = form.members(root, "", List.of("webhooks", "routes"));
    Yaml hooks = parts.get("webhooks");
    if (hooks != null) {
      bounded(hooks, "webhooks", WEBHOOKS_MAX).forEach(webhooks::read);
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

  private void route(Yaml item) {
    int before = faults.size();
    Map<String, Yaml> parts = form.members(item, "routes", OF_A_ROUTE);
    Map<String, Yaml> match = new LinkedHashMap<>();
    Yaml conditions = parts.get("match");
    if (conditions != null) {
      match.putAll(form.members(conditions, "routes.match", OF_A_MATCH));
    }
    Severity severity = severity(match.get("severity"), "routes.match.severity", Severity.INFO);
    String type = pattern(match.get("type"), "type");
    String identity = pattern(match.get("identity"), "identity");
    Times times = new TimesForm("routes.match", faults).read(match);
    Yaml recipients = parts.get("to");
    List<Way> ways = recipients == null ? List.of() : ways(recipients, "routes.to");
    Quiet quiet = quiet(parts.get("quiet"));
    Escalation escalation = escalation(parts.get("escalate"));
    if (faults.size() > before) {
      return;
    }
    try {
      routes.add(new Route(severity, type, identity, times, ways, quiet, escalation));
    } catch (IllegalArgumentException e) {
      faults.add(item.at() + ": routes." + e.getMessage());
    }
  }

  private @Nullable Quiet quiet(@Nullable Yaml node) {
    if (node == null) {
      return null;
    }
    int before = faults.size();
    Map<String, Yaml> parts = form.members(node, "routes.quiet", OF_QUIET);
    Times times = new TimesForm("routes.quiet", faults).read(parts);
    Severity unless = severity(parts.get("unless"), "routes.quiet.unless", Severity.CRITICAL);
    try {
      return faults.size() > before ? null : new Quiet(times, unless);
    } catch (IllegalArgumentException e) {
      faults.add(node.at() + ": routes." + e.getMessage());
      return null;
    }
  }

  private @Nullable Escalation escalation(@Nullable Yaml node) {
    if (node == null) {
      return null;
    }
    int before = faults.size();
    Map<String, Yaml> parts = form.members(node, "routes.escalate", OF_AN_ESCALATION);
    Yaml time = parts.get("after");
    String text = time == null ? "" : form.text(time, "routes.escalate.after");
    Duration after = Escalation.SHORTEST;
    try {
      after = AFTER.read(text);
    } catch (IllegalArgumentException e) {
      faults.add(
          (time == null ? node : time).at()
              + ": routes.escalate.after: "
              + (text.isEmpty() ? "missing" : "\"" + text + "\"")
              + ", want "
              + AFTER.wanted());
    }
    Yaml recipients = parts.get("to");
    List<Way> ways = recipients == null ? List.of() : ways(recipients, "routes.escalate.to");
    try {
      return faults.size() > before ? null : new Escalation(after, ways);
    } catch (IllegalArgumentException e) {
      faults.add(node.at() + ": routes.escalate." + e.getMessage());
      return null;
    }
  }

  private Severity severity(@Nullable Yaml node, String key, Severity otherwise) {
    if (node == null) {
      return otherwise;
    }
    String text = form.text(node, key);
    for (Severity each : Severity.values()) {
      if (each.name().equals(text.toUpperCase(Locale.ROOT))) {
        return each;
      }
    }
    faults.add(node.at() + ": " + key + ": \"" + text + "\", want info, warning or critical");
    return otherwise;
  }

  private String pattern(@Nullable Yaml node, String name) {
    return node == null ? "*" : form.text(node, "routes.match." + name);
  }

  private List<Way> ways(Yaml node, String key) {
    List<Way> ways = new ArrayList<>();
    form.members(node, key, CHANNELS)
        .forEach(
            (channel, list) -> {
              for (String address : form.texts(list, key + "." + channel)) {
                String at = list.at() + ": " + key + "." + channel + ": \"" + address + "\", want ";
                switch (channel) {
                  case "email" -> {
                    if (!MailServer.isAddress(address)) {
                      faults.add(at + "an address such as a@example.org");
                    }
                    ways.add(Way.email(address));
                  }
                  case "webhook" -> {
                    if (!webhooks.isNamed(address)) {
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
}
