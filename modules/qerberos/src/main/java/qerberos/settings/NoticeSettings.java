package qerberos.settings;

import java.time.Duration;
import java.util.List;
import qerberos.notice.Routes;
import qerberos.notice.Webhook;

/// Who hears of what, and by which webhooks. Immutable.
///
/// @param webhookTimeout how long one call may take, 100 ms..1 min; default 15 s
/// @param keep how long a notification is there to be read, 1 d..10 y; default 90 d
public record NoticeSettings(
    Routes routes, List<Webhook> webhooks, Duration webhookTimeout, Duration keep) {
  /// Nobody hears of anything.
  static final NoticeSettings NONE =
      new NoticeSettings(Routes.NONE, List.of(), Duration.ofSeconds(15), Duration.ofDays(90));

  public NoticeSettings {
    webhooks = List.copyOf(webhooks);
    Range.check("webhook.timeout", webhookTimeout, Duration.ofMillis(100), Duration.ofMinutes(1));
    Range.check("notices.retentionDays", keep, Duration.ofDays(1), Duration.ofDays(3_650));
  }
}
