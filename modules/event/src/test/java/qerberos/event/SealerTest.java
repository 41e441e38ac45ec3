package qerberos.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.Inflater;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

final class SealerTest {
  private final MemoryKeys keys = new MemoryKeys();
  private final Sealer sealer = new Sealer(Privacy.defaults(), keys);

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void sealThenOpen_givesTheSameEvent() {
    AuditEvent event = Events.recorded(Events.usual().original("a vendor's line").build());
    SealedEvent sealed = sealer.seal(event);
    assertThat(sealer.open(sealed.leaf(), sealed.sealed())).isEqualTo(event);
    assertThat(sealed.event()).isSameAs(event);
    assertThat(sealer.seal(event).sealed()).isEqualTo(sealed.sealed());
  }

  @Test
  void anyEvent_sealedAndOpened_isWhatReadersWereTold() {
    long seed = 9;
    var random = new Random(seed);
    var trees =
        new RandomJson(
            random,
            List.of(
                "ip",
                "email",
                "name",
                "password",
                "tokens",
                "value",
                "key",
                "a/b",
                "m~n",
                "x",
                "credentials",
                "coordinates",
                "a",
                "a-b"));
    for (int i = 0; i < 5_000; i++) {
      DraftBuilder draft =
          Events.usual().id("id" + i).details(trees.object(4)).context(trees.object(3));
      if (random.nextBoolean()) {
        draft.original(text(Canonical.bytes(trees.value(4))));
      }
      SealedEvent sealed = sealer.seal(Events.recorded(draft.build()));
      assertThat(sealer.open(sealed.leaf(), sealed.sealed()))
          .as("seed %s, round %s", seed, i)
          .isEqualTo(sealed.event());
      assertThat(Canonical.bytes(Canonical.read(sealed.leaf()))).isEqualTo(sealed.leaf());
    }
  }

  @Test
  void personalValues_areNotInTheLeaf_secretsNowhere() {
    AuditEvent event =
        Events.recorded(
            Events.usual()
                .details(
                    new ObjBuilder()
                        .add("sourceIPAddress", "203.0.113.7")
                        .add("password", "hunter2")
                        .add("request", new ObjBuilder().add("Authorization", "Bearer 123").build())
                        .build())
                .original("{\"password\": \"hunter2\", \"ip\": \"203.0.113.7\"}")
                .build());
    SealedEvent sealed = sealer.seal(event);
    assertThat(text(sealed.leaf()))
        .doesNotContain("203.0.113.7", "hunter2", "Bearer")
        .contains("\"password\":\"***\"", "\"Authorization\":\"***\"");
    AuditEvent opened = sealer.open(sealed.leaf(), sealed.sealed());
    assertThat(opened).isEqualTo(sealed.event());
    assertThat(opened.details().text("sourceIPAddress")).isEqualTo("203.0.113.7");
    assertThat(opened.details().text("password")).isEqualTo("***");
    assertThat(opened.original()).isEqualTo("{\"password\": \"***\", \"ip\": \"203.0.113.7\"}");
  }

  @Test
  void sealing_isTheSameUnderTheSameKey_andAnotherUnderAnother() {
    AuditEvent event = Events.recorded(Events.usual().build());
    SealedEvent first = sealer.seal(event);
    SealedEvent again = sealer.seal(event);
    SealedEvent elsewhere = new Sealer(Privacy.defaults(), new MemoryKeys()).seal(event);
    SealedEvent other = new Sealer(Privacy.defaults(), new MemoryKeys(1)).seal(event);
    assertThat(again.leaf()).isEqualTo(first.leaf()).isEqualTo(elsewhere.leaf());
    assertThat(again.sealed()).isEqualTo(first.sealed()).isEqualTo(elsewhere.sealed());
    assertThat(other.leaf()).isNotEqualTo(first.leaf()).hasSameSizeAs(first.leaf());
  }

