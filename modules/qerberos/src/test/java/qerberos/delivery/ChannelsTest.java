package qerberos.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.notice.Channel;
import qerberos.notice.Delivery;
import qerberos.notice.MailLayout;
import qerberos.notice.Message;
import qerberos.notice.Routes;
import qerberos.notice.Severity;
import qerberos.notice.Webhook;
import qerberos.notice.WebhookFormat;
import qerberos.notice.WebhookSecrets;
import qerberos.settings.MailSettings;
import qerberos.settings.NoticeSettings;
import qerberos.settings.StateSettings;
import qerberos.state.State;

/// The channels as the service has them, with a webhook that is really called.
class ChannelsTest {
  @TempDir Path folder = Path.of(".");
  private final AtomicInteger calls = new AtomicInteger();
  private HttpServer receiver;

  ChannelsTest() throws Exception {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void receive() {
    receiver.createContext(
        "/",
        exchange -> {
          byte[] ignored = exchange.getRequestBody().readAllBytes();
          int _ = calls.incrementAndGet();
          exchange.sendResponseHeaders(410, -1);
          exchange.close();
        });
    receiver.start();
  }

  @AfterEach
  void stop() {
    receiver.stop(0);
  }

  private static MailSettings noMail() {
    return new MailSettings(
        Optional.empty(), "admin@localhost", Duration.ofSeconds(60), 20, MailLayout.standard());
  }

  private NoticeSettings oneWebhook() {
    var format =
        new WebhookFormat.Standard(
            WebhookSecrets.parse(
                "whsec_" + Base64.getEncoder().encodeToString("k".repeat(32).getBytes(UTF_8))));
    URI url = URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/in");
    return new NoticeSettings(
        Routes.NONE,
        List.of(new Webhook("ops", url, format, true)),
        Duration.ofSeconds(5),
        Duration.ofDays(90));
  }

  @Test
  void theMailsOfThisHour_areThereAfterARestart() throws Exception {
    Map<String, List<Instant>> sent =
        Map.of(
            "a@example", List.of(Instant.ofEpochMilli(1), Instant.ofEpochMilli(2_000)),
            "b@example", List.of(Instant.ofEpochMilli(3)));
    try (State state = State.open(StateSettings.in(folder), Clock.systemUTC())) {
      var mails = new CountedMails(state.documents());
      assertThat(mails.kept()).isEmpty();
      mails.keep(sent);
    }
    try (State state = State.open(StateSettings.in(folder), Clock.systemUTC())) {
      var mails = new CountedMails(state.documents());
      assertThat(mails.kept()).isEqualTo(sent);
      mails.keep(Map.of());
      assertThat(mails.kept()).isEmpty();
    }
  }

  @Test
  void withoutServerAndWebhooks_thereAreOnlyThoseWhoAreConnected() {
    try (State state = State.open(StateSettings.in(folder), Clock.systemUTC())) {
      var nothing =
          new NoticeSettings(Routes.NONE, List.of(), Duration.ofSeconds(5), Duration.ofDays(90));
      assertThat(Channels.of(noMail(), nothing, state.documents(), new Room(), Clock.systemUTC()))
          .extracting(Channel::name)
          .containsExactly("ws");
    }
  }

  @Test
  void aWebhookThatIsGone_isNotCalledAgain_evenAfterARestart() throws Exception {
    for (int life = 0; life < 2; life++) {
      try (State state = State.open(StateSettings.in(folder), Clock.systemUTC())) {
        Channel webhook =
            Channels.of(noMail(), oneWebhook(), state.documents(), new Room(), Clock.systemUTC())
                .getFirst();
        for (int i = 0; i < 2; i++) {
          Delivery delivery =
              webhook.deliver(
                  new Message(
                      "m" + life + i,
                      "ops",
                      Severity.CRITICAL,
                      "down",
                      "all of it",
                      Instant.now(),
                      Map.of()));
          assertThat(delivery)
              .isInstanceOfSatisfying(
                  Delivery.Failed.class, failed -> assertThat(failed.permanent()).isTrue());
        }
      }
    }
    assertThat(calls).hasValue(1);
  }

  @Test
  void whatIsGathered_isNotFreeForOthersMeanwhile() {
    assertThat(Channels.retries(noMail()).lease()).isGreaterThan(noMail().gather());
  }
}
