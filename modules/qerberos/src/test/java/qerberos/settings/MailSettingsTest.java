package qerberos.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.notice.MailServer;
import qerberos.notice.MailServer.Login;
import qerberos.notice.MailServer.Security;

class MailSettingsTest {
  @TempDir Path home = Path.of(".");

  @Test
  void withoutAHost_thereIsNoServer_andTheDefaultsHold() throws Exception {
    MailSettings mail = load(Map.of());
    assertThat(mail.server()).isEmpty();
    assertThat(mail.admin()).isEqualTo("admin@localhost");
    assertThat(mail.gather()).isEqualTo(Duration.ofSeconds(60));
    assertThat(mail.mailsPerHour()).isEqualTo(20);
  }

  @Test
  void aServer_isPutTogether_andItsUserIsWhereMailComesFrom() throws Exception {
    Path password = Files.writeString(home.resolve("password"), "secret\n");
    MailServer server =
        load(Map.of(
                "SMTP_HOST", "mail.example.org",
                "SMTP_USER", "qerberos@example.org",
                "SMTP_PASSWORD_FILE", password.toString(),
                "SMTP_TIMEOUT", "5s"))
            .server()
            .orElseThrow();
    assertThat(server)
        .isEqualTo(
            new MailServer(
                "mail.example.org",
                587,
                Security.STARTTLS,
                Optional.of(new Login("qerberos@example.org", "secret")),
                "qerberos@example.org",
                Duration.ofSeconds(5)));
  }

  @Test
  void tls_isStarttls_orFromTheFirstByteOnPort465_unlessToldOtherwise() throws Exception {
    assertThat(security("587", "true")).isEqualTo(Security.STARTTLS);
    assertThat(security("465", "true")).isEqualTo(Security.IMPLICIT);
    assertThat(security("2465", "implicit")).isEqualTo(Security.IMPLICIT);
    assertThat(security("25", "false")).isEqualTo(Security.NONE);
  }

  @Test
  void whatDoesNotFitTogether_isRefused() {
    assertThat(faults(Map.of("SMTP_HOST", "h")))
        .containsExactly(
            "QERBEROS_SMTP_FROM: missing, want one because QERBEROS_SMTP_HOST is given");
    assertThat(faults(Map.of("SMTP_HOST", "h", "SMTP_FROM", "a@b", "SMTP_USER", "u")))
        .containsExactly(
            "QERBEROS_SMTP_PASSWORD: missing, want one because QERBEROS_SMTP_USER is given");
    assertThat(
            faults(
                Map.of(
                    "SMTP_HOST", "h",
                    "SMTP_FROM", "a@b",
                    "SMTP_USER", "u",
                    "SMTP_PASSWORD", "hidden",
                    "SMTP_TLS", "false")))
        .containsExactly(
            "QERBEROS_SMTP_TLS: mail server h: a password without TLS, want TLS, no password, or a"
                + " server on this machine");
    assertThat(faults(Map.of("ADMIN_EMAIL", "A <a@example.org>", "SMTP_TLS", "maybe")))
        .containsExactly(
            "QERBEROS_SMTP_TLS: \"maybe\", want one of true, false, implicit",
            "QERBEROS_ADMIN_EMAIL: \"A <a@example.org>\", want an address such as a@example.org");
  }

  @Test
  void anOwnTemplate_isRead_andItsMistakesAreNamed() throws Exception {
    Path template = home.resolve("mail.layout");
    Files.writeString(
        template,
        "[subject]\nx\n[top]\nx\n[message]\nx\n[more]\nx\n[line]\nx\n[bottom]\n{headline}\n");
    assertThat(load(Map.of("MAIL_TEMPLATE_FILE", template.toString())).layout()).isNotNull();
    Files.writeString(
        template, "[subject]\n{nonsense}\n[top]\nx\n[message]\nx\n[more]\nx\n[line]\nx\n");
    assertThat(faults(Map.of("MAIL_TEMPLATE_FILE", template.toString())))
        .containsExactly(
            "mail.layout:2: {nonsense}: unknown value, want one of contact, count, headline,"
                + " severity, summary",
            "mail.layout: [bottom]: missing");
  }

  private Security security(String port, String tls) throws SettingsFaults {
    return load(Map.of("SMTP_HOST", "h", "SMTP_FROM", "a@b", "SMTP_PORT", port, "SMTP_TLS", tls))
        .server()
        .orElseThrow()
        .security();
  }

  private MailSettings load(Map<String, String> variables) throws SettingsFaults {
    Map<String, String> environment = new HashMap<>();
    variables.forEach((name, value) -> environment.put("QERBEROS_" + name, value));
    return new Loader(home, home, environment, Map.of()).load().mail();
  }

  private List<String> faults(Map<String, String> variables) {
    return catchThrowableOfType(SettingsFaults.class, () -> load(variables)).faults();
  }
}
