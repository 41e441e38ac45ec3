package qerberos.settings;

import java.time.Duration;
import java.util.List;
import qerberos.notice.Routes;
import qerberos.notice.Webhook;

/// Who hears of what, and by which webhooks. Immutable.
///
/// @param webhookTimeout how long one call may take, 100 ms..1 min; default 15 s
public record NoticeSettings(Routes routes, List<Webhook> webhooks, Duration webhookTimeout) {
  /// Nobody hears of anything.
  static final NoticeSettings NONE =
      new NoticeSettings(Routes.NONE, List.of(), Duration.ofSeconds(15));

  public NoticeSettings {
    webhooks = List.copyOf(webhooks);
    Range.check("webhook.timeout", webhookTimeout, Duration.ofMillis(100), Duration.ofMinutes(1));
  }
}
