package qerberos.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.notice.Escalation;
import qerberos.notice.Notice;
import qerberos.notice.Quiet;
import qerberos.notice.Route;
import qerberos.notice.Routes;
import qerberos.notice.Severity;
import qerberos.notice.Times;
import qerberos.notice.Way;
import qerberos.notice.Webhook;
import qerberos.notice.WebhookFormat;

class NoticesFileTest {
  private static final String KEY = "e93facc04764012d7bfb002500d5d1a6";
  private static final String SECRET = "whsec_" + "QUFB".repeat(10);

  @TempDir Path home = Path.of(".");
  private Path config = Path.of(".");

  @BeforeEach
  void aConfigFolderAndASecret() throws IOException {
    config = Files.createDirectory(home.resolve("config"));
    Files.createDirectory(home.resolve("secrets"));
    Files.writeString(home.resolve("secrets/ops.webhook"), SECRET + "\n");
  }

  @Test
  void withoutRoutes_theAdministratorGetsAMailOfWhatIsCritical() throws Exception {
    var expected =
        new Routes(
            List.of(
                new Route(
                    Severity.CRITICAL,
                    "*",
                    "*",
                    Times.always(),
                    List.of(Way.email("boss@example.org"), Way.ws(Notice.OPERATORS)))));
    Map<String, String> admin = Map.of("QERBEROS_ADMIN_EMAIL", "boss@example.org");
    assertThat(load(admin).notices().routes()).isEqualTo(expected);
    for (String empty : List.of("", "# nothing\n", "routes:\n", "webhooks: []\n")) {
      write(empty);
      assertThat(load(admin).notices().routes()).as(empty).isEqualTo(expected);
    }
    write("routes: []\n");
    assertThat(load(admin).notices().routes()).isEqualTo(Routes.NONE);
  }

  @Test
  void routesAndWebhooks_areRead_andWhatIsLeftOutAlwaysHolds() throws Exception {
    write(
        """
        routes:
          - match: {severity: Warning, type: auth.*, identity: did:squid:user123}
            to:
              email: [a@example.org, b@example.org]
              webhook: ops
              identity: ["did:squid:admin456"]
          - to: {email: c@example.org}
          - match: {hours: "22:00-6:30", days: fri-mon, zone: Europe/Berlin}
            to: {webhook: [ops]}
          - match: {hours: 00:00-24:00, days: [tue, "thu - fri"]}
            to: {webhook: [ops]}
        webhooks:
          - name: ops
            url: https://hooks.example.org/in?key=1
            secretFile: secrets/ops.webhook
        """);
    NoticeSettings notices = load(Map.of("QERBEROS_WEBHOOK_TIMEOUT", "3")).notices();
    assertThat(notices.webhookTimeout()).isEqualTo(Duration.ofSeconds(3));
    Webhook hook = notices.webhooks().getFirst();
    assertThat(hook.name() + " " + hook.url() + " " + hook.privateAllowed())
        .isEqualTo("ops https://hooks.example.org/in?key=1 false");
    Way ops = Way.webhook("ops");
    var night =
        new Times(
            1320,
            390,
            EnumSet.complementOf(EnumSet.range(DayOfWeek.TUESDAY, DayOfWeek.THURSDAY)),
            ZoneId.of("Europe/Berlin"));
    var some =
        new Times(
            0,
            1440,
            Set.of(DayOfWeek.TUESDAY, DayOfWeek.THURSDAY, DayOfWeek.FRIDAY),
            ZoneId.of("UTC"));
    assertThat(notices.routes().all())
        .containsExactly(
            new Route(
                Severity.WARNING,
                "auth.*",
                "did:squid:user123",
                Times.always(),
                List.of(
                    Way.email("a@example.org"),
                    Way.email("b@example.org"),
                    ops,
                    Way.ws("did:squid:admin456"))),
            new Route(Severity.INFO, "*", "*", Times.always(), List.of(Way.email("c@example.org"))),
            new Route(Severity.INFO, "*", "*", night, List.of(ops)),
            new Route(Severity.INFO, "*", "*", some, List.of(ops)));
  }

