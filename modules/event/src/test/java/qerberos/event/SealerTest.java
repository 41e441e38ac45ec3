package qerberos.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SealerTest {
  private final MemoryKeys keys = new MemoryKeys();
  private final Sealer sealer = new Sealer(Privacy.defaults(), keys);

  @Test
  void sealThenOpen_givesTheSameEvent() {
    AuditEvent event = Events.recorded(Events.usual().build());
    SealedEvent sealed = sealer.seal(event);
    assertThat(sealer.open(sealed.leaf(), sealed.sealed())).isEqualTo(event);
    assertThat(sealed.event()).isSameAs(event);
  }
}
