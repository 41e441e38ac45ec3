package qerberos.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qerberos.event.Json;
import qerberos.http.RunningService.Reply;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.intake.AnyJson;
import qerberos.notice.Channel;
import qerberos.notice.Delivery;
import qerberos.notice.Escalation;
import qerberos.notice.Message;
import qerberos.notice.Routes;
import qerberos.notice.Severity;
import qerberos.notice.Times;
import qerberos.notice.Unwanted;
import qerberos.notice.Way;
import qerberos.notice.Webhook;
import qerberos.notice.WebhookChannel;
import qerberos.notice.WebhookFormat;

/// An alert that begins, is acknowledged and is over: who hears of it, with real receivers of the
/// webhooks, and what is recorded.
class AcknowledgeTest {
  private static final String ALERT = "/notifications/admin-alert";
  private static final String KEY = "e93facc04764012d7bfb002500d5d1a6";
  private static final BlockingQueue<Message> MAILS = new LinkedBlockingQueue<>();
  private static final BlockingQueue<String> SLACK = new LinkedBlockingQueue<>();
  private static final BlockingQueue<String> PAGER_DUTY = new LinkedBlockingQueue<>();

  @TempDir static Path folder;
  private static HttpServer receiver;
  private static RunningService service;

  /// Keeps what it gets.
  private static final class Mailbox implements Channel {
    @Override
    public String name() {
      return "email";
    }

    @Override
    public Delivery deliver(Message message) {
      boolean ignored = MAILS.add(message);
      return new Delivery.Delivered("250 taken");
    }
  }

  @BeforeAll
  static void start() throws Exception {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receive("/slack", SLACK);
    receive("/pagerduty", PAGER_DUTY);
    receiver.start();
    List<Webhook> hooks = new ArrayList<>();
    hooks.add(hook("slack", new WebhookFormat.Slack()));
    hooks.add(hook("pagerduty", new WebhookFormat.PagerDuty(KEY)));
    var webhooks =
        new WebhookChannel(
            hooks,
            Unwanted.inMemory(),
            Duration.ofSeconds(30),
            (SSLSocketFactory) SSLSocketFactory.getDefault(),
            Clock.systemUTC());
    var route =
        new qerberos.notice.Route(
            Severity.CRITICAL,
            "notification.admin_alert",
            "*",
            Times.always(),
            List.of(Way.email("ops@example.org"), Way.webhook("slack"), Way.webhook("pagerduty")),
            null,
            new Escalation(Duration.ofDays(1), List.of(Way.email("lead@example.org"))));
    service =
        RunningService.telling(
            folder, List.of(new Mailbox(), webhooks), new Routes(List.of(route)));
  }

  private static void receive(String path, BlockingQueue<String> to) {
    var ignored =
        receiver.createContext(
            path,
            exchange -> {
              boolean _ = to.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
              exchange.sendResponseHeaders(202, -1);
              exchange.close();
            });
  }

  private static Webhook hook(String name, WebhookFormat format) {
    URI url = URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/" + name);
    return new Webhook(name, url, format, true);
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
    receiver.stop(0);
  }

  private static String tell(String fingerprint, String status) throws Exception {
    return tell(fingerprint, status, "critical");
  }

  private static String tell(String fingerprint, String status, String severity) throws Exception {
    Reply reply =
        service.post(
            ALERT,
            service.admin,
            """
            {"alerts": [{"status": "%s", "fingerprint": "%s",
              "startsAt": "2026-11-24T10:00:00Z",
              "labels": {"severity": "%s", "alertname": "Down", "instance": "shop:3000"},
              "annotations": {"summary": "%s <!channel> is down"}}]}
            """
                .formatted(status, fingerprint, severity, fingerprint));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return String.valueOf(first(reply).text("id"));
  }

  private static Json.Obj first(Reply reply) {
    return reply.data().get("alerts") instanceof Json.Arr(var items)
        ? (Json.Obj) items.getFirst()
        : Json.EMPTY;
  }

  private static Reply acknowledge(String id, String token, String body) throws Exception {
    return service.post(ALERT + "/" + id + "/acknowledge", token, body);
  }

  /// The next that came about this alert; others are another test's.
  private static <T> T next(BlockingQueue<T> queue, String alert) throws InterruptedException {
    while (true) {
      T one = queue.poll(60, TimeUnit.SECONDS);
      if (one == null) {
        throw new AssertionError("nothing came");
      }
      if (one.toString().contains(alert)) {
        return one;
      }
    }
  }

  private static String events(String id) throws Exception {
    service.awaitIndexed();
    return service.get("/audit?order=oldest&ref=alert:" + id, service.admin).text();
  }

