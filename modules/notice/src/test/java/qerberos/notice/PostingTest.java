package qerberos.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Nobody is told anything under a name that only looks like somebody, or like us.
class PostingTest {
  private static Notice to(String recipient, String kind) {
    return Posting.toPrincipal("n1", "did:squid:bob", recipient, kind, "text", Instant.EPOCH);
  }

  @Test
  void whoSaysIt_standsInIt() {
    assertThat(to("did:squid:alice", "note").fields()).containsEntry("from", "did:squid:bob");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "group:operators",
        "GROUP:operators",
        "group:nosuch",
        "system:qerberos",
        "x\r\ny",
        "did:squid:alice\u202e",
        "did:squid:\u0430lice",
        "did:squid:alice "
      })
  void whatOnlyLooksLikeSomebody_isRefused(String recipient) {
    assertThatThrownBy(() -> to(recipient, "note")).hasMessageStartingWith("user_id: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"alert", "Alert", "alert ", "<b>", "a\n", "ticket"})
  void whatOnlyLooksLikeUs_isRefused(String kind) {
    assertThatThrownBy(() -> to("did:squid:alice", kind)).hasMessageStartingWith("type: ");
  }
}
