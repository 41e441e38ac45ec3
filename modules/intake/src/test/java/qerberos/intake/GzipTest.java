package qerberos.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import qerberos.event.EventFaults;

final class GzipTest {
  static byte[] gzip(byte[] plain) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  private static byte[] joined(byte[]... all) {
    var out = new ByteArrayOutputStream();
    for (byte[] bytes : all) {
      out.writeBytes(bytes);
    }
    return out.toByteArray();
  }

  @Test
  void whatWasCompressed_comesBack_inSeveralMembersToo() {
    long seed = 1_952;
    var random = new Random(seed);
    for (int size : new int[] {0, 1, 1_000, 100_000}) {
      byte[] plain = new byte[size];
      random.nextBytes(plain);
      assertThat(Gzip.is(gzip(plain))).isTrue();
      assertThat(Gzip.expand(gzip(plain), 200_000)).as("seed %s", seed).isEqualTo(plain);
      assertThat(Gzip.expand(joined(gzip(plain), gzip(plain)), 200_000))
          .isEqualTo(joined(plain, plain));
    }
  }

  @Test
  void headerFields_arePassedOver() {
    byte[] plain = "hello".getBytes(StandardCharsets.US_ASCII);
    byte[] gzip = gzip(plain);
    byte[] extra = {3, 0, 'a', 'b', 'c'};
    byte[] texts = "name\0comment\0".getBytes(StandardCharsets.US_ASCII);
    byte[] head = Arrays.copyOf(gzip, 10);
    head[3] = 2 | 4 | 8 | 16;
    byte[] rest = Arrays.copyOfRange(gzip, 10, gzip.length);
    assertThat(Gzip.expand(joined(head, extra, texts, new byte[2], rest), 10)).isEqualTo(plain);
  }

  @Test
  void more_thanAllowedIsTooLarge_neverExpanded() {
    byte[] bomb = gzip(new byte[50_000_000]);
    assertThat(Gzip.expand(gzip(new byte[1_000]), 1_000)).hasSize(1_000);
    for (byte[] body :
        new byte[][] {gzip(new byte[1_001]), bomb, joined(gzip(new byte[999]), bomb)}) {
      assertThatThrownBy(() -> Gzip.expand(body, 1_000))
          .isInstanceOfSatisfying(EventFaults.class, e -> assertThat(e.tooLarge()).isTrue())
          .hasMessage("body: more than 1000 bytes when expanded");
    }
  }

  @Test
  void damage_isAlwaysNoticed() {
    byte[] plain = "some text, some more text, some text".getBytes(StandardCharsets.US_ASCII);
    byte[] gzip = gzip(plain);
    for (int cut = 0; cut < gzip.length; cut++) {
      byte[] shorter = Arrays.copyOf(gzip, cut);
      assertThatThrownBy(() -> Gzip.expand(shorter, 1_000))
          .as("cut at %s", cut)
          .isInstanceOf(EventFaults.class);
    }
    int unread = 0;
    for (int bit = 10 * 8; bit < gzip.length * 8; bit++) {
      byte[] changed = gzip.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        // Nobody reads the bits that fill up the last byte before the checksum.
        assertThat(Gzip.expand(changed, 1_000)).as("bit %s", bit).isEqualTo(plain);
        unread++;
      } catch (EventFaults e) {
        assertThat(e).hasMessageStartingWith("body: ");
      }
    }
    assertThat(unread).isLessThan(8);
    assertThatThrownBy(() -> Gzip.expand(joined(gzip, new byte[] {0}), 1_000))
        .hasMessageContaining("something behind the gzip data");
    assertThatThrownBy(() -> Gzip.expand(plain, 1_000)).hasMessage("body: not gzip");
  }
}
