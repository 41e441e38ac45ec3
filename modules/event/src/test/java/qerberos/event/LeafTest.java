package qerberos.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LeafTest {
  private final Sealer sealer = new Sealer(Privacy.defaults(), new MemoryKeys());

  private byte[] leaf(String source, String id, Instant receivedAt, DraftBuilder draft) {
    return sealer.seal(new AuditEvent(id, source, receivedAt, draft.build())).leaf();
  }

  @Test
  void leaf_isCanonicalJson_withTheMembersInOrder() {
    byte[] leaf = leaf("portal", "1", Events.RECEIVED, Events.usual().original("{\"a\":1}"));
    assertThat(Canonical.bytes(Canonical.read(leaf))).isEqualTo(leaf);
    assertThat(((Json.Obj) Canonical.read(leaf)).members().keySet())
        .containsExactly(
            "actor",
            "context",
            "details",
            "id",
            "layer",
            "receivedAt",
            "ref",
            "sealed",
            "severity",
            "source",
            "subtype",
            "timestamp",
            "type",
            "v",
            "verdict");
  }

  @Test
  void leaf_ofTheLeastEvent_hasNothingThatWasNotGiven() {
    assertThat(new String(leaf("s", "1", Events.RECEIVED, Events.least()), StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {"actor":{"squidId":"did:squid:alice"},"id":"1","layer":"web",\
            "receivedAt":"2026-11-21T10:00:00.123456789Z","ref":"app:portal","source":"s",\
            "type":"auth.login","v":1,"verdict":"ALLOW"}\
            """);
  }

  @Test
  void name_isThatOfSourceAndId_andOfNothingElse() throws Exception {
    long seed = 6_962;
    var random = new RandomJson(new Random(seed));
    for (int i = 0; i < 500; i++) {
      String source = "s" + random.text();
      String id = "i" + random.text();
      EventDraft draft = Events.usual().details(random.object(3)).ref("r" + i).build();
      SealedEvent sealed = sealer.seal(new AuditEvent(id, source, Events.RECEIVED, draft));
      byte[] leaf = sealed.leaf();
      assertThat(sealed.name()).as("seed %s", seed).isEqualTo(Leaf.name(leaf));
      assertThat(Leaf.name(leaf)).as("seed %s", seed).isEqualTo(Leaf.name(source, id));
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String part : new String[] {"qerberos/name/v1", source, id}) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        sha.update(new byte[] {0, 0, (byte) (bytes.length >> 8), (byte) bytes.length});
        sha.update(bytes);
      }
      assertThat(Leaf.name(source, id)).isEqualTo(sha.digest());
    }
    assertThat(Leaf.name("ab", "c")).isNotEqualTo(Leaf.name("a", "bc"));
  }

  @Test
  void senderPart_leavesOutWhenWeReceivedIt_andNothingElse() throws Exception {
    byte[] first = leaf("portal", "1", Events.RECEIVED, Events.usual());
    byte[] again = leaf("portal", "1", Events.RECEIVED.plusNanos(1), Events.usual());
    assertThat(first).isNotEqualTo(again);
    assertThat(Leaf.senderPart(first)).isEqualTo(Leaf.senderPart(again));

    Map<String, Json> members = new LinkedHashMap<>(((Json.Obj) Canonical.read(first)).members());
    members.remove("receivedAt");
    byte[] without = Canonical.bytes(new Json.Obj(members));
    assertThat(Leaf.senderPart(first))
        .isEqualTo(MessageDigest.getInstance("SHA-256").digest(without));
  }

  @Test
  void senderPart_differsWhereverTheSenderSaysSomethingElse() {
    Json.Obj details = Events.usual().build().details();
    Set<String> parts = new HashSet<>();
    int events = 0;
    for (DraftBuilder draft :
        new DraftBuilder[] {
          Events.usual(),
          Events.usual().type("auth.logout"),
          Events.usual().ref("other"),
          Events.usual().verdict(Verdict.DENY),
          Events.usual().layer("other"),
          Events.usual().subtype(null),
          Events.usual().severity("high"),
          Events.usual().actor("did:squid:bob", null, null),
          Events.usual().context(Json.EMPTY),
          Events.usual().timestamp(null),
          Events.usual().original("x"),
          Events.usual().original("y"),
          // A sealed value is told apart by its commitment.
          Events.usual().details(details.with("ip", Json.of("203.0.113.8"))),
          Events.usual().details(details.with("attempt", Json.of(2)))
        }) {
      parts.add(
          HexFormat.of().formatHex(Leaf.senderPart(leaf("portal", "1", Events.RECEIVED, draft))));
      events++;
    }
    assertThat(parts).hasSize(events);
  }

  @Test
  void leaf_mayHave65535Bytes_andNotOneMore() {
    int rest = leaf("s", "1", Events.RECEIVED, padded(1)).length - 1;
    assertThat(leaf("s", "1", Events.RECEIVED, padded(Leaf.BYTES_MAX - rest)))
        .hasSize(Leaf.BYTES_MAX);
    assertThatThrownBy(() -> leaf("s", "1", Events.RECEIVED, padded(Leaf.BYTES_MAX - rest + 1)))
        .isInstanceOfSatisfying(EventFaults.class, e -> assertThat(e.tooLarge()).isTrue())
        .hasMessage("event: the event as a leaf has 65536 bytes, want at most 65535");
  }

  private static DraftBuilder padded(int length) {
    return Events.least().details(new ObjBuilder().add("text", "x".repeat(length)).build());
  }

  @Test
  void leafLength_doesNotDependOnTheClock() {
    Instant whole = Instant.parse("2026-11-21T10:00:00Z");
    assertThat(leaf("s", "1", whole, Events.least()))
        .hasSameSizeAs(leaf("s", "1", whole.plusNanos(1), Events.least()));
  }

  @Test
  void bytesThatAreNoLeaf_areRefused_neverMisread() {
    long seed = 42;
    var random = new Random(seed);
    byte[] leaf = leaf("portal", "1", Events.RECEIVED, Events.usual());
    for (int i = 0; i < 50_000; i++) {
      byte[] changed = Arrays.copyOf(leaf, random.nextInt(leaf.length + 1));
      for (int j = random.nextInt(4); j > 0 && changed.length > 0; j--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      try {
        Leaf.name(changed);
        Leaf.senderPart(changed);
        sealer.open(changed, new byte[0]);
      } catch (IllegalArgumentException | SealBroken e) {
        assertThat(e.getMessage()).as("seed %s", seed).isNotEmpty();
      }
    }
  }
}
