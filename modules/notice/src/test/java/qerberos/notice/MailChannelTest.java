package qerberos.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.notice.MailServer.Login;
import qerberos.notice.MailServer.Security;

/// Real conversations with mail servers on this machine.
class MailChannelTest {
  private static final String TO = "admin@example.org";
  private static final Duration PATIENT = Duration.ofSeconds(30);
  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir private static Path folder = Path.of(".");
  private static OwnCertificate own = new OwnCertificate(Path.of("."));
  private static OwnCertificate other = new OwnCertificate(Path.of("."));

  @BeforeAll
  static void certificates() throws Exception {
    own = OwnCertificate.make(folder, "dns:localhost,ip:127.0.0.1");
    other = OwnCertificate.make(folder, "dns:mail.example.org");
  }

  @Test
  void aMail_arrivesWithBothParts_itsNumber_andNobodyElsesHeaders() throws Exception {
    try (var server = new Post("smtp")) {
      MailChannel channel = channel(server.port(), Security.NONE, Optional.empty());
      String subject = "Zugriff verweigert: 51×\r\nBcc: victim@example.org";
      Message message =
          Messages.of("a-1", TO, Severity.CRITICAL, subject, "<b>51</b>\n.\nBcc: x@example.org");
      assertThat(channel.deliver(message)).isInstanceOf(Delivery.Delivered.class);
      assertThat(channel.deliver(message)).isInstanceOf(Delivery.Delivered.class);
      List<MimeMessage> mails = server.mails();
      assertThat(mails).hasSize(2);
      MimeMessage mail = mails.getFirst();
      assertThat(mail.getSubject())
          .isEqualTo("Cerberus: CRITICAL: Zugriff verweigert: 51× Bcc: victim@example.org");
      assertThat(Arrays.toString(mail.getAllRecipients())).isEqualTo("[" + TO + "]");
      assertThat(Arrays.toString(mail.getFrom())).isEqualTo("[Qerberos <qerberos@example.net>]");
      assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
      assertThat(mail.getHeader("X-Qerberos-Notice")).containsExactly("a-1");
      assertThat(mail.getHeader("Bcc")).isNull();
      assertThat(mail.getSentDate()).isEqualTo(Date.from(Messages.AT));
      assertThat(mail.getMessageID())
          .matches("<[0-9a-f]{40}@example[.]net>")
          .isEqualTo(mails.getLast().getMessageID());
      var parts = (MimeMultipart) mail.getContent();
      assertThat(parts.getContentType()).startsWith("multipart/alternative");
      assertThat(parts.getBodyPart(0).getContentType()).startsWith("text/plain; charset=UTF-8");
      assertThat(String.valueOf(parts.getBodyPart(0).getContent()).replace("\r", ""))
          .contains("  <b>51</b>\n  .\n  Bcc: x@example.org\n");
      assertThat(parts.getBodyPart(1).getContentType()).startsWith("text/html; charset=UTF-8");
      assertThat(String.valueOf(parts.getBodyPart(1).getContent()))
          .contains("&lt;b&gt;51&lt;/b&gt;");
    }
  }

