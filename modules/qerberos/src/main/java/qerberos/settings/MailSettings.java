package qerberos.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import qerberos.notice.MailLayout;
import qerberos.notice.MailServer;
import qerberos.notice.MailServer.Login;
import qerberos.notice.MailServer.Security;

/// How mail goes out. Immutable.
///
/// @param server empty when there is none; what would be mailed is then only kept
/// @param admin who gets what concerns the administrator
/// @param gather how long what goes to one address is gathered, 0..10 min; default 60 s
/// @param mailsPerHour to one address, 1..3600; default 20
/// @param layout how mails look
public record MailSettings(
    Optional<MailServer> server,
    String admin,
    Duration gather,
    int mailsPerHour,
    MailLayout layout) {
  public MailSettings {
    Range.check("mail.gather", gather, Duration.ZERO, Duration.ofMinutes(10));
    Range.check("mail.perHour", mailsPerHour, 1, 3_600);
  }

  /// How the connection to the mail server is kept from others.
  public enum Tls {
    /// By STARTTLS, which must succeed; on port 465 as [#IMPLICIT].
    TRUE,
    /// Not at all.
    FALSE,
    /// By TLS from the first byte on.
    IMPLICIT
  }

  /// Puts together what was configured.
  ///
  /// @throws IllegalArgumentException when it does not fit together
  static MailSettings of(Values values) {
    return new MailSettings(
        values.get(Catalog.SMTP_HOST).map(host -> server(host, values)),
        values.get(Catalog.ADMIN_EMAIL),
        values.get(Catalog.MAIL_GATHER),
        values.get(Catalog.MAIL_PER_HOUR),
        values
            .get(Catalog.MAIL_TEMPLATE_FILE)
            .map(MailSettings::layout)
            .orElseGet(MailLayout::standard));
  }

  private static MailServer server(String host, Values values) {
    int port = values.get(Catalog.SMTP_PORT);
    Optional<String> user = values.get(Catalog.SMTP_USER);
    Optional<String> password = values.get(Catalog.SMTP_PASSWORD);
    if (user.isPresent() != password.isPresent()) {
      Setting<?> given = user.isPresent() ? Catalog.SMTP_USER : Catalog.SMTP_PASSWORD;
      Setting<?> missing = user.isPresent() ? Catalog.SMTP_PASSWORD : Catalog.SMTP_USER;
      throw new IllegalArgumentException(
          missing.name() + ": missing, want one because " + given.name() + " is given");
    }
    String from =
        values
            .get(Catalog.SMTP_FROM)
            .or(() -> user.filter(MailServer::isAddress))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        Catalog.SMTP_FROM.name()
                            + ": missing, want one because "
                            + Catalog.SMTP_HOST.name()
                            + " is given"));
    try {
      return new MailServer(
          host,
          port,
          switch (values.get(Catalog.SMTP_TLS)) {
            case TRUE -> port == 465 ? Security.IMPLICIT : Security.STARTTLS;
            case FALSE -> Security.NONE;
            case IMPLICIT -> Security.IMPLICIT;
          },
          user.flatMap(name -> password.map(word -> new Login(name, word))),
          from,
          values.get(Catalog.SMTP_TIMEOUT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(Catalog.SMTP_TLS.name() + ": " + e.getMessage(), e);
    }
  }

  private static MailLayout layout(Path file) {
    try {
      return MailLayout.parse(String.valueOf(file.getFileName()), Files.readString(file));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          Catalog.MAIL_TEMPLATE_FILE.name() + ": " + file + ": cannot be read: " + e.getMessage(),
          e);
    }
  }
}