  @Test
  void everyMistake_isNamedWithFileAndLine() throws Exception {
    Files.writeString(home.resolve("secrets/bad"), "not a secret");
    write(
        """
        hooks: []
        webhooks:
          - name: a b
            url: https://hooks.example.org/
            secretFile: secrets/ops.webhook
          - name: plain
            url: http://hooks.example.org/
            secretFile: secrets/none
          - name: plain
            url: "https://x y/"
            secretFile: secrets/bad
          - {name: less}
        routes:
          - match: {severity: high}
            to: {email: [x]}
          - match: {type: "*.login"}
            to: {email: [a@example.org]}
          - match:
              hours: 8-18
              days: [mon-fre]
              zone: Mars
              until: tomorrow
            to:
              webhook: [plain, other]
              sms: ["1"]
          - match: {hours: "10:00-10:00"}
          - text
          - to: {email: [[a]]}
          - {}
        """);
    assertThat(faults(Map.of()))
        .containsExactly(
            "notices.yaml:1: hooks: unknown name, want webhooks, routes",
            "notices.yaml:3: webhooks.name: \"a b\", want 1..64 letters, digits and . _ -",
            "notices.yaml:6: webhooks.secretFile: "
                + home.resolve("secrets/none")
                + ": cannot be read",
            "notices.yaml:6: webhooks.url: plain http, want https, or hooks.example.org among the"
                + " private hosts",
            "notices.yaml:9: webhooks.name: plain: said already at notices.yaml:6",
            "notices.yaml:9: webhooks.secretFile: "
                + home.resolve("secrets/bad")
                + ": line 1: want whsec_ and the base64 of 24..64 bytes",
            "notices.yaml:9: webhooks.url: want a URL such as https://hooks.example.org/in",
            "notices.yaml:12: webhooks.url: missing",
            "notices.yaml:12: webhooks.secretFile: missing",
            "notices.yaml:14: routes.match.severity: \"high\", want info, warning or critical",
            "notices.yaml:15: routes.to.email: \"x\", want an address such as a@example.org",
            "notices.yaml:16: routes.type: \"*.login\", want the whole text, or its beginning and"
                + " *",
            "notices.yaml:22: routes.match.until: unknown name, want severity, type, identity,"
                + " hours, days, zone",
            "notices.yaml:19: routes.match.hours: \"8-18\", want hours such as 08:00-18:00",
            "notices.yaml:20: routes.match.days: \"mon-fre\", want days such as mon-fri, sun",
            "notices.yaml:21: routes.match.zone: \"Mars\", want a time zone such as Europe/Berlin"
                + " or UTC",
            "notices.yaml:25: routes.to.sms: unknown name, want email, webhook, identity",
            "notices.yaml:24: routes.to.webhook: \"other\", want the name of a webhook in this"
                + " file",
            "notices.yaml:26: routes.match.hours: \"10:00-10:00\", want hours such as 08:00-18:00",
            "notices.yaml:27: want match, to, quiet, escalate",
            "notices.yaml:28: routes.to.email: want one value",
            "notices.yaml:29: routes.to: nobody, want one at least");
  }

  @Test
  void webhooksOfChats_areRead_withTheirSecretsFromFiles() throws Exception {
    secret("team.slack", "https://hooks.slack.com/services/T0/B0/hidden\n");
    secret("team.teams", "https://x.logic.azure.com:443/workflows/hidden?sig=a%2Fb");
    secret("duty", KEY + "\n");
    write(
        """
        webhooks:
          - {name: a, format: slack, urlFile: secrets/team.slack}
          - {name: b, format: teams, urlFile: secrets/team.teams}
          - {name: c, format: pagerduty, secretFile: secrets/duty}
          - {name: d, format: pagerduty, secretFile: secrets/duty, url: "https://events.eu.pagerduty.com/v2/enqueue"}
          - {name: e, format: standard, url: https://h.example.org/, secretFile: secrets/ops.webhook}
        """);
    List<Webhook> hooks = load(Map.of()).notices().webhooks();
    assertThat(hooks.stream().map(hook -> hook.url().toString()))
        .containsExactly(
            "https://hooks.slack.com/services/T0/B0/hidden",
            "https://x.logic.azure.com:443/workflows/hidden?sig=a%2Fb",
            "https://events.pagerduty.com/v2/enqueue",
            "https://events.eu.pagerduty.com/v2/enqueue",
            "https://h.example.org/");
    assertThat(hooks.stream().map(Webhook::format).limit(4))
        .containsExactly(
            new WebhookFormat.Slack(),
            new WebhookFormat.Teams(),
            new WebhookFormat.PagerDuty(KEY),
            new WebhookFormat.PagerDuty(KEY));
    assertThat(load(Map.of()).notices().toString()).doesNotContain("hidden", KEY);
  }

