package qerberos.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class WebhookSecretsTest {
  /// The worked example of the specification's reference implementations.
  private static final String KNOWN = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private static final String OTHER = "whsec_" + "QUFB".repeat(10);
  private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);

  @Test
  void theKnownExample_isSignedAsEveryReceiverExpects() {
    assertThat(signatures(KNOWN)).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @Test
  void severalSecrets_signSideBySide() {
    String both = signatures("# new\n" + OTHER + "\n\n" + KNOWN + "\r\n");
    assertThat(both).isEqualTo(signatures(OTHER) + " " + signatures(KNOWN));
    assertThat(both).matches("v1,\\S{44} v1,\\S{44}");
  }

  @Test
  void whatIsNoSecret_isRefusedWithoutShowingIt() {
    for (String bad :
        List.of(
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_!!!MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_c2hvcnQ=",
            "whsec_" + "QUFB".repeat(22))) {
      assertThatThrownBy(() -> WebhookSecrets.parse("\n" + bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("line 2: want whsec_ and the base64 of 24..64 bytes")
          .hasNoCause();
    }
    assertThatThrownBy(() -> WebhookSecrets.parse("# none\n"))
        .hasMessage("0 secrets, want 1..5, one a line");
    assertThatThrownBy(() -> WebhookSecrets.parse((KNOWN + "\n").repeat(6)))
        .hasMessage("6 secrets, want 1..5, one a line");
    assertThat(WebhookSecrets.parse(KNOWN).toString()).isEqualTo("1 secrets");
  }

  private static String signatures(String secrets) {
    return WebhookSecrets.parse(secrets)
        .signatures("msg_p5jXN8AQM9LWM0D4loKWxJek", Instant.ofEpochSecond(1_614_265_330), BODY);
  }
}