  @Test
  void manyMessages_areOneMail() throws Exception {
    try (var server = new Post("smtp");
        var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      MailChannel channel = channel(server.port(), Security.NONE, Optional.empty());
      List<Future<Delivery>> waiting = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        Message message = Messages.of("m" + i, TO, Severity.INFO);
        Callable<Delivery> delivery = () -> channel.deliver(message);
        waiting.add(callers.submit(delivery));
      }
      while (channel.waiting(TO) < 30) {
        Thread.sleep(1);
      }
      assertThat(channel.deliver(Messages.of("last", TO, Severity.CRITICAL)))
          .isInstanceOf(Delivery.Delivered.class);
      for (Future<Delivery> each : waiting) {
        assertThat(each.get()).isInstanceOf(Delivery.Delivered.class);
      }
      assertThat(server.mails()).hasSize(1);
      MimeMessage mail = server.mails().getFirst();
      assertThat(mail.getSubject()).isEqualTo("Cerberus: CRITICAL: 31 notices: subject of last");
      assertThat(mail.getHeader("X-Qerberos-Notice")).hasSize(31);
    }
  }

  @Test
  void login_isWhatLetsUsIn() throws Exception {
    try (var server = new Post("smtp")) {
      server.real.setUser("qerberos@example.net", "us", "secret");
      Message message = Messages.of("m", TO, Severity.CRITICAL);
      assertThat(
              channel(server.port(), Security.NONE, Optional.of(new Login("us", "secret")))
                  .deliver(message))
          .isInstanceOf(Delivery.Delivered.class);
      Delivery refused =
          channel(server.port(), Security.NONE, Optional.of(new Login("us", "wrong-password")))
              .deliver(message);
      assertThat(failed(refused).reason())
          .startsWith("the mail server localhost:" + server.port() + " does not take our login: ")
          .doesNotContain("wrong-password");
      assertThat(failed(refused).permanent()).isFalse();
      assertThat(server.mails()).hasSize(1);
    }
  }

  @Test
  void starttls_comesBeforeLoginAndMail() throws Exception {
    try (var server = new SmtpServer(own.server(), Map.of())) {
      MailChannel channel =
          channel(server.port(), Security.STARTTLS, Optional.of(new Login("us", "secret")));
      assertThat(channel.deliver(Messages.of("m", TO, Severity.CRITICAL)))
          .isInstanceOf(Delivery.Delivered.class);
      assertThat(server.heard)
          .startsWith("EHLO example.net", "STARTTLS", "TLS", "EHLO example.net")
          .contains("MAIL FROM:<qerberos@example.net>", "RCPT TO:<admin@example.org>", "DATA")
          .anyMatch(line -> line.startsWith("AUTH PLAIN"));
    }
  }

  @Test
  void aServerThatOffersNoTls_hearsNeitherLoginNorMail() throws Exception {
    try (var server = new SmtpServer(null, Map.of())) {
      MailChannel channel =
          channel(server.port(), Security.STARTTLS, Optional.of(new Login("us", "secret")));
      Delivery.Failed failed = failed(channel.deliver(Messages.of("m", TO, Severity.CRITICAL)));
      assertThat(failed.reason()).startsWith("no TLS with the mail server localhost:");
      assertThat(failed.permanent()).isFalse();
      assertThat(server.heard).noneMatch(line -> line.matches("(AUTH|MAIL|DATA).*"));
    }
  }

  @Test
  void aCertificateForAnotherName_orOfAStranger_isNotBelieved() throws Exception {
    try (var server = new SmtpServer(other.server(), Map.of())) {
      for (SSLSocketFactory believed :
          List.of(other.client().getSocketFactory(), own.client().getSocketFactory())) {
        MailChannel channel =
            channel(
                new MailServer(
                    "localhost",
                    server.port(),
                    Security.STARTTLS,
                    Optional.of(new Login("us", "secret")),
                    "qerberos@example.net",
                    PATIENT),
                believed);
        Delivery.Failed failed = failed(channel.deliver(Messages.of("m", TO, Severity.CRITICAL)));
        assertThat(failed.reason()).startsWith("no TLS with the mail server localhost:");
      }
      assertThat(server.heard).noneMatch(line -> line.matches("(AUTH|MAIL|DATA).*"));
    }
  }

  @Test
  void implicitTls_isTlsFromTheFirstByte() throws Exception {
    System.setProperty("greenmail.tls.keystore.file", own.store().toString());
    System.setProperty("greenmail.tls.keystore.password", OwnCertificate.PASSWORD);
    try (var server = new Post("smtps")) {
      assertThat(
              channel(server.port(), Security.IMPLICIT, Optional.empty())
                  .deliver(Messages.of("m", TO, Severity.CRITICAL)))
          .isInstanceOf(Delivery.Delivered.class);
      assertThat(server.mails()).hasSize(1);
    }
  }

  @Test
  void refusals_arePermanentFrom500On_andQuoteTheServer() throws Exception {
    Map<String, Boolean> cases =
        Map.of(
            "RCPT 550 no such user", true,
            "RCPT 450 try later", false,
            "MAIL 553 not from you", true,
            "MAIL 421 too busy", false,
            ". 554 looks like spam", true,
            ". 452 disk is full", false);
    for (var each : cases.entrySet()) {
      String[] words = each.getKey().split(" ", 2);
      try (var server = new SmtpServer(null, Map.of(words[0], words[1]))) {
        Delivery.Failed failed =
            failed(
                channel(server.port(), Security.NONE, Optional.empty())
                    .deliver(Messages.of("m", TO, Severity.CRITICAL)));
        assertThat(failed.reason())
            .as(each.getKey())
            .isEqualTo("the mail server refused: " + words[1]);
        assertThat(failed.permanent()).as(each.getKey()).isEqualTo(each.getValue());
      }
    }
  }

  @Test
  void whatAServerSays_isCleanedBeforeItIsShown() throws Exception {
    try (var server =
        new SmtpServer(null, Map.of("RCPT", "550 \u001b[31mno\u0007 " + "x".repeat(400)))) {
      Delivery.Failed failed =
          failed(
              channel(server.port(), Security.NONE, Optional.empty())
                  .deliver(Messages.of("m", TO, Severity.CRITICAL)));
      assertThat(failed.reason()).doesNotContain("\u001b", "\u0007").hasSizeLessThan(350);
    }
  }

  @Test
  void silence_endsAfterTheTimeLimit_whereverItBegins() throws Exception {
    for (String silentAt : List.of("GREETING", "EHLO", "MAIL", "DATA", ".")) {
      try (var server = new SmtpServer(null, Map.of(silentAt, ""))) {
        var silent =
            new MailServer(
                "localhost",
                server.port(),
                Security.NONE,
                Optional.empty(),
                "qerberos@example.net",
                Duration.ofMillis(200));
        Delivery.Failed failed =
            failed(
                channel(silent, own.client().getSocketFactory())
                    .deliver(Messages.of("m", TO, Severity.CRITICAL)));
        assertThat(failed.reason())
            .as(silentAt)
            .isEqualTo(
                "the mail server localhost:" + server.port() + " gave no answer within 200 ms");
        assertThat(failed.permanent()).isFalse();
      }
    }
  }

  @Test
  void whatTheServerTook_isDelivered_howeverTheFarewellGoes() throws Exception {
    for (String farewell : List.of("", "500 what", "\u0000")) {
      try (var server = new SmtpServer(null, Map.of("QUIT", farewell))) {
        assertThat(
                channel(server.port(), Security.NONE, Optional.empty())
                    .deliver(Messages.of("m", TO, Severity.CRITICAL)))
            .isInstanceOf(Delivery.Delivered.class);
      }
    }
  }

  @Test
  void nobodyListens_isSaid() throws Exception {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    assertThat(
            channel(port, Security.NONE, Optional.empty())
                .deliver(Messages.of("m", TO, Severity.CRITICAL)))
        .isEqualTo(
            new Delivery.Failed("no connection to the mail server localhost:" + port, false, null));
  }

  @Test
  void whatIsNoPlainAddress_isRefusedBeforeAnythingIsSent() throws Exception {
    try (var server = new SmtpServer(null, Map.of())) {
      MailChannel channel = channel(server.port(), Security.NONE, Optional.empty());
      for (String bad :
          List.of(
              "admin",
              "a@example.org, b@example.org",
              "A <a@example.org>",
              "a@example.org\r\nRCPT TO:<b@example.org>",
              "a@b@example.org",
              "group:a@example.org;",
              "ä@example.org",
              "@example.org",
              "x".repeat(65) + "@example.org")) {
        assertThat(failed(channel.deliver(Messages.of("m", bad, Severity.CRITICAL))).permanent())
            .as(bad)
            .isTrue();
      }
      assertThat(server.heard).isEmpty();
    }
  }

  @Test
  void aPasswordWithoutTls_goesToThisMachineOnly_andIsNeverShown() {
    var login = Optional.of(new Login("us", "secret"));
    assertThatThrownBy(
            () ->
                new MailServer(
                    "mail.example.org", 25, Security.NONE, login, "a@example.org", PATIENT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a password without TLS");
    assertThat(
            new MailServer("localhost", 25, Security.NONE, login, "a@example.org", PATIENT)
                .toString())
        .doesNotContain("secret");
  }

  private static Delivery.Failed failed(Delivery delivery) {
    assertThat(delivery).isInstanceOf(Delivery.Failed.class);
    return (Delivery.Failed) delivery;
  }

  private static MailChannel channel(int port, Security security, Optional<Login> login)
      throws Exception {
    return channel(
        new MailServer("localhost", port, security, login, "qerberos@example.net", PATIENT),
        own.client().getSocketFactory());
  }

  private static MailChannel channel(MailServer server, SSLSocketFactory believed) {
    return new MailChannel(
        server,
        MailLayout.standard(),
        "",
        LONG,
        100,
        new KeptMails(),
        believed,
        Clock.fixed(Messages.AT, ZoneOffset.UTC));
  }

  /// GreenMail on a free port.
  private static final class Post implements AutoCloseable {
    private final GreenMail real;

    Post(String protocol) {
      real = new GreenMail(new ServerSetup(0, "127.0.0.1", protocol));
      real.start();
    }

    int port() {
      return real.getSmtp() == null ? real.getSmtps().getPort() : real.getSmtp().getPort();
    }

    List<MimeMessage> mails() {
      return List.of(real.getReceivedMessages());
    }

    @Override
    public void close() {
      real.stop();
    }
  }
}
