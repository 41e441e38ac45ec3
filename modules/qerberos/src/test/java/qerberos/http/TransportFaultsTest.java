package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import qerberos.trail.Ids;

/// Answers to what never became a request.
class TransportFaultsTest {
  private static DirectHandler.TransportResponse answer(Status status) {
    var faults =
        new TransportFaults(
            Clock.systemUTC(), new Ids(Clock.systemUTC(), new SecureRandom()), false);
    return faults.handle(
        DirectHandler.TransportRequest.empty(),
        DirectHandler.EventType.OTHER,
        status,
        ServerResponseHeaders.create(),
        "");
  }

  @Test
  void whoIsToComeBackLater_isToldWhen() {
    DirectHandler.TransportResponse busy = answer(Status.SERVICE_UNAVAILABLE_503);
    assertThat(busy.status().code()).isEqualTo(503);
    assertThat(busy.headers().get(HeaderNames.RETRY_AFTER).get()).isEqualTo("1");
    assertThat(new String(busy.entity().orElseThrow(), StandardCharsets.UTF_8))
        .contains("\"code\":\"SERVICE_UNAVAILABLE\"", "\"retryable\":true");
    assertThat(answer(Status.REQUEST_TIMEOUT_408).headers().contains(HeaderNames.RETRY_AFTER))
        .isFalse();
  }
}
