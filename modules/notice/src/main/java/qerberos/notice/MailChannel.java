package qerberos.notice;

import java.time.Clock;
import java.time.Duration;
import javax.net.ssl.SSLSocketFactory;

/// E-mail by SMTP: text and HTML, many messages in one mail, so many mails an hour. Safe for
/// concurrent use.
///
/// `deliver` returns when a mail with the message was tried, which is up to the gathering time
/// later; each message needs a thread of its own meanwhile, and a lease that lasts as long and some
/// minutes for the mail server. The message's recipient is an address.
public final class MailChannel implements Channel {
  private final Digest digest;

  /// @param layout how mails look
  /// @param contact who is asked about them; empty when nobody is
  /// @param gather how long messages to one address are gathered
  /// @param mailsPerHour to one address, 1 at least
  /// @param sentMails what went in lives before
  /// @param tls whose certificates are believed; the JDK's default is the host's
  public MailChannel(
      MailServer server,
      MailLayout layout,
      String contact,
      Duration gather,
      int mailsPerHour,
      SentMails sentMails,
      SSLSocketFactory tls,
      Clock clock) {
    var room = new MailRoom(server, tls, clock);
    this.digest =
        new Digest(
            gather,
            mailsPerHour,
            sentMails,
            clock,
            (recipient, messages) ->
                room.send(Letter.of(recipient, messages, layout, Plain.line(contact, 500))));
  }

  @Override
  public String name() {
    return "email";
  }

  @Override
  public Delivery deliver(Message message) throws InterruptedException {
    if (!MailServer.isAddress(message.recipient())) {
      return new Delivery.Failed(
          "\"" + Plain.line(message.recipient(), 254) + "\" is not an address mail can go to",
          true,
          null);
    }
    return digest.deliver(message);
  }

  /// As many as there may be in a mail, and some for others meanwhile: those who wait for a mail to
  /// fill must not keep out what is critical.
  @Override
  public int atOnce() {
    return 4 * Digest.MOST;
  }

  /// How many messages wait for the next mail to that address.
  int waiting(String recipient) {
    return digest.waiting(recipient);
  }
}