  @Test
  void equalValues_haveUnequalCommitments_inOtherEventsSourcesAndPaths() {
    Json.Obj details =
        new ObjBuilder().add("ip", "203.0.113.7").add("clientIp", "203.0.113.7").build();
    var commitments = new HashSet<Json>();
    for (String source : List.of("portal", "shop")) {
      for (String id : List.of("1", "2")) {
        var event =
            new AuditEvent(id, source, Events.RECEIVED, Events.least().details(details).build());
        Json.Obj leaf = (Json.Obj) Canonical.read(sealer.seal(event).leaf());
        commitments.addAll(leaf.object("sealed").members().values());
      }
    }
    assertThat(commitments).hasSize(8);
  }

  @Test
  void destroyedKey_leavesTheEventWithoutThoseValues_andNamesThem() {
    AuditEvent event = Events.recorded(Events.usual().original("line").build());
    SealedEvent sealed = sealer.seal(event);
    keys.destroy("did:squid:alice");
    AuditEvent opened = sealer.open(sealed.leaf(), sealed.sealed());
    assertThat(opened.erased()).containsExactly("/details/ip", "/details/userAgent", "/original");
    assertThat(opened.original()).isNull();
    assertThat(opened.details().get("ip")).isNull();
    assertThat(opened.details().text("method")).isEqualTo("password");
    // The same when the values were removed from where they lay and the key is still there.
    SealedEvent more = sealer.seal(event);
    assertThat(sealer.open(more.leaf(), new byte[0]).erased()).hasSize(3);
  }

  @Test
  void nothingPersonal_needsNoKeyAndNoSealedPart() {
    AuditEvent event =
        Events.recorded(
            Events.least().details(new ObjBuilder().add("n", Json.of(1)).build()).build());
    SealedEvent sealed = sealer.seal(event);
    assertThat(sealed.sealed()).isEmpty();
    assertThat(text(sealed.leaf())).doesNotContain("sealed");
    assertThat(keys.size()).isZero();
    assertThat(sealer.open(sealed.leaf(), sealed.sealed()))
        .isEqualTo(
            new AuditEvent(
                event.id(), event.source(), event.receivedAt(), event.sent().withId(event.id())));
  }

  @Test
  void changedSealedValues_areNeverRead() {
    long seed = 77;
    var random = new Random(seed);
    SealedEvent sealed = sealer.seal(Events.recorded(Events.usual().build()));
    for (int i = 0; i < sealed.sealed().length; i++) {
      byte[] changed = sealed.sealed().clone();
      changed[i] ^= (byte) (1 << random.nextInt(8));
      assertThatThrownBy(() -> sealer.open(sealed.leaf(), changed))
          .as("seed %s, byte %s", seed, i)
          .isInstanceOf(SealBroken.class);
    }
    for (int way = 0; way < 256; way++) {
      byte[] changed = sealed.sealed().clone();
      changed[0] = (byte) way;
      if (way != SealedValues.ABBREVIATED) {
        assertThatThrownBy(() -> sealer.open(sealed.leaf(), changed))
            .isInstanceOf(SealBroken.class);
      }
    }
    SealedEvent other = sealer.seal(Events.recorded(Events.usual().id("other").build()));
    assertThatThrownBy(() -> sealer.open(sealed.leaf(), other.sealed()))
        .isInstanceOf(SealBroken.class)
        .hasMessage("sealed values do not belong to this leaf and key");
    Sealer stranger = new Sealer(Privacy.defaults(), new MemoryKeys(1));
    stranger.seal(Events.recorded(Events.usual().build()));
    assertThatThrownBy(() -> stranger.open(sealed.leaf(), sealed.sealed()))
        .isInstanceOf(SealBroken.class);
  }

  @Test
  void leavesOfAnotherVersionOrWithUnknownMembers_areNotGuessedAt() {
    String leaf = text(sealer.seal(Events.recorded(Events.least().id("1").build())).leaf());
    for (String other :
        List.of(
            leaf.replace("\"v\":1", "\"v\":2"),
            leaf.replace("\"v\":1", "\"v\":1,\"w\":1"),
            leaf.replace(",\"v\":1", ""),
            leaf.replace("\"ref\":\"app:portal\",", ""),
            leaf.replace("ALLOW", "PERHAPS"),
            leaf.replace("2026-11-21T", "2026-11-21X"),
            leaf + " ",
            "[]")) {
      assertThatThrownBy(() -> sealer.open(other.getBytes(StandardCharsets.UTF_8), new byte[0]))
          .as(other)
          .isInstanceOf(SealBroken.class)
          .hasMessageContaining("leaf: ");
    }
  }

