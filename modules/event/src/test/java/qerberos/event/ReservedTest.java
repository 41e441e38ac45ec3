package qerberos.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ReservedTest {
  private static List<String> faults(DraftBuilder draft) {
    return Reserved.faults(draft.build()).stream().map(Fault::toString).toList();
  }

  @Test
  void ourTypes_areRefused_inAnySpelling() {
    for (String type :
        List.of(
            "notification.email",
            "alert.opened",
            "rule.changed",
            "privacy.erased",
            "risk",
            "ALERT.opened",
            " alert.opened",
            "alert .opened",
            "ledger.rotated")) {
      assertThat(faults(Events.least().type(type)))
          .as(type)
          .singleElement()
          .asString()
          .startsWith("type: ")
          .endsWith("is reserved for Qerberos itself");
    }
  }

  @Test
  void systemActorsAndOurLayer_areRefused() {
    assertThat(faults(Events.least().actor("system:cron", null, null)))
        .containsExactly("actor.squidId: 'system:' is reserved for Qerberos itself");
    assertThat(faults(Events.least().actor("System:x", null, null))).hasSize(1);
    assertThat(faults(Events.least().layer("Qerberos"))).hasSize(1);
  }

  @Test
  void othersTypes_areWelcome() {
    for (String type :
        List.of(
            "auth.login", "alerts.list", "document.read", "rulebook.read", "user.notification")) {
      assertThat(faults(Events.least().type(type))).as(type).isEmpty();
    }
  }
}
