package qerberos.delivery;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import qerberos.notice.Channel;
import qerberos.notice.MailChannel;
import qerberos.notice.Retries;
import qerberos.notice.WebhookChannel;
import qerberos.settings.MailSettings;
import qerberos.settings.NoticeSettings;
import qerberos.state.Documents;

/// The channels that are configured. Opens nothing before there is something to deliver.
public final class Channels {
  /// How long a mail server may take for a mail, beyond the gathering.
  private static final Duration CONVERSATION = Duration.ofMinutes(2);

  private Channels() {}

  /// Mail when there is a server for it, webhooks when there are any, and whoever is connected.
  ///
  /// @param documents remember which webhooks want no more calls, and what mails went this hour
  /// @param room where they wait who are connected
  public static List<Channel> of(
      MailSettings mail, NoticeSettings notices, Documents documents, Room room, Clock clock) {
    var tls = (SSLSocketFactory) SSLSocketFactory.getDefault();
    List<Channel> all = new ArrayList<>();
    mail.server()
        .ifPresent(
            server ->
                all.add(
                    new MailChannel(
                        server,
                        mail.layout(),
                        mail.admin(),
                        mail.gather(),
                        mail.mailsPerHour(),
                        new CountedMails(documents),
                        tls,
                        clock)));
    if (!notices.webhooks().isEmpty()) {
      all.add(
          new WebhookChannel(
              notices.webhooks(),
              new GoneWebhooks(documents),
              notices.webhookTimeout(),
              tls,
              clock));
    }
    all.add(new SocketChannel(room));
    return List.copyOf(all);
  }

  /// When they try again. What is gathered is not free for another process meanwhile.
  public static Retries retries(MailSettings mail) {
    Retries usual = Retries.usual();
    return new Retries(
        usual.first(), usual.longest(), usual.giveUpAfter(), mail.gather().plus(CONVERSATION));
  }
}