  @Test
  void personalValues_mayHave65535BytesTogether() {
    int quotesAndRest = 2;
    DraftBuilder most = withMails(Sealer.VALUES_MAX - quotesAndRest);
    AuditEvent event = Events.recorded(most.id("1").build());
    SealedEvent sealed = sealer.seal(event);
    assertThat(sealer.open(sealed.leaf(), sealed.sealed())).isEqualTo(event);
    assertThatThrownBy(() -> sealer.seal(Events.recorded(withMails(Sealer.VALUES_MAX - 1).build())))
        .isInstanceOfSatisfying(EventFaults.class, e -> assertThat(e.tooLarge()).isTrue())
        .hasMessage("event: the personal values have 65536 bytes, want at most 65535");
  }

  private static DraftBuilder withMails(int length) {
    return Events.least().details(new ObjBuilder().add("mail", "m".repeat(length)).build());
  }

  @Test
  void largestOriginal_comesBackWhole() {
    var random = new Random(1);
    var original = new StringBuilder();
    while (original.length() < EventDraft.ORIGINAL_MAX - 8) {
      original.append(Integer.toHexString(random.nextInt()));
    }
    AuditEvent event = Events.recorded(Events.usual().original(original.toString()).build());
    SealedEvent sealed = sealer.seal(event);
    assertThat(sealed.leaf().length).isLessThan(2_000);
    assertThat(sealed.sealed().length).isLessThan(EventDraft.ORIGINAL_MAX);
    assertThat(sealer.open(sealed.leaf(), sealed.sealed())).isEqualTo(event);
  }

