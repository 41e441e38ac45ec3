package qerberos.http;

import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.util.List;
import java.util.function.ToDoubleFunction;
import qerberos.delivery.Deliverer;
import qerberos.notice.TicketStatus;
import qerberos.state.Notices;

/// What metrics say of alerts, tickets and what goes out. What has to be asked of the state is NaN
/// while it does not answer.
final class NoticeFigures {
  private NoticeFigures() {}

  private interface Asked {
    double of(Notices notices) throws IOException;
  }

  static void measure(Metrics metrics, Notices notices, Deliverer deliverer) {
    for (String channel : deliverer.channels()) {
      for (String outcome : List.of("delivered", "failed", "given up")) {
        metrics.counter(
            "qerberos.notifications",
            "attempts to deliver something, by how they ended",
            Tags.of("channel", channel, "result", outcome.replace(' ', '_')),
            deliverer,
            one -> one.attempts(channel, outcome));
      }
      metrics.gauge(
          "qerberos.notification.backlog",
          "messages that wait to be delivered",
          Tags.of("channel", channel),
          notices,
          asked(all -> all.waiting().getOrDefault(channel, 0L)));
    }
    for (TicketStatus status : TicketStatus.values()) {
      metrics.gauge(
          "qerberos.support.tickets",
          "tickets there are",
          Tags.of("status", status.text()),
          notices,
          asked(all -> all.tickets().getOrDefault(status, 0L)));
    }
    if (deliverer.has("email")) {
      metrics.gauge(
          "qerberos.dependency.up",
          "1 when it answers",
          Tags.of("dependency", "smtp"),
          deliverer,
          one -> one.fault("email").isEmpty() ? 1 : 0);
    }
  }

  private static ToDoubleFunction<Notices> asked(Asked question) {
    return notices -> {
      try {
        return question.of(notices);
      } catch (IOException e) {
        return Double.NaN;
      }
    };
  }
}
