package qerberos.notice;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a webhook wants to be spoken to: what it is sent, how it knows us, and which of its refusals
/// stay. Immutable; never shows a secret.
public sealed interface WebhookFormat {
  /// What is sent, as UTF-8 JSON.
  byte[] body(Message message);

  /// The headers beyond `Content-Type`, for this attempt.
  default Map<String, String> headers(Message message, Instant now, byte[] body) {
    return Map.of();
  }

  /// Why an answer of that status would be the same next time, with what to do about it; null when
  /// trying again may help.
  default @Nullable String refusal(int status) {
    return null;
  }

  /// Standard Webhooks 1.0.0, signed with every secret. Whatever the receiver says, it is tried
  /// again: it is somebody's own program, and may be mended meanwhile.
  record Standard(WebhookSecrets secrets) implements WebhookFormat {
    @Override
    public byte[] body(Message message) {
      return WebhookBody.of(message);
    }

    @Override
    public Map<String, String> headers(Message message, Instant now, byte[] body) {
      String id = Plain.token(message.id());
      Map<String, String> headers = new LinkedHashMap<>();
      headers.put("webhook-id", id);
      headers.put("webhook-timestamp", String.valueOf(now.getEpochSecond()));
      headers.put("webhook-signature", secrets.signatures(id, now, body));
      return headers;
    }
  }

  /// An incoming webhook of Slack, which knows us by its URL.
  record Slack() implements WebhookFormat {
    @Override
    public byte[] body(Message message) {
      return SlackBody.of(message);
    }

    @Override
    public @Nullable String refusal(int status) {
      return switch (status) {
        case 400 -> "Slack refused the message (400): is the URL that of an incoming webhook?";
        case 403 -> "Slack refused the message (403): may the webhook still post there?";
        case 404 -> "Slack refused the message (404): are webhook and channel still there?";
        default -> null;
      };
    }
  }

  /// An incoming webhook of Microsoft Teams, made with Workflows, which knows us by its URL.
  record Teams() implements WebhookFormat {
    @Override
    public byte[] body(Message message) {
      return TeamsBody.of(message);
    }

    @Override
    public @Nullable String refusal(int status) {
      return switch (status) {
        case 400 -> "Teams refused the message (400): is the URL that of a workflow, switched on?";
        case 401, 403 ->
            "Teams refused the message ("
                + status
                + "): is the URL whole, and may anyone trigger the workflow?";
        case 404 -> "Teams refused the message (404): is the workflow still there?";
        default -> null;
      };
    }
  }

  /// The Events API v2 of PagerDuty, which knows us by the routing key of an integration.
  ///
  /// @param routingKey 32 letters and digits
  record PagerDuty(String routingKey) implements WebhookFormat {
    /// Where PagerDuty takes events; accounts in Europe have another host.
    public static final String URL = "https://events.pagerduty.com/v2/enqueue";

    /// @throws IllegalArgumentException saying what is wanted, without showing what came
    public PagerDuty {
      if (!routingKey.matches("[A-Za-z0-9]{32}")) {
        throw new IllegalArgumentException(
            "want one line, the 32 letters and digits of an integration key");
      }
    }

    @Override
    public byte[] body(Message message) {
      return PagerDutyBody.of(message, routingKey);
    }

    @Override
    public @Nullable String refusal(int status) {
      return status == 400 ? "PagerDuty refused the event (400): is the routing key right?" : null;
    }

    @Override
    public String toString() {
      return "PagerDuty";
    }
  }
}