  @Test
  void manyThreads_sealTheSame() throws Exception {
    AuditEvent event = Events.recorded(Events.usual().original("line").build());
    SealedEvent alone = sealer.seal(event);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<SealedEvent>> all = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        all.add(threads.submit(() -> sealer.seal(event)));
      }
      for (Future<SealedEvent> one : all) {
        assertThat(one.get().leaf()).isEqualTo(alone.leaf());
        assertThat(one.get().sealed()).isEqualTo(alone.sealed());
      }
    }
  }

  /// What README.md says, done with the JDK alone: a stranger with the subject's key reads and
  /// checks every value.
  @Test
  void stranger_withTheDescriptionAndTheKey_readsAndChecksTheValues() throws Exception {
    byte[] key =
        MessageDigest.getInstance("SHA-256")
            .digest("0:did:squid:alice".getBytes(StandardCharsets.UTF_8));
    for (String original : List.of("short", "long and ".repeat(100) + "é")) {
      SealedEvent event = sealer.seal(Events.recorded(Events.usual().original(original).build()));

      byte[] leafHash = sha256(new byte[] {0}, event.leaf());
      assertThat(event.leafHash()).isEqualTo(leafHash);
      byte[] valueKey = hmac(key, parts("qerberos/value-key/v1"));
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.DECRYPT_MODE,
          new SecretKeySpec(valueKey, "AES"),
          new GCMParameterSpec(128, leafHash, 0, 12));
      cipher.updateAAD(leafHash);
      byte[] plain = cipher.doFinal(event.sealed(), 1, event.sealed().length - 1);
      assertThat(event.sealed()[0]).isEqualTo((byte) (original.length() > 100 ? 2 : 1));
      ByteBuffer values = ByteBuffer.wrap(event.sealed()[0] == 1 ? plain : inflated(plain));

      Map<String, String> read = new HashMap<>();
      Json.Obj leaf = (Json.Obj) Canonical.read(event.leaf());
      leaf.object("sealed")
          .members()
          .forEach(
              (path, commitment) -> {
                byte[] value =
                    event.sealed()[0] == 1 ? inFull(values) : cut(values, varint(values));
                read.put(path, text(value));
                byte[] salt =
                    hmac(key, parts("qerberos/salt/v1", "portal", event.event().id(), path));
                byte[] expected =
                    sha256(parts("qerberos/commitment/v1"), part(salt), parts(path), part(value));
                assertThat(commitment)
                    .isEqualTo(
                        Json.of(Base64.getUrlEncoder().withoutPadding().encodeToString(expected)));
                SubjectKey subjectKey = new SubjectKey(key);
                assertThat(subjectKey.salt("portal", event.event().id(), path)).isEqualTo(salt);
                assertThat(SubjectKey.commitment(salt, path, value)).isEqualTo(expected);
              });
      assertThat(values.hasRemaining()).isFalse();
      assertThat(read)
          .containsEntry("/details/ip", "\"203.0.113.7\"")
          .containsEntry("/original", original)
          .hasSize(3);
    }
  }

  private static byte[] inflated(byte[] plain) throws Exception {
    var inflater = new Inflater(true);
    inflater.setInput(plain);
    var out = new byte[100_000];
    int length = inflater.inflate(out);
    inflater.end();
    return Arrays.copyOf(out, length);
  }

  private static int varint(ByteBuffer bytes) {
    int next = bytes.get();
    return next < 0 ? (next & 0x7f) | (varint(bytes) << 7) : next;
  }

  private static byte[] cut(ByteBuffer bytes, int length) {
    byte[] cut = new byte[length];
    bytes.get(cut);
    return cut;
  }

  /// One value of way 1.
  private static byte[] inFull(ByteBuffer bytes) {
    int head = varint(bytes);
    if (head < 3) {
      byte[] whole = cut(bytes, head == 0 ? 4 : 16);
      String text =
          switch (head) {
            case 0 ->
                "%d.%d.%d.%d"
                    .formatted(IntStream.range(0, 4).mapToObj(i -> whole[i] & 0xff).toArray());
            default -> throw new IllegalArgumentException("not among these events");
          };
      return ('"' + text + '"').getBytes(StandardCharsets.UTF_8);
    }
    var out = new ByteArrayOutputStream();
    ByteBuffer text = ByteBuffer.wrap(cut(bytes, (head - 3) / 2));
    while (text.hasRemaining()) {
      int code = text.get() & 0xff;
      int common =
          code < 0x09
              ? code - 1
              : code == 0x0b || code == 0x0c
                  ? code - 3
                  : code > 0x0d && code < 0x1e
                      ? code - 4
                      : code > 0x7f && code < 0xc2
                          ? code - 0x80 + 26
                          : code > 0xf4 ? code - 0xf5 + 92 : -1;
      if (code == 0x00) {
        out.write(text.get());
      } else if (code == 0x1e) {
        for (boolean more = true; more; ) {
          int two = text.get();
          for (int half : new int[] {(two >> 4) & 15, two & 15}) {
            more &= half < 15;
            out.writeBytes(more ? new byte[] {(byte) "0123456789.- _:".charAt(half)} : new byte[0]);
          }
        }
      } else if (code == 0x1f) {
        out.writeBytes(Pieces.LESS_COMMON[text.get() & 0xff]);
      } else if (common >= 0) {
        out.writeBytes(Pieces.COMMON[common]);
      } else {
        out.write(code);
        out.writeBytes(cut(text, code < 0xc2 ? 0 : code < 0xe0 ? 1 : code < 0xf0 ? 2 : 3));
      }
    }
    String quote = head % 2 == 1 ? "\"" : "";
    return (quote + out.toString(StandardCharsets.UTF_8) + quote).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] part(byte[] bytes) {
    return ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).array();
  }

  private static byte[] parts(String... texts) {
    var out = new ByteArrayOutputStream();
    for (String text : texts) {
      out.writeBytes(part(text.getBytes(StandardCharsets.UTF_8)));
    }
    return out.toByteArray();
  }

  private static byte[] sha256(byte[]... all) {
    MessageDigest sha = Crypto.sha256();
    for (byte[] bytes : all) {
      sha.update(bytes);
    }
    return sha.digest();
  }

  private static byte[] hmac(byte[] key, byte[] message) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(message);
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
