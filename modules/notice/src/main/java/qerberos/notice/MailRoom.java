package qerberos.notice;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.UnsupportedEncodingException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.eclipse.angus.mail.util.MailConnectException;
import org.jspecify.annotations.Nullable;
import qerberos.notice.Digest.Posted;

/// Hands letters to the mail server, one connection each. Safe for concurrent use.
///
/// TLS, where wanted, is required, and the server must show a certificate for its name. What a
/// server says is text of others: cleaned, cut, and only ever shown.
final class MailRoom {
  private final MailServer server;
  private final Session session;
  private final Clock clock;

  /// @param tls whose certificates are believed
  MailRoom(MailServer server, SSLSocketFactory tls, Clock clock) {
    this.server = server;
    this.clock = clock;
    this.session = Session.getInstance(properties(server, tls));
  }

  private static Properties properties(MailServer server, SSLSocketFactory tls) {
    var all = new Properties();
    String millis = String.valueOf(server.timeout().toMillis());
    all.put("mail.smtp.host", server.host());
    all.put("mail.smtp.port", String.valueOf(server.port()));
    all.put("mail.smtp.localhost", server.domain());
    all.put("mail.smtp.connectiontimeout", millis);
    all.put("mail.smtp.timeout", millis);
    all.put("mail.smtp.writetimeout", millis);
    all.put("mail.smtp.quitwait", "false");
    all.put("mail.smtp.auth", String.valueOf(server.login().isPresent()));
    boolean starttls = server.security() == MailServer.Security.STARTTLS;
    all.put("mail.smtp.starttls.enable", String.valueOf(starttls));
    all.put("mail.smtp.starttls.required", String.valueOf(starttls));
    all.put(
        "mail.smtp.ssl.enable", String.valueOf(server.security() == MailServer.Security.IMPLICIT));
    all.put("mail.smtp.ssl.checkserveridentity", "true");
    all.put("mail.smtp.ssl.protocols", "TLSv1.3 TLSv1.2");
    all.put("mail.smtp.ssl.socketFactory", tls);
    return all;
  }

  /// Tries once.
  Posted send(Letter letter) throws InterruptedException {
    try {
      MimeMessage mail = mail(letter);
      Transport transport = session.getTransport("smtp");
      try {
        if (server.login().isPresent()) {
          MailServer.Login login = server.login().get();
          transport.connect(login.user(), login.password());
        } else {
          transport.connect();
        }
        transport.sendMessage(mail, mail.getAllRecipients());
      } finally {
        leave(transport);
      }
      return new Posted(new Delivery.Delivered(mail.getMessageID()), true);
    } catch (MessagingException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("while sending mail");
      }
      return failed(e);
    }
  }

  /// However the farewell goes: by then the mail is with the server, or it is not.
  private static void leave(Transport transport) {
    try {
      transport.close();
    } catch (MessagingException _) {
      // The connection is closed all the same.
    }
  }

  private MimeMessage mail(Letter letter) throws MessagingException {
    String id = "<" + letter.number() + "@" + server.domain() + ">";
    var mail =
        new MimeMessage(session) {
          @Override
          protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
          }
        };
    try {
      mail.setFrom(new InternetAddress(server.from(), "Qerberos", "UTF-8"));
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException("every JDK has UTF-8", e);
    }
    mail.setRecipient(RecipientType.TO, new InternetAddress(letter.to(), true));
    mail.setSubject(letter.subject(), "UTF-8");
    mail.setSentDate(Date.from(clock.instant()));
    mail.setHeader("Auto-Submitted", "auto-generated");
    for (String each : letter.ids()) {
      mail.addHeader("X-Qerberos-Notice", each);
    }
    var text = new MimeBodyPart();
    text.setText(letter.text(), "UTF-8");
    var html = new MimeBodyPart();
    html.setText(letter.html(), "UTF-8", "html");
    mail.setContent(new MimeMultipart("alternative", text, html));
    mail.saveChanges();
    return mail;
  }

  /// What went wrong, in words: the innermost cause that we know decides.
  private Posted failed(MessagingException failure) {
    String at = server.host() + ":" + server.port();
    for (Throwable cause : chain(failure)) {
      switch (cause) {
        case SMTPAddressFailedException e -> {
          return refused(e.getReturnCode(), e);
        }
        case SMTPSenderFailedException e -> {
          return refused(e.getReturnCode(), e);
        }
        case SMTPSendFailedException e when e.getReturnCode() > 0 -> {
          return refused(e.getReturnCode(), e);
        }
        case AuthenticationFailedException e -> {
          return unsent("the mail server " + at + " does not take our login: " + said(e));
        }
        case SSLException e -> {
          return unsent("no TLS with the mail server " + at + ": " + said(e));
        }
        case UnknownHostException e -> {
          return unsent("the mail server " + at + " has no address");
        }
        case SocketTimeoutException e -> {
          String reason =
              "the mail server "
                  + at
                  + " gave no answer within "
                  + server.timeout().toMillis()
                  + " ms";
          return new Posted(new Delivery.Failed(reason, false, null), true);
        }
        default -> {}
      }
    }
    if (failure instanceof MailConnectException) {
      return unsent("no connection to the mail server " + at);
    }
    boolean noStartTls = said(failure).toUpperCase(Locale.ROOT).contains("STARTTLS");
    return noStartTls
        ? unsent("no TLS with the mail server " + at + ": " + said(failure))
        : new Posted(
            new Delivery.Failed("the mail server " + at + ": " + said(failure), false, null), true);
  }

  private static Posted refused(int code, Exception e) {
    String words = said(e);
    String reply = words.startsWith(String.valueOf(code)) ? words : code + " " + words;
    return new Posted(
        new Delivery.Failed("the mail server refused: " + reply, code >= 500, null), false);
  }

  private static Posted unsent(String reason) {
    return new Posted(new Delivery.Failed(reason, false, null), false);
  }

  private static String said(Throwable e) {
    return Plain.line(String.valueOf(e.getMessage()), 300);
  }

  /// The failure and what it came from; refused addresses stand where others have their cause.
  private static List<Throwable> chain(MessagingException failure) {
    List<Throwable> all = new ArrayList<>();
    @Nullable Throwable each = failure;
    while (each != null && all.size() < 20) {
      all.add(0, each);
      each =
          each instanceof MessagingException mail && mail.getNextException() != null
              ? mail.getNextException()
              : each.getCause();
    }
    return all;
  }
}
