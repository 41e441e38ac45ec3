package qerberos.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class WholeTextTest {
  private static @Nullable WholeText form(String text, CanonicalWriter out) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return WholeText.write(bytes, 0, bytes.length, out);
  }

  private static String text(WholeText form, byte[] bytes) {
    var out = new CanonicalWriter(4);
    form.read(bytes, 0, out);
    return new String(out.toBytes(), StandardCharsets.US_ASCII);
  }

  private static void comesBack(WholeText form, String text) {
    var out = new CanonicalWriter(4);
    assertThat(form(text, out)).as(text).isEqualTo(form);
    assertThat(out.size).isEqualTo(form.bytes);
    assertThat(text(form, out.toBytes())).isEqualTo(text);
  }

  @Test
  void canonicalAddressesAndUuids_becomeTheirBytes() throws Exception {
    for (String address : List.of("0.0.0.0", "10.1.2.3", "203.0.113.7", "255.255.255.255")) {
      comesBack(WholeText.IPV4, address);
      var out = new CanonicalWriter(4);
      WholeText ignored = form(address, out);
      assertThat(out.toBytes()).isEqualTo(InetAddress.ofLiteral(address).getAddress());
    }
    for (String address :
        List.of(
            "::",
            "::1",
            "1::",
            "2001:db8::1",
            "2001:db8::8a2e:370:7334",
            "2001:db8:0:1:1:1:1:1",
            "2001:0:0:1::1",
            "2001:db8::1:0:0:1",
            "fe80::1:2:3",
            "1:2:3:4:5:6:7:8",
            "::2:3:4:5:6",
            "1:2:3:4:5:6::",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")) {
      comesBack(WholeText.IPV6, address);
      var out = new CanonicalWriter(4);
      WholeText ignored = form(address, out);
      assertThat(out.toBytes()).as(address).isEqualTo(InetAddress.ofLiteral(address).getAddress());
    }
    comesBack(WholeText.UUID, "3f2b8a52-7b1e-4a57-9d6c-0b7f4f1f9a11");
    comesBack(WholeText.UUID, "00000000-0000-0000-0000-000000000000");
  }

  @Test
  void anyOtherSpelling_staysText() {
    for (String text :
        List.of(
            "",
            ".",
            "1",
            "1.2.3",
            "1.2.3.",
            ".1.2.3",
            "1.2.3.4.",
            "1.2.3.4.5",
            "01.2.3.4",
            "1.2.3.00",
            "1.2.3.256",
            "1.2.3.1000",
            "1.2.3.4 ",
            "1.2.3.-4",
            "1..3.4",
            ":",
            ":::",
            ":1",
            "1:",
            "1:2",
            "::1::",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7::8",
            "1::2:3:4:5:6:7:8",
            "2001:db8:0:0:1:0:0:1",
            "2001:db8::0:1",
            "2001:DB8::1",
            "2001:0db8::1",
            "::10000",
            "::ffff:1.2.3.4",
            "fe80::1%eth0",
            "0:0:0:0:0:0:0:1",
            "2001:db8:0:0:1::1",
            "3F2B8A52-7b1e-4a57-9d6c-0b7f4f1f9a11",
            "3f2b8a52-7b1e-4a57-9d6c-0b7f4f1f9a1",
            "3f2b8a52-7b1e-4a57-9d6c_0b7f4f1f9a11",
            "3f2b8a52-7b1e-4a57-9d6c-0b7f4f1f9a1g",
            "3f2b8a527b1e-4a57-9d6c-0b7f4f1f9a11a",
            "ä.2.3.4")) {
      var out = new CanonicalWriter(4);
      assertThat(form(text, out)).as(text).isNull();
      assertThat(out.size).as(text).isZero();
    }
  }

  @Test
  void randomBytes_areReadAsTextThatGivesThemAgain() throws Exception {
    long seed = 4_291;
    var random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      var bytes = new byte[16];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt() : 0);
      }
      byte[] four = Arrays.copyOf(bytes, 4);
      String ipv4 = text(WholeText.IPV4, four);
      assertThat(InetAddress.ofLiteral(ipv4).getAddress()).isEqualTo(four);
      comesBack(WholeText.IPV4, ipv4);
      String ipv6 = text(WholeText.IPV6, bytes);
      comesBack(WholeText.IPV6, ipv6);
      if (bytes[10] != -1 || bytes[11] != -1) {
        assertThat(InetAddress.ofLiteral(ipv6).getAddress()).as(ipv6).isEqualTo(bytes);
      }
      String uuid = text(WholeText.UUID, bytes);
      assertThat(UUID.fromString(uuid)).hasToString(uuid);
      comesBack(WholeText.UUID, uuid);
    }
  }
}