  @Test
  void anAlert_goesToMailboxAndWebhooks_itsEndToWebhooksAlone() throws Exception {
    String id = tell("end", "firing");
    assertThat(next(MAILS, "end ").subject()).isEqualTo("firing: end <!channel> is down");
    assertThat(next(SLACK, "end "))
        .contains("firing: end &lt;!channel&gt; is down")
        .doesNotContain("<");
    var fired = (Json.Obj) AnyJson.read(next(PAGER_DUTY, "end ").getBytes(UTF_8));
    String ignored = tell("end", "resolved");
    assertThat(next(SLACK, "end ")).contains("resolved: end ");
    var over = (Json.Obj) AnyJson.read(next(PAGER_DUTY, "end ").getBytes(UTF_8));
    assertThat(List.of(fired, over).stream().map(one -> one.text("event_action")))
        .containsExactly("trigger", "resolve");
    assertThat(List.of(fired, over).stream().map(one -> one.text("dedup_key"))).containsOnly(id);
    assertThat(fired.object("payload").text("source")).isEqualTo("shop:3000");
    ignored = tell("end", "firing");
    assertThat(next(MAILS, "end ").subject()).as("no mail in between").startsWith("firing: end ");
    assertThat(next(SLACK, "end ")).contains("firing: end ");
    assertThat(next(PAGER_DUTY, "end ")).contains("\"trigger\"");
    ignored = tell("end", "resolved", "info");
    assertThat(next(SLACK, "end ")).as("whatever it matters by now").contains("resolved: end ");
    assertThat(next(PAGER_DUTY, "end ")).contains("\"resolve\"");
    ignored = tell("never fired", "resolved");
    assertThat(SLACK).noneMatch(one -> one.contains("never fired"));
    service.awaitIndexed();
    assertThat(service.get("/audit?type=notification.webhook", service.admin).text())
        .contains("notification.webhook")
        .doesNotContain(KEY);
  }

  @Test
  void anAcknowledgement_isOneEvent_ofWhoeverDidIt_andTheFirstCounts() throws Exception {
    String id = tell("mine", "firing");
    String other = service.token("other", Scope.ALL, Permission.ALERTS_MANAGE);
    assertThat(service.state.notices().waiting()).containsKey("email");
    Reply mine = acknowledge(id, other, "{\"note\":\"I look <at> it\"}");
    assertThat(mine.status()).as(mine.text()).isEqualTo(200);
    assertThat(mine.data().text("acknowledgedBy")).isEqualTo("token:other");
    assertThat(mine.data().text("acknowledgedNote")).isEqualTo("I look <at> it");
    Reply second = acknowledge(id, service.admin, "");
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.json().text("message")).isEqualTo("somebody had acknowledged it");
    assertThat(second.data().text("acknowledgedBy")).isEqualTo("token:other");
    assertThat(second.data().text("acknowledgedAt")).isEqualTo(mine.data().text("acknowledgedAt"));
    assertThat(service.get(ALERT, service.admin).text())
        .contains("\"acknowledgedBy\":\"token:other\"");

    String all = events(id);
    assertThat(all.split("\"status\":\"acknowledged\"", -1)).hasSize(2);
    assertThat(all)
        .contains("\"totalCount\":2,", "\"squidId\":\"token:other\"", "\"escalationsSpared\":1")
        .as("whoever may read it does")
        .contains("I look \\u003cat\\u003e it");
    for (long i = 0; i < service.trail.ledger().size(); i++) {
      assertThat(new String(service.trail.events().read(i).leaf(), UTF_8))
          .as("what people wrote is in no leaf")
          .doesNotContain("I look");
    }

    String ignored = tell("mine", "resolved");
    ignored = tell("mine", "firing");
    Reply again = acknowledge(id, service.admin, "{}");
    assertThat(again.data().text("acknowledgedBy")).isEqualTo("token:admin");
    assertThat(events(id)).contains("\"totalCount\":5,");
  }

  @Test
  void whatIsOver_orUnknown_isNotAcknowledged_norByWhoeverMayNot() throws Exception {
    String id = tell("over", "firing");
    String own = service.token("own-manage", Scope.OWN, Permission.ALERTS_MANAGE);
    String reads = service.token("reads", Scope.ALL, Permission.ALERTS_READ);
    for (String token : List.of(own, reads)) {
      assertThat(acknowledge(id, token, "{}").status()).isEqualTo(403);
    }
    assertThat(acknowledge(id, "", "{}").status()).isEqualTo(401);
    assertThat(acknowledge("none", service.admin, "{}").status()).isEqualTo(404);
    String ignored = tell("over", "resolved");
    Reply over = acknowledge(id, service.admin, "{}");
    assertThat(over.status()).isEqualTo(409);
    assertThat(over.json().text("message"))
        .isEqualTo("it is resolved, there is nothing to acknowledge");
    assertThat(events(id)).doesNotContain("acknowledged");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"note\":1}",
        "{\"note\":\"\"}",
        "{\"note\":\" \"}",
        "{\"note\":\"a\\u0000b\"}",
        "{\"by\":\"did:squid:alice\"}"
      })
  void aMistake_isRefusedWithTheField(String body) throws Exception {
    Reply reply = acknowledge("none", service.admin, body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.text()).contains("\"field\":");
  }

  @Test
  void aNoteAsLongAsItMayBe_isTaken_oneCharacterMore_isNot() throws Exception {
    for (Map.Entry<Integer, Integer> one : Map.of(500, 404, 501, 400).entrySet()) {
      String body = "{\"note\":\"" + "é".repeat(one.getKey()) + "\"}";
      assertThat(acknowledge("none", service.admin, body).status()).isEqualTo(one.getValue());
    }
  }
}