  @Test
  void everyMistakeOfAWebhook_isNamed_andNoSecretIsShown() throws Exception {
    secret("url", "https://hooks.slack.com/hidden");
    secret("two", "https://a.example/hidden\nhttps://b.example/hidden");
    secret("plain", "http://a.example/hidden");
    secret("duty", "hidden");
    write(
        """
        webhooks:
          - {name: a, format: discord, url: https://h.example.org/}
          - {name: b, format: slack}
          - {name: c, format: slack, url: https://h.example.org/, urlFile: secrets/url}
          - {name: d, format: teams, url: https://h.example.org/, secretFile: secrets/duty}
          - {name: e, format: slack, urlFile: secrets/none}
          - {name: f, format: slack, urlFile: secrets/two}
          - {name: g, format: slack, urlFile: secrets/plain}
          - {name: h, format: pagerduty}
          - {name: i, format: pagerduty, secretFile: secrets/duty}
          - {name: j, url: https://h.example.org/, key: x, secretFile: secrets/ops.webhook}
        """);
    String secrets = home.resolve("secrets") + "/";
    assertThat(faults(Map.of()))
        .containsExactly(
            "notices.yaml:2: webhooks.format: \"discord\", want standard, slack, teams or"
                + " pagerduty",
            "notices.yaml:3: webhooks.url: missing",
            "notices.yaml:4: webhooks.urlFile: there is a url too, want one of them",
            "notices.yaml:5: webhooks.secretFile: teams knows us by the URL alone, want none",
            "notices.yaml:6: webhooks.urlFile: " + secrets + "none: cannot be read",
            "notices.yaml:7: webhooks.urlFile: "
                + secrets
                + "two: want a URL such as https://hooks.example.org/in",
            "notices.yaml:8: webhooks.urlFile: "
                + secrets
                + "plain: plain http, want https, or a.example among the private hosts",
            "notices.yaml:9: webhooks.secretFile: missing",
            "notices.yaml:10: webhooks.secretFile: "
                + secrets
                + "duty: want one line, the 32 letters and digits of an integration key",
            "notices.yaml:11: webhooks.key: unknown name, want name, format, url, urlFile,"
                + " secretFile")
        .noneMatch(fault -> fault.contains("hidden"));
  }

  @Test
  void quietHoursAndEscalation_areRead_withTheirDefaults() throws Exception {
    write(
        """
        routes:
          - to: {email: a@example.org}
            quiet: {hours: "22:00-07:00", days: mon-sun, zone: Europe/Berlin, unless: warning}
            escalate: {after: 15m, to: {email: [b@example.org], identity: ["did:squid:admin456"]}}
          - to: {email: a@example.org}
            quiet: {days: "sat, sun"}
            escalate: {after: 2, to: {email: b@example.org}}
        """);
    Route first = load(Map.of()).notices().routes().all().getFirst();
    assertThat(first.quiet())
        .isEqualTo(
            new Quiet(
                new Times(1320, 420, EnumSet.allOf(DayOfWeek.class), ZoneId.of("Europe/Berlin")),
                Severity.WARNING));
    assertThat(first.escalation())
        .isEqualTo(
            new Escalation(
                Duration.ofMinutes(15),
                List.of(Way.email("b@example.org"), Way.ws("did:squid:admin456"))));
    Route second = load(Map.of()).notices().routes().all().getLast();
    assertThat(second.quiet())
        .isEqualTo(
            new Quiet(
                new Times(0, 1440, Set.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY), ZoneId.of("UTC")),
                Severity.CRITICAL));
    assertThat(second.escalation())
        .isEqualTo(new Escalation(Duration.ofMinutes(2), List.of(Way.email("b@example.org"))));
  }

  @Test
  void everyMistakeOfQuietHoursAndEscalation_isNamedWithFileAndLine() throws Exception {
    write(
        """
        routes:
          - to: {email: a@example.org}
            quiet: {unless: high}
          - to: {email: a@example.org}
            quiet: {hours: late, zone: Mars, severity: info}
          - to: {email: a@example.org}
            quiet: {zone: Europe/Berlin}
          - to: {email: a@example.org}
            quiet: always
          - to: {email: a@example.org}
            escalate: {to: {email: b}}
          - to: {email: a@example.org}
            escalate: {after: 10s, to: {webhook: none}}
          - to: {email: a@example.org}
            escalate: {after: 15m, until: tomorrow}
          - to: {email: a@example.org}
            escalate: {after: soon, to: {pager: x}}
        """);
    String after =
        ", want " + "a time such as 250ms, 30s, 15m, 24h or 90d (a bare number is in m), 1m..7d";
    assertThat(faults(Map.of()))
        .containsExactly(
            "notices.yaml:3: routes.quiet.unless: \"high\", want info, warning or critical",
            "notices.yaml:5: routes.quiet.severity: unknown name, want hours, days, zone, unless",
            "notices.yaml:5: routes.quiet.hours: \"late\", want hours such as 08:00-18:00",
            "notices.yaml:5: routes.quiet.zone: \"Mars\", want a time zone such as Europe/Berlin"
                + " or UTC",
            "notices.yaml:7: routes.quiet: all the time, want hours or days that end",
            "notices.yaml:9: want hours, days, zone, unless",
            "notices.yaml:11: routes.escalate.after: missing" + after,
            "notices.yaml:11: routes.escalate.to.email: \"b\", want an address such as"
                + " a@example.org",
            "notices.yaml:13: routes.escalate.after: \"10s\"" + after,
            "notices.yaml:13: routes.escalate.to.webhook: \"none\", want the name of a webhook in"
                + " this file",
            "notices.yaml:15: routes.escalate.until: unknown name, want after, to",
            "notices.yaml:17: routes.escalate.after: \"soon\"" + after,
            "notices.yaml:17: routes.escalate.to.pager: unknown name, want email, webhook,"
                + " identity");
    write("routes:\n  - {to: {email: a@example.org}, escalate: {after: 15m}}\n");
    assertThat(faults(Map.of()))
        .containsExactly("notices.yaml:2: routes.escalate.to: nobody, want one at least");
  }

  private void secret(String name, String text) throws IOException {
    Files.writeString(home.resolve("secrets").resolve(name), text);
  }

  @Test
  void aPrivateHost_isOnlyWhatTheSettingNames() throws Exception {
    write(
        """
        webhooks:
          - {name: here, url: "http://Hooks.internal:8080/", secretFile: secrets/ops.webhook}
        """);
    assertThat(faults(Map.of())).hasSize(1).first().asString().contains("plain http");
    assertThat(
            load(Map.of("QERBEROS_WEBHOOK_PRIVATE_HOSTS", "10.0.0.1, hooks.internal"))
                .notices()
                .webhooks()
                .getFirst()
                .privateAllowed())
        .isTrue();
  }

  @Test
  void tooManyRoutes_areRefused() throws Exception {
    write("routes:\n" + "  - to: {email: a@example.org}\n".repeat(501));
    assertThat(faults(Map.of()))
        .containsExactly("notices.yaml:1: routes: 501 of them, want at most 500");
  }

  /// What the shipped file shows as an example would be accepted as it stands.
  @Test
  void theShippedExample_isRight() throws Exception {
    String shipped = Files.readString(Path.of("config/notices.yaml"));
    write(
        shipped
            .lines()
            .dropWhile(line -> !line.startsWith("# webhooks:"))
            .map(line -> line.substring(2))
            .reduce("", (before, line) -> before + line + "\n"));
    secret("team.slack", "https://hooks.slack.com/services/T0/B0/X");
    secret("duty.pagerduty", KEY);
    assertThat(load(Map.of()).notices().routes().all()).hasSize(3);
    assertThat(load(Map.of()).notices().webhooks()).hasSize(3);
  }

  private void write(String text) throws IOException {
    Files.writeString(config.resolve("notices.yaml"), text);
  }

  private Settings load(Map<String, String> environment) throws SettingsFaults {
    return new Loader(home, home, environment, Map.of()).load();
  }

  private List<String> faults(Map<String, String> environment) {
    return catchThrowableOfType(SettingsFaults.class, () -> load(environment)).faults();
  }
}
